import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { TunnelConfig, UnknownHostKey } from '../../../electron/runner/connections/tunnel/tunnel-config.ts'
import { openTunnel, type Tunnel, type TunnelState } from '../../../electron/runner/connections/tunnel/tunnel.ts'
import { freePort, startTestRedis, type TestRedis } from '../../support/redis.ts'
import { startSshAgent, type SshAgent } from '../../support/ssh-agent.ts'
import { startSshServer, type SshServer } from '../../support/ssh.ts'
import { untilTrue } from '../../support/until-true.ts'

let ssh: SshServer
let redis: TestRedis
let folder: string
let knownHostsFile: string
const tunnels: Tunnel[] = []

beforeAll(async () => {
  ssh = await startSshServer()
  redis = await startTestRedis()
})
afterAll(async () => {
  await redis?.stop()
  await ssh?.stop()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-tunnel-'))
  knownHostsFile = join(folder, 'known_hosts')
  await writeFile(knownHostsFile, `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`)
})
afterEach(async () => {
  for (const tunnel of tunnels.splice(0)) await tunnel.close()
  await rm(folder, { recursive: true, force: true })
})

function configOf(more: Partial<TunnelConfig> = {}): TunnelConfig {
  const { port, username: user, privateKeyFile: keyFile } = ssh
  return {
    host: '127.0.0.1',
    port,
    user,
    auth: 'key',
    keyFile,
    sshConfig: false,
    keepaliveMs: 0,
    knownHostsFile,
    ...more,
  }
}

async function open(more: Partial<TunnelConfig> = {}): Promise<Tunnel> {
  const tunnel = await openTunnel(configOf(more))
  tunnels.push(tunnel)
  return tunnel
}

/** The sentence of a tunnel that is refused. */
async function refusal(more: Partial<TunnelConfig>): Promise<string> {
  return open(more).then(
    () => 'the tunnel was opened',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )
}

async function ping(at: { host: string; port: number }): Promise<string> {
  const client = new Redis({ ...at, retryStrategy: () => null, maxRetriesPerRequest: 0 })
  client.on('error', () => undefined)
  try {
    return await client.ping()
  } finally {
    client.disconnect()
  }
}

const target = () => ({ host: '127.0.0.1', port: redis.port })

describe('a tunnel', () => {
  it('leads to a server by a loopback port, the same for the same target', async () => {
    const tunnel = await open()
    const at = await tunnel.forward(target())
    expect(at.host).toBe('127.0.0.1')
    expect(at.port).not.toBe(redis.port)
    expect(await ping(at)).toBe('PONG')
    expect(await tunnel.forward({ host: '127.0.0.1', port: redis.port })).toEqual(at)
    expect(await tunnel.forward({ host: 'localhost', port: redis.port })).not.toEqual(at)
    await tunnel.reach(target())
  })

  it('carries much data in both directions whole', async () => {
    const tunnel = await open()
    const client = new Redis({ ...(await tunnel.forward(target())) })
    const value = 'abcdefgh'.repeat(400_000)
    await client.set('big', value)
    expect((await client.get('big')) === value).toBe(true)
    client.disconnect()
  })

  it('names addresses at once that are only learnt on the way', async () => {
    const tunnel = await open()
    const at = (await tunnel.announced())(target())
    expect(await ping(at)).toBe('PONG')
    expect(await tunnel.forward(target())).toEqual(at)
  })

  it('gives everything back when it is closed', async () => {
    const tunnel = await open()
    const at = await tunnel.forward(target())
    const socket = connect(at)
    const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    await new Promise((resolve) => socket.once('connect', resolve))
    await tunnel.close()
    await tunnel.close()
    await ended
    expect(await ping(at).catch(() => 'refused')).toBe('refused')
  })

  it('comes back by itself on the same ports, after its connection was cut and after the server was gone', async () => {
    const tunnel = await open()
    const states: TunnelState[] = []
    tunnel.onState((state) => states.push(state))
    const at = await tunnel.forward(target())
    const client = new Redis({ ...at, maxRetriesPerRequest: null })
    client.on('error', () => undefined)
    expect(await client.ping()).toBe('PONG')

    await ssh.cutConnections()
    await untilTrue('the tunnel to be back', async () => states.some(({ up }) => up))
    expect(await client.ping()).toBe('PONG')
    expect(states[0]).toMatchObject({ up: false })
    expect(states[0]?.message).toMatch(/^The connection to the SSH server .* ended.*\. It is made again\.$/)

    states.length = 0
    await ssh.kill()
    await untilTrue('a try in vain', async () =>
      states.some(({ message }) => /refused the connection/.test(message ?? '')),
    )
    expect(await ping(at).catch(() => 'refused')).toBe('refused')
    await ssh.restart()
    await untilTrue('the tunnel to be back', async () => states.at(-1)?.up === true)
    expect(await client.ping()).toBe('PONG')
    expect(await tunnel.forward(target())).toEqual(at)
    client.disconnect()
  })

  it('can be closed while it is down', async () => {
    const tunnel = await open()
    let down = false
    tunnel.onState(({ up }) => (down ||= !up))
    await ssh.kill()
    await untilTrue('the tunnel to be down', async () => down)
    await tunnel.close()
    await ssh.restart()
  })

  it('goes through other hosts, and ends when one of them does', async () => {
    const far = await startSshServer()
    try {
      await writeFile(
        knownHostsFile,
        `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n[127.0.0.1]:${far.port} ${far.hostKey}\n`,
      )
      const sshConfigFile = join(folder, 'config')
      const block = (name: string, server: SshServer): string[] => [
        `Host ${name}`,
        '  HostName 127.0.0.1',
        `  Port ${server.port}`,
        `  User ${server.username}`,
        `  IdentityFile ${server.privateKeyFile}`,
        `  UserKnownHostsFile ${knownHostsFile}`,
      ]
      await writeFile(sshConfigFile, [...block('gate', ssh), ...block('far', far), '  ProxyJump gate', ''].join('\n'))
      const { port: _port, user: _user, keyFile: _keyFile, ...bare } = configOf({ sshConfig: true, sshConfigFile })
      const tunnel = await openTunnel({ ...bare, host: 'far', auth: 'key', knownHostsFile: join(folder, 'accepted') })
      tunnels.push(tunnel)
      let back = false
      tunnel.onState(({ up }) => (back = up))
      const at = await tunnel.forward(target())
      expect(await ping(at)).toBe('PONG')
      await ssh.cutConnections()
      await untilTrue('the tunnel to be back', async () => back)
      expect(await ping(at)).toBe('PONG')

      const nowhere = await refusal({
        port: await freePort(),
        jump: [{ host: '127.0.0.1', port: ssh.port, user: ssh.username }],
      })
      expect(nowhere).toMatch(
        /^UNAVAILABLE: The SSH server .* was reached, but from there .* cannot be \(Connection refused\)\./,
      )
    } finally {
      await far.stop()
    }
  })
})

describe('logging in', () => {
  let agent: SshAgent
  beforeAll(async () => (agent = await startSshAgent([ssh.privateKeyFile])))
  afterAll(() => agent?.stop())

  it('works with a password', async ({ skip }) => {
    if (ssh.password === undefined) skip('the server can only be given a password as root on Linux')
    await (await open({ auth: 'password', password: ssh.password ?? '' })).reach(target())
    const said = await refusal({ auth: 'password', password: 'not-the-password' })
    expect(said).toMatch(
      /^UNAVAILABLE: The SSH server .* refused the login\. It takes .*password.* Tried: the password\. Correct user, key or password of the tunnel\.$/,
    )
    expect(said).not.toContain('not-the-password')
  })

  it('works with a key under a passphrase', async () => {
    const keyFile = `${ssh.privateKeyFile}-encrypted`
    await (await open({ keyFile, keyPassphrase: ssh.passphrase })).reach(target())
    expect(await refusal({ keyFile })).toContain(`the key ${keyFile} has a passphrase, and none is set.`)
    const wrong = await refusal({ keyFile, keyPassphrase: 'wrong one' })
    expect(wrong).toContain(`the passphrase does not open the key ${keyFile}.`)
    expect(wrong).not.toContain('wrong one')
  })

  it('works with an agent, and with the key of it that was chosen', async () => {
    await (await open({ auth: 'agent', agentSocket: agent.socket })).reach(target())
    const sshConfigFile = join(folder, 'config')
    await writeFile(
      sshConfigFile,
      `Host *\nIdentitiesOnly yes\nIdentityFile ${ssh.privateKeyFile}-encrypted\nUserKnownHostsFile ${knownHostsFile}\n`,
    )
    const { keyFile: _keyFile, ...config } = configOf({
      auth: 'agent',
      agentSocket: agent.socket,
      sshConfig: true,
      sshConfigFile,
    })
    const refused = await openTunnel(config).catch((error: Error) => error.message)
    expect(refused).toContain('the agent with 0 keys')
    await writeFile(
      sshConfigFile,
      `Host *\nIdentitiesOnly yes\nIdentityFile ${ssh.privateKeyFile}.pub\nUserKnownHostsFile ${knownHostsFile}\n`,
    )
    const tunnel = await openTunnel(config)
    tunnels.push(tunnel)
    await tunnel.reach(target())
  })

  it('tries what there is, and says what it tried', async () => {
    const { keyFile: _keyFile, ...config } = configOf({ auth: 'auto', agentSocket: agent.socket })
    const tunnel = await openTunnel(config)
    tunnels.push(tunnel)
    await tunnel.reach(target())

    const stranger = ssh.privateKeyFile.replace(/user$/, 'stranger')
    const said = await refusal({ auth: 'auto', keyFile: stranger, agentSocket: join(folder, 'no-agent') })
    expect(said).toMatch(/^UNAVAILABLE: The SSH server .* refused the login\. It takes publickey/)
    expect(said).toContain(`Tried: the key ${stranger}`)
    expect(said).toContain(`the SSH agent at ${join(folder, 'no-agent')} did not answer`)
    expect(said).toContain('no password is set')
  })

  it('says what is missing before anything is tried', async () => {
    expect(await refusal({ auth: 'agent', agentSocket: '' })).toContain(
      'there is no SSH agent (SSH_AUTH_SOCK is not set).',
    )
    expect(await refusal({ keyFile: join(folder, 'no-key') })).toContain(
      `the key ${join(folder, 'no-key')} does not exist.`,
    )
    expect(await refusal({ keyFile: knownHostsFile })).toContain('holds no private key that Toril can read.')
    expect(await refusal({ auth: 'password' })).toContain('no password is set.')
  })
})

describe('the host key', () => {
  it('is shown to somebody the first time, and remembered when it is accepted', async () => {
    await rm(knownHostsFile)
    const asked: UnknownHostKey[] = []
    const confirm = (answer: boolean) => (key: UnknownHostKey) => {
      asked.push(key)
      return Promise.resolve(answer)
    }
    const said = await refusal({ confirmHostKey: confirm(false) })
    expect(said).toContain(`is not known yet: its host key is ssh-ed25519 ${ssh.hostFingerprint}.`)
    expect(said).toContain(knownHostsFile)
    expect(await refusal({})).toBe(said)
    await (await open({ confirmHostKey: confirm(true) })).reach(target())
    expect(asked).toHaveLength(2)
    expect(asked[1]).toEqual({
      ...{ name: `[127.0.0.1]:${ssh.port}`, host: '127.0.0.1', port: ssh.port },
      ...{ keyType: 'ssh-ed25519', fingerprint: ssh.hostFingerprint, knownHostsFile },
    })
    expect(await readFile(knownHostsFile, 'utf8')).toBe(`[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`)
    await open()
  })

  it('must not change, and must not be revoked', async () => {
    const [type, key] = ssh.hostKey.split(' ')
    const other = `${key?.slice(0, -4)}AAAA`
    const name = `[127.0.0.1]:${ssh.port}`
    await writeFile(knownHostsFile, `# comment\n${name} ${type} ${other}\n`)
    const always = () => Promise.resolve(true)
    const changed = await refusal({ confirmHostKey: always })
    expect(changed).toContain(
      `shows another host key (${ssh.hostFingerprint}) than the one in ${knownHostsFile}, line 2.`,
    )
    await writeFile(knownHostsFile, `${name} ${ssh.hostKey}\n@revoked * ${ssh.hostKey}\n`)
    expect(await refusal({ confirmHostKey: always })).toContain(`is revoked in ${knownHostsFile}, line 2`)
  })
})

describe('what does not work', () => {
  it('is said in one sentence that names the server', async () => {
    const port = await freePort()
    expect(await refusal({ port })).toContain(
      `127.0.0.1:${port} refused the connection. Start it, or correct host and port of the tunnel.`,
    )
    expect(await refusal({ host: 'no-such-host.invalid' })).toMatch(/no-such-host\.invalid:\d+ cannot be found\./)
    const rude = createServer((socket) => socket.resume().end('go away\r\n'))
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve))
    const at = rude.address()
    const said = await refusal({ port: typeof at === 'object' ? (at?.port ?? 0) : 0 })
    expect(said).toContain('ended the connection before the login')
    await new Promise((resolve) => rude.close(resolve))
  })

  it('is said about the server behind the tunnel, once for each reason', async () => {
    const tunnel = await open()
    const states: TunnelState[] = []
    tunnel.onState((state) => states.push(state))
    const nobody = { host: '127.0.0.1', port: await freePort() }
    await expect(tunnel.reach(nobody)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(
        `was reached, but from there 127.0.0.1:${nobody.port} cannot be (Connection refused).`,
      ),
    })
    const at = await tunnel.forward(nobody)
    expect(await ping(at).catch(() => 'refused')).toBe('refused')
    expect(states).toHaveLength(1)
    expect(states[0]?.up).toBe(true)
  })

  it('is said about a server that forbids tunnels', async () => {
    const strict = await startSshServer({ settings: ['AllowTcpForwarding no'] })
    try {
      const { port, privateKeyFile: keyFile } = strict
      const tunnel = await open({ port, keyFile, confirmHostKey: () => Promise.resolve(true) })
      await expect(tunnel.reach(target())).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          /does not allow a tunnel to .* Set AllowTcpForwarding and PermitOpen in its sshd_config\.$/,
        ),
      })
    } finally {
      await strict.stop()
    }
  })
})
