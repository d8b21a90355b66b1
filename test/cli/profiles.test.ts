import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createCli, type Cli, type Started } from './cli-fixture.ts'

const planted = 'planted-Sesame-7731'

let cli: Cli
let serve: Started
beforeAll(async () => {
  cli = await createCli()
  serve = cli.start(['serve'])
  await serve.printed(/Toril is ready/)
})
afterAll(() => cli.close())

/** Every file of the data folder that can be read as text, the database of the history included. */
function dataFolder(): string {
  const files = readdirSync(cli.dataDir, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
}

describe('toril profiles', () => {
  test('lists the one that is there from the start', async () => {
    const { code, stdout } = await cli.run(['profiles'])
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(
        /NAME +FOLDER +ENVIRONMENT[\s\S]*\* +This computer +development +changes +embedded +embedded\n$/,
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
    const redis = ['queue.kind=redis', 'queue.host=careless.example', 'queue.tls.verify=false']
    expect((await cli.run(['profiles', 'add', 'Careless', ...redis])).code).toBe(0)
    const { stdout } = await cli.run(['profiles'])
    expect(stdout).toMatch(/Careless .*careless\.example\S* TLS not verified +embedded$/m)
    expect(stdout.match(/TLS not verified/g)).toHaveLength(1)
  })

  test('takes passwords from standard input, one line each', async () => {
    const args = ['profiles', 'add', 'Cluster', 'queue.kind=cluster', 'queue.seeds=[{"host":"c1","port":7000}]']
    const tunnel = ['queue.tunnel.host=bastion', '--password', '--secret', 'queue.tunnel.password']
    const { code, stdout } = await cli.run([...args, ...tunnel], {}, `${planted}\n${planted}\n`)
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^passwords +queue\.password, queue\.tunnel\.password$/m)])
    const missing = await cli.run(['profiles', 'edit', 'Cluster', '--password'], {}, '')
    expect([missing.code, missing.stderr]).toEqual([2, 'queue.password: nothing was entered.\n'])
  })

  test('never takes a password from the command line', async () => {
    for (const args of [
      ['--url', `redis://me:${planted}@h`],
      [`queue.password=${planted}`],
      [`secrets.queue.password=${planted}`],
      ['--history-url', `postgresql://me:${planted}@h/d`],
    ]) {
      const { code, stderr } = await cli.run(['profiles', 'add', 'Open', ...args])
      expect([code, stderr]).toEqual([2, expect.stringContaining('Other users of this computer can see')])
      expect(stderr).not.toContain(planted)
    }
  })

  test('changes a field of a part and leaves the others', async () => {
    const edit = ['profiles', 'edit', 'Staging', 'queue.username=other', 'queue.tls.serverName=null', 'colour=teal']
    // A certificate for another name may be that of another server.
    const refused = await cli.run(edit)
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('queue.password must be given again')])
    expect((await cli.run([...edit, '--password-env', 'PW'], { PW: planted })).code).toBe(0)
    expect(await cli.json('profiles', 'show', 'Staging')).toMatchObject({
      colour: 'teal',
      queue: { host: 'redis.example', username: 'other', tls: { verify: true } },
      secretsSet: ['queue.password'],
    })
    expect((await cli.json('profiles', 'edit', 'Cluster', '--forget', 'queue.tunnel.password'))['secretsSet']).toEqual([
      'queue.password',
    ])
    const history = await cli.json('profiles', 'edit', 'Cluster', '--history-url', 'postgresql://db.example/toril')
    expect(history['history']).toMatchObject({ kind: 'postgres', host: 'db.example', database: 'toril' })
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
    const wrong = await cli.run(['profiles', 'edit', 'Staging', 'queue.port=0'])
    expect([wrong.code, wrong.stderr]).toEqual([2, 'queue.port must be at least 1.\n'])
    const none = await cli.run(['profiles', 'show', 'Nowhere'])
    expect([none.code, none.stderr]).toEqual([
      4,
      expect.stringMatching(/^There is no profile Nowhere\. There are: This computer, /),
    ])
    const used = await cli.run(['profiles', 'remove', 'This computer', '--json'])
    expect([used.code, JSON.parse(used.stderr)]).toMatchObject([4, { error: { code: 'PROFILE_IN_USE' } }])
    const strange = await cli.run(['profiles', 'edit', 'Staging', '--secret-env', 'queue.pin=PW'], { PW: planted })
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
    await cli.json('profiles', 'add', 'Closed', '--url', 'redis://127.0.0.1:1')
    const closed = await cli.run(['profiles', 'test', 'Closed'])
    expect([closed.code, closed.stdout]).toEqual([
      1,
      expect.stringMatching(/^failed +queue +Server reached[\s\S]*refused/m),
    ])
    const data = await cli.run(['profiles', 'test', 'Closed', '--json'])
    expect([data.code, JSON.parse(data.stdout)]).toMatchObject([1, { over: true, ok: false }])
  })

  test.skipIf(process.platform === 'win32')('exports to a file of its owner alone', async () => {
    const file = join(cli.folder, 'profiles-private.json')
    await cli.run(['profiles', 'export', 'Staging', '-o', file])
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('exports to a file and imports it', async () => {
    const file = join(cli.folder, 'profiles-out.json')
    const exported = await cli.run(['profiles', 'export', 'Staging', '-o', file, '--passphrase-env', 'PP'], {
      PP: 'correct horse',
    })
    expect(exported.stdout).toBe(`1 profile written to ${file}.\n`)
    expect(readFileSync(file, 'utf8')).not.toContain(planted)
    const bare = await cli.run(['profiles', 'import', file])
    expect([bare.stdout, bare.stderr]).toEqual([
      'Imported: Staging 2.\n',
      expect.stringContaining('They were left out'),
    ])
    const wrong = await cli.run(['profiles', 'import', file, '--passphrase'], {}, 'wrong horse\n')
    expect([wrong.code, wrong.stderr]).toEqual([4, expect.stringMatching(/^The passphrase is wrong/)])
    expect((await cli.run(['profiles', 'import', file, '--passphrase'], {}, 'correct horse\n')).stdout).toBe(
      'Imported: Staging 3.\n',
    )
    expect((await cli.json('profiles', 'show', 'Staging 3'))['secretsSet']).toEqual(['queue.password'])
    writeFileSync(file, '{"profiles": []}')
    expect((await cli.run(['profiles', 'import', file])).code).toBe(2)
    expect((await cli.run(['profiles', 'remove', 'Staging 2'])).stdout).toBe('Profile Staging 2 is removed.\n')
  })
})

test('a password that was stored stands nowhere in clear: no file, no answer, no line of the runner', async () => {
  const { url, token } = JSON.parse(readFileSync(join(cli.dataDir, 'runner.json'), 'utf8')) as {
    url: string
    token: string
  }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answers: string[] = []
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    answers.push(await answer.text())
    return answer.status
  }
  const reading = [
    'system',
    'profiles',
    'preferences',
    'queue',
    'threads',
    'runners',
    'jobs',
    'job-types',
    'openapi.json',
  ]
  for (const path of [...reading.map((name) => `/api/v1/${name}`), '/health', '/metrics']) {
    expect(await call('GET', path)).toBe(200)
  }
  const { id } = await cli.json('profiles', 'show', 'Staging')
  await call('POST', '/api/v1/profiles/export', {})
  await call('POST', '/api/v1/profiles/export', { passphrase: 'correct horse' })
  // What is refused must not come back in the refusal.
  await call('PATCH', `/api/v1/profiles/${String(id)}`, { secrets: { 'history.password': planted } })
  await call('PATCH', `/api/v1/profiles/${String(id)}`, { queue: { kind: 'redis', host: planted, password: planted } })
  await call('POST', '/api/v1/profiles', { name: 'X', secrets: planted })
  await call('POST', '/api/v1/profiles', {
    name: 'X',
    queue: { kind: 'redis' },
    secrets: { 'queue.password': { deep: planted } },
  })
  await call('POST', '/api/v1/profiles/import', { file: { secrets: planted }, passphrase: planted })
  serve.child.kill('SIGTERM')
  const { stdout, stderr } = await serve.finished
  for (const text of [...answers, stdout, stderr, dataFolder()]) expect(text).not.toContain(planted)
  expect(dataFolder()).toContain('"box": "key-file"')
})
