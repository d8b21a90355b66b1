import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findSshd } from '../../scripts/test-support/tools.mjs'
import { startChildServer, type ChildServer } from './child-server.ts'
import { endDescendantsOf } from './process-children.ts'
import { freePort } from './redis.ts'
import { startPasswordSshd } from './ssh-password.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

const run = promisify(execFile)

export interface SshServer {
  readonly host: string
  readonly port: number
  /** The user of the tests: another one could only be logged in by root. */
  readonly username: string
  /** A private key that the server accepts. */
  readonly privateKey: string
  readonly privateKeyFile: string
  /** The same key under a passphrase. */
  readonly encryptedKey: string
  readonly passphrase: string
  /** A key that the server does not accept. */
  readonly strangerKey: string
  /** Undefined where the server cannot be given a password of its own: it needs root, and Linux namespaces. */
  readonly password: string | undefined
  /** As OpenSSH writes it: `SHA256:…` without padding. */
  readonly hostFingerprint: string
  /** The host key as it stands in a known_hosts file behind the name. */
  readonly hostKey: string
  readonly pid: number
  /** Breaks the connections that are open; new ones are taken. */
  cutConnections(): Promise<void>
  /** Ends the server and its connections. */
  kill(): Promise<void>
  /** Starts it again on the same port with the same keys, or with another host key. */
  restart(options?: { otherHostKey: boolean }): Promise<void>
  stop(): Promise<void>
}

export interface SshServerOptions {
  /** Lines of sshd_config; of two settings the first counts, so these beat the usual ones. */
  settings?: string[]
}

const passphrase = 'passphrase of the key'

async function makeKey(file: string, phrase = ''): Promise<string> {
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', phrase, '-C', 'toril-test', '-f', file])
  return readFile(file, 'utf8')
}

/** A copy of the key under a passphrase. */
async function encrypt(file: string): Promise<string> {
  const copy = `${file}-encrypted`
  await writeFile(copy, await readFile(file), { mode: 0o600 })
  await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', copy])
  return readFile(copy, 'utf8')
}

async function fingerprintOf(file: string): Promise<string> {
  const { stdout } = await run('ssh-keygen', ['-l', '-E', 'sha256', '-f', `${file}.pub`])
  return stdout.split(' ')[1] ?? ''
}

/** OpenSSH's first word to everybody. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', reject)
    socket.once('data', (chunk) => {
      socket.destroy()
      resolve(chunk.toString().startsWith('SSH-2.0'))
    })
  })
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * OpenSSH's own server on a loopback port, with its own host key and settings: it lets the user of the
 * tests in, with a key and where possible with a password, and forwards ports.
 */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'toril-ssh-'))
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const path = (name: string): string => join(folder, name)
    await makeKey(path('host'))
    const privateKey = await makeKey(path('user'))
    const strangerKey = await makeKey(path('stranger'))
    const { username } = userInfo()
    const port = await freePort()
    await writeFile(
      path('sshd_config'),
      [
        ...(options.settings ?? []),
        `Port ${port}`,
        'ListenAddress 127.0.0.1',
        `HostKey ${path('host')}`,
        `AuthorizedKeysFile ${path('user.pub')}`,
        'PidFile none',
        'UsePAM no',
        // The folder lies in /tmp, which everybody may write to.
        'StrictModes no',
        'PermitRootLogin yes',
        'PasswordAuthentication yes',
        'KbdInteractiveAuthentication no',
        'AllowTcpForwarding yes',
        'LogLevel ERROR',
        '',
      ].join('\n'),
    )
    const sshd = findSshd()
    if (sshd === undefined) throw new Error('There is no sshd. Install openssh-server.')
    const args = ['-D', '-e', '-f', path('sshd_config')]
    let running: { server: ChildServer; password: string | undefined }
    let ended: Promise<void> | undefined
    const launch = async (): Promise<void> => {
      ended = undefined
      const withPassword = await startPasswordSshd({ sshd, args, folder, username })
      // Where sshd locks its unprivileged part in; Debian makes it when the service starts.
      if (withPassword === undefined && process.getuid?.() === 0)
        await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
      running = { server: withPassword?.server ?? startChildServer(sshd, args), password: withPassword?.password }
      await Promise.race([untilTrue('sshd', () => greets(port)), running.server.failed])
    }
    // The processes of its connections outlive it otherwise.
    const cutConnections = (): Promise<void> => endDescendantsOf(running.server.pid)
    const kill = (): Promise<void> => {
      ended ??= (async () => {
        // A connection that it took between the two would outlive it, and the server would seem to be there still.
        if (isAlive(running.server.pid)) process.kill(running.server.pid, 'SIGSTOP')
        await cutConnections()
        await running.server.end()
      })()
      return ended
    }
    stops.unshift(kill)
    await launch()
    const hostKeyNow = async () => ({
      fingerprint: await fingerprintOf(path('host')),
      key: (await readFile(path('host.pub'), 'utf8')).split(' ').slice(0, 2).join(' '),
    })
    let host = await hostKeyNow()
    return {
      host: '127.0.0.1',
      port,
      username,
      privateKey,
      privateKeyFile: path('user'),
      encryptedKey: await encrypt(path('user')),
      passphrase,
      strangerKey,
      get password() {
        return running.password
      },
      get hostFingerprint() {
        return host.fingerprint
      },
      get hostKey() {
        return host.key
      },
      get pid() {
        return running.server.pid
      },
      cutConnections,
      kill,
      async restart(options) {
        await kill()
        if (options?.otherHostKey === true) {
          await rm(path('host'))
          await makeKey(path('host'))
          host = await hostKeyNow()
        }
        await launch()
      },
      stop: () => stopAll(stops),
    }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}

/** The way through this server, as a profile has it. */
export function wayThrough({ host, port, username: user, privateKeyFile: keyFile }: SshServer) {
  return { host, port, user, keyFile, auth: 'key', sshConfig: false } as const
}

/** The same, with its host key known in this data folder from here on. */
export async function tunnelThrough(ssh: SshServer, dataDir: string) {
  await mkdir(dataDir, { recursive: true })
  await writeFile(join(dataDir, 'known_hosts'), `[${ssh.host}]:${ssh.port} ${ssh.hostKey}\n`)
  return wayThrough(ssh)
}
