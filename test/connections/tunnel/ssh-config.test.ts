import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planHops } from '../../../electron/runner/connections/tunnel/hops.ts'
import { readSshConfig } from '../../../electron/runner/connections/tunnel/ssh-config.ts'

let folder: string
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'toril-ssh-config-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, lines: string[]): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

describe('the SSH config', () => {
  it('takes the first value for a host, with patterns, exceptions, quotes and equals signs', async () => {
    const settings = await readSshConfig(
      await write('patterns', [
        '# a comment',
        'Host db !db-old web-?',
        '  HostName=10.0.0.7',
        '  User "deploy user"',
        '  IdentityFile ~/.ssh/first # the usual one',
        'Host *',
        '  User somebody',
        '  Port 2222',
        '  IdentityFile "%d/keys/%h %r"',
        '  IdentitiesOnly yes',
      ]),
    )
    expect(settings('db')).toMatchObject({
      hostName: '10.0.0.7',
      user: 'deploy user',
      port: 2222,
      identityFiles: [join(homedir(), '.ssh/first'), join(homedir(), 'keys/10.0.0.7 deploy user')],
      identitiesOnly: true,
    })
    expect(settings('web-1')).toMatchObject({ hostName: '10.0.0.7' })
    expect(settings('web-12')).toMatchObject({ hostName: 'web-12', user: 'somebody' })
    expect(settings('db-old')).toMatchObject({ hostName: 'db-old', user: 'somebody' })
  })

  it('includes other files, for the host they are included for', async () => {
    await mkdir(join(folder, 'conf.d'), { recursive: true })
    await write('conf.d/a.conf', ['Host inner', '  HostName inner.example'])
    await write('conf.d/b.conf', ['User from-include'])
    const file = await write('including', [
      `Include ${folder}/conf.d/*.conf ${folder}/missing`,
      'Host only',
      `  Include ${folder}/conf.d/b.conf`,
      'Host after',
      '  HostName after.example',
    ])
    const settings = await readSshConfig(file)
    expect(settings('inner')).toMatchObject({ hostName: 'inner.example' })
    expect(settings('after')).toMatchObject({ hostName: 'after.example' })
    // b.conf follows the Host line of a.conf only in the same file: at the top it is for all.
    expect(settings('elsewhere')).toMatchObject({ user: 'from-include' })
  })

  it('ends with a file that includes itself', async () => {
    const file = join(folder, 'circle')
    await writeFile(file, `Include ${file}\nUser me\n`)
    expect((await readSshConfig(file))('x')).toMatchObject({ user: 'me' })
  })

  it('follows Match for hosts, and leaves out what asks for more', async () => {
    const settings = await readSshConfig(
      await write('match', [
        'Match host *.example',
        '  User matched',
        'Match exec "true"',
        '  User executed',
        'Match all',
        '  Port 2200',
      ]),
    )
    expect(settings('a.example')).toMatchObject({ user: 'matched', port: 2200 })
    expect(settings('b').user).toBeUndefined()
  })

  it('names file and line of what it cannot do', async () => {
    const file = await write('proxy', ['Host far', '  ProxyCommand nc %h %p', 'Host wrong', '  Port ssh'])
    const settings = await readSshConfig(file)
    expect(() => settings('far')).toThrow(`(${file}, line 2) asks for a ProxyCommand for far.`)
    expect(() => settings('wrong')).toThrow(`(${file}, line 4) has the port ssh for wrong.`)
  })
})

describe('the way to a host', () => {
  const base = { auth: 'auto', sshConfig: true, keepaliveMs: 0, knownHostsFile: '/nowhere/known_hosts' } as const

  it('goes through ProxyJump, whose hosts have settings of their own', async () => {
    const sshConfigFile = await write('jumps', [
      'Host db',
      '  HostName db.internal',
      '  ProxyJump ops@middle:2201,inner',
      'Host middle',
      '  HostName middle.example',
      '  ProxyJump gate',
      'Host gate',
      '  HostName gate.example',
      '  UserKnownHostsFile /etc/known /etc/more',
      'Host inner',
      '  User inside',
      '  ProxyJump none',
      'Host *',
      '  User me',
    ])
    const hops = await planHops({ ...base, host: 'db', port: 2022, sshConfigFile })
    expect(hops.map(({ title }) => title)).toEqual([
      'gate (me@gate.example:22)',
      'middle (ops@middle.example:2201)',
      'inside@inner:22',
      'db (me@db.internal:2022)',
    ])
    expect(hops.map(({ knownAs }) => knownAs)).toEqual([
      ...['gate.example', '[middle.example]:2201', 'inner', '[db.internal]:2022'],
    ])
    expect(hops[0]?.knownHostsFiles).toEqual(['/nowhere/known_hosts', '/etc/known', '/etc/more'])
    expect(hops.map(({ last }) => last)).toEqual([false, false, false, true])
  })

  it('goes through the hosts of the profile instead, and takes IPv6 addresses', async () => {
    const sshConfigFile = await write('v6', [
      'Host db',
      '  ProxyJump [2001:db8::1]:2200,user@2001:db8::2',
      'Host *',
      '  User me',
    ])
    const titles = async (jump?: { host: string; port?: number; user?: string }[]) =>
      (await planHops({ ...base, host: 'db', sshConfigFile, ...(jump === undefined ? {} : { jump }) })).map(
        (hop) => hop.title,
      )
    expect(await titles()).toEqual(['me@2001:db8::1:2200', 'user@2001:db8::2:22', 'me@db:22'])
    expect(await titles([{ host: 'gate', user: 'ops', port: 23 }])).toEqual(['ops@gate:23', 'me@db:22'])
  })

  it('ends in a sentence when it goes in a circle', async () => {
    const sshConfigFile = await write('round', ['Host *', '  ProxyJump gate'])
    await expect(planHops({ ...base, host: 'db', sshConfigFile })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'ProxyJump in the SSH config goes in a circle at gate. Correct it.',
    })
  })
})
