import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCli, type Cli } from './cli-fixture.ts'

const planted = 'planted-Sesame-7731'

let cli: Cli
beforeAll(async () => {
  cli = await createCli()
  await cli.start(['serve']).printed(/Toril is ready/)
})
afterAll(() => cli.close())

/** The profiles of a test are its own: no other one counts on them. */
async function added(name: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await cli.run(['profiles', 'add', name, ...args], { PW: planted })
  expect([code, stderr]).toEqual([0, ''])
  return name
}
const redis = (name: string) => added(name, '--url', 'rediss://app@redis.example:6380/2', '--password-env', 'PW')

describe('toril profiles', () => {
  test('lists the one that is there from the start', async () => {
    const { code, stdout } = await cli.run(['profiles'])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /NAME +FOLDER +ENVIRONMENT[\s\S]*\* +This computer +development +changes +embedded +embedded\n/,
      ),
    ])
    expect(await cli.json('profiles', 'list')).toMatchObject({ currentId: 'this-computer' })
  })

  test('adds one from an address, fields, and a password in the environment', async () => {
    const args = ['profiles', 'add', 'Staging', '--url', 'rediss://app@redis.example:6380/2', '--password-env', 'PW']
    const { code, stdout, stderr } = await cli.run(
      [...args, 'environment=staging', 'folder=Team/EU', 'queue.tls.serverName=r.example'],
      { PW: planted },
    )
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^queue\.tls\.serverName +r\.example$/m)
    expect(stdout).toMatch(/^readOnly +true$/m)
    expect(stdout).toMatch(/^passwords +queue\.password$/m)
    expect(await cli.json('profiles', 'show', 'staging')).toMatchObject({
      name: 'Staging',
      queue: { kind: 'redis', host: 'redis.example', port: 6380, username: 'app', database: 2, tls: { verify: true } },
    })
  })

  test('marks one whose TLS is not verified in the list', async () => {
    await added('Careless', 'queue.kind=redis', 'queue.host=careless.example', 'queue.tls.verify=false')
    await added('Careful', 'queue.kind=redis', 'queue.host=careful.example', 'queue.tls={}')
    const { stdout } = await cli.run(['profiles'])
    expect(stdout).toMatch(/Careless .*careless\.example\S* TLS not verified +embedded$/m)
    expect(stdout).toMatch(/Careful .*careful\.example\S* +embedded$/m)
  })

  test('takes passwords from standard input, one line each', async () => {
    const args = ['profiles', 'add', 'Cluster', 'queue.kind=cluster', 'queue.seeds=[{"host":"c1","port":7000}]']
    const tunnel = ['queue.tunnel.host=bastion', '--password', '--secret', 'queue.tunnel.password']
    const { code, stdout } = await cli.run([...args, ...tunnel], {}, `${planted}\n${planted}\n`)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^passwords +queue\.password, queue\.tunnel\.password$/m)])
    const missing = await cli.run(['profiles', 'edit', 'Cluster', '--password'], {}, '')
    expect([missing.code, missing.stderr]).toEqual([2, 'queue.password: nothing was entered.\n'])
  })

  test.each([
    ['--url', `redis://me:${planted}@h`],
    [`queue.password=${planted}`],
    [`secrets.queue.password=${planted}`],
    ['--history-url', `postgresql://me:${planted}@h/d`],
  ])('never takes a password from the command line: %s', async (...args) => {
    const { code, stderr } = await cli.run(['profiles', 'add', 'Open', ...args])
    expect([code, stderr]).toEqual([2, expect.stringContaining('Other users of this computer can see')])
    expect(stderr).not.toContain(planted)
  })

  test.each([
    [[planted], /Passwords are never given on the command line/],
    [['--password', planted], /Passwords are never given on the command line/],
    [[`redis://me:${planted}@h`], /An address is given with --url/],
    [[`--password=${planted}`], /unknown option '--password=…'/],
    [[`-p${planted}`], /unknown option '-p…'/],
    [['--password-env', planted], /Give its name, not the password/],
    [['--secret-env', `queue.password=${planted}`], /Give its name, not the password/],
    [['--secret-env', planted], /the form queue\.password=NAME/],
    [['--secret', planted], /That is no password\. There are: queue\.password/],
    [[`queue..password=${planted}`], /^queue\.\.password is not of the form/],
    [['--url', `${planted}://h`], /must start with redis:/],
    [['--url', `redis://me:12/${planted}@h`], /not a valid URL\. Percent-encode/],
    [['queue.kind=cluster', `queue.seeds=me:${planted}@h`], /^queue\.seeds takes servers as host:port/],
  ])('repeats no password that stands in a wrong place: %s', async (args, message) => {
    const { code, stdout, stderr } = await cli.run(['profiles', 'add', 'Wrong', ...args])
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
    expect(stderr).not.toContain(planted)
  })

  test('changes a field of a part and leaves the others', async () => {
    await redis('Edited')
    const edit = ['profiles', 'edit', 'Edited', 'queue.username=other', 'queue.tls.serverName=r.example', 'colour=teal']
    // A certificate for another name may be that of another server.
    const refused = await cli.run(edit)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('queue.password must be given again')])
    expect((await cli.run([...edit, '--password-env', 'PW'], { PW: planted })).code).toBe(0)
    expect(await cli.json('profiles', 'show', 'Edited')).toMatchObject({
      colour: 'teal',
      queue: { host: 'redis.example', username: 'other', tls: { verify: true, serverName: 'r.example' } },
      secretsSet: ['queue.password'],
    })
    expect((await cli.json('profiles', 'edit', 'Edited', '--forget', 'queue.password'))['secretsSet']).toEqual([])
    const history = await cli.json('profiles', 'edit', 'Edited', '--history-url', 'postgresql://db.example/toril')
    expect(history).toMatchObject({
      queue: { username: 'other' },
      history: { kind: 'postgres', host: 'db.example', database: 'toril' },
    })
  })

  test('does not take an edit without a change for one that was made', async () => {
    const { id } = await cli.json('profiles', 'add', 'Untouched', 'queueName=untouched')
    const before = await cli.json('profiles', 'show', id as string)
    const { code, stderr } = await cli.run(['profiles', 'edit', 'Untouched'])
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Nothing to change was given\./)])
    expect(await cli.json('profiles', 'show', id as string)).toEqual(before)
  })

  test('takes lists of servers as host:port with commas between them', async () => {
    const watched = await cli.json(
      ...['profiles', 'add', 'Watched', 'queue.kind=sentinel', 'queue.masterName=m', 'queue.sentinels=s1,[::1]:26380'],
    )
    expect(watched['queue']).toMatchObject({
      sentinels: [
        { host: 's1', port: 26_379 },
        { host: '::1', port: 26_380 },
      ],
    })
    const moved = await cli.json(
      ...['profiles', 'edit', 'Watched', 'queue.kind=cluster', 'queue.seeds=c1:7000,c2:7001'],
    )
    expect(moved['queue']).toMatchObject({
      seeds: [
        { host: 'c1', port: 7000 },
        { host: 'c2', port: 7001 },
      ],
    })
    for (const wrong of ['redis://c1:7000', 'c1:7000,', 'c1:99999', 'c1 c2']) {
      const { code, stderr } = await cli.run(['profiles', 'edit', 'Watched', `queue.seeds=${wrong}`])
      expect([code, stderr]).toEqual([2, expect.stringMatching(/^queue\.seeds .*host:port/)])
    }
  })

  test('names the field that is wrong, and the profile that is not there', async () => {
    await redis('Wrong port')
    const wrong = await cli.run(['profiles', 'edit', 'Wrong port', 'queue.port=0'])
    expect([wrong.code, wrong.stderr]).toEqual([2, 'queue.port must be at least 1.\n'])
    const none = await cli.run(['profiles', 'show', 'Nowhere'])
    expect([none.code, none.stderr]).toEqual([
      4,
      expect.stringMatching(/^There is no profile Nowhere\. There are: This computer, /),
    ])
    const used = await cli.run(['profiles', 'remove', 'This computer', '--json'])
    expect([used.code, JSON.parse(used.stderr)]).toMatchObject([4, { error: { code: 'PROFILE_IN_USE' } }])
    const strange = await cli.run(['profiles', 'edit', 'Wrong port', '--secret-env', 'queue.pin=PW'], { PW: planted })
    expect([strange.code, strange.stderr]).toEqual([2, expect.stringContaining('There is no password queue.pin')])
  })

  test('lists the queues on the server of a profile, and what runs here of them', async () => {
    const { code, stdout } = await cli.run(['profiles', 'queues', 'This computer'])
    expect([code, stdout]).toEqual([0, expect.stringMatching(/QUEUE +WAITING[\s\S]*\* +toril +0 +0 +0 +0 +0/)])
    const { queues } = await cli.json('profiles', 'queues', 'This computer')
    expect(queues).toMatchObject([{ name: 'toril', chosen: true, paused: false }])
  })

  test('tests a connection; the exit code says whether it works', async () => {
    const works = await cli.run(['profiles', 'test', 'This computer'])
    expect([works.code, works.stdout]).toEqual([
      0,
      expect.stringMatching(/^ok +history +Program .*PostgreSQL [\s\S]*The connection works \([\d.]+ ms\)\.\n$/),
    ])
    await added('Closed', '--url', 'redis://127.0.0.1:1')
    const closed = await cli.run(['profiles', 'test', 'Closed'])
    expect([closed.code, closed.stdout]).toEqual([
      1,
      expect.stringMatching(/^failed +queue +Server reached[\s\S]*refused/m),
    ])
    const data = await cli.run(['profiles', 'test', 'Closed', '--json'])
    expect([data.code, JSON.parse(data.stdout)]).toMatchObject([1, { over: true, ok: false }])
  })

  test.skipIf(process.platform === 'win32')('exports to a file of its owner alone, also over one of all', async () => {
    await redis('Private')
    const file = join(cli.folder, 'profiles-private.json')
    writeFileSync(file, '', { mode: 0o644 })
    for (const name of [file, join(cli.folder, 'profiles-new.json')]) {
      expect((await cli.run(['profiles', 'export', 'Private', '-o', name])).code).toBe(0)
      expect([name, statSync(name).mode & 0o777]).toEqual([name, 0o600])
    }
  })

  test('exports to a file and imports it', async () => {
    await redis('Moving')
    const file = join(cli.folder, 'profiles-out.json')
    const exported = await cli.run(['profiles', 'export', 'Moving', '-o', file, '--passphrase-env', 'PP'], {
      PP: 'correct horse',
    })
    expect(exported.stdout).toBe(`1 profile written to ${file}.\n`)
    expect(readFileSync(file, 'utf8')).not.toContain(planted)
    const bare = await cli.run(['profiles', 'import', file])
    expect([bare.stdout, bare.stderr]).toEqual(['Imported: Moving 2.\n', expect.stringContaining('They were left out')])
    const wrong = await cli.run(['profiles', 'import', file, '--passphrase'], {}, 'wrong horse\n')
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringMatching(/^The passphrase is wrong/)])
    expect((await cli.run(['profiles', 'import', file, '--passphrase'], {}, 'correct horse\n')).stdout).toBe(
      'Imported: Moving 3.\n',
    )
    expect((await cli.json('profiles', 'show', 'Moving 3'))['secretsSet']).toEqual(['queue.password'])
    expect((await cli.run(['profiles', 'remove', 'Moving 2'])).stdout).toBe('Profile Moving 2 is removed.\n')
  })

  test.each([
    ['', /is not valid JSON/],
    ['{"profiles": []}', /no file of profiles/],
    [`{"format": "toril-profiles", "secrets": "${planted}`, /is not valid JSON/],
  ])('imports no such file: %j', async (text, message) => {
    const file = join(cli.folder, `wrong-${text.length}.json`)
    writeFileSync(file, text)
    const { code, stderr } = await cli.run(['profiles', 'import', file])
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
    expect(stderr).not.toContain(planted)
  })
})

describe('every command of toril profiles', () => {
  const commands = ['list', 'show', 'queues', 'add', 'edit', 'changes', 'remove', 'test', 'use', 'export', 'import']

  test('is listed in the help, and has one that says what it takes', async () => {
    const { code, stdout } = await cli.run(['profiles', '--help'])
    expect(code).toBe(0)
    const listed = [...stdout.matchAll(/^ {2}([a-z]+) .*  +\S/gm)].map(([, name]) => name)
    expect(listed.filter((name) => name !== 'help')).toEqual(commands)
    for (const name of commands) {
      const help = await cli.run(['profiles', name, '--help'])
      expect([name, help.code, help.stdout]).toEqual([
        name,
        0,
        expect.stringMatching(new RegExp(`^Usage: toril profiles ${name} [\\s\\S]*--json +\\S`)),
      ])
    }
  })

  test('answers JSON with --json, before or after its name', async () => {
    await redis('Shapes')
    const shapes: [string[], object][] = [
      [['list'], { profiles: expect.any(Array), currentId: 'this-computer', fixedByEnvironment: false }],
      [['show', 'shapes'], { name: 'Shapes', secretsSet: ['queue.password'] }],
      [['queues', 'This computer'], { queues: expect.any(Array) }],
      [['edit', 'Shapes', 'colour=blue'], { name: 'Shapes', colour: 'blue' }],
      [['changes', 'This computer', '--confirm', 'This computer'], { readOnly: false }],
      [['test', 'This computer'], { ok: true, over: true, steps: expect.any(Array) }],
      [['use', 'This computer'], { id: 'this-computer' }],
      [['export', 'Shapes'], { format: 'toril-profiles', profiles: [{ name: 'Shapes' }] }],
      [['add', 'Shapes added'], { name: 'Shapes added', queue: { kind: 'embedded' } }],
      [['remove', 'Shapes added'], { id: expect.any(String), removed: true }],
    ]
    for (const [args, shape] of shapes) {
      expect([args, await cli.json('profiles', ...args)]).toMatchObject([args, shape])
    }
    const { stdout } = await cli.run(['profiles', '--json', 'show', 'Shapes'])
    expect(JSON.parse(stdout)).toMatchObject({ name: 'Shapes' })
  })

  test('that names a profile which is not there ends with 4 and names those that are', async () => {
    for (const name of ['show', 'queues', 'edit', 'changes', 'remove', 'test', 'use', 'export']) {
      const { code, stderr } = await cli.run(['profiles', name, 'Nowhere', '--json'])
      expect([name, code, JSON.parse(stderr)]).toMatchObject([
        name,
        4,
        { error: { code: 'PROFILE_NOT_FOUND', message: expect.stringContaining('There are: This computer') } },
      ])
    }
  })
})
