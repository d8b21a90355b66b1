import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cpuProfileSchema } from '../../electron/contract/profile.ts'
import { createCli, type Cli, type Started } from './cli-fixture.ts'

let cli: Cli
let serve: Started
beforeAll(async () => {
  cli = await createCli()
  cli.addJobType(
    'stays',
    `export default { name: 'stays', title: 'Runs until it is stopped', input: { type: 'object' },
      run: (_input, { signal, progress }) => new Promise((_, reject) => {
        progress({ ratio: 0.25, message: 'a quarter' })
        signal.addEventListener('abort', () => reject(signal.reason))
      }) }\n`,
  )
  cli.addJobType(
    'spins',
    `export default { name: 'spins', title: 'Never yields', input: { type: 'object' },\n  run: () => { for (;;) {} } }\n`,
  )
  serve = cli.start(['serve'])
  await serve.printed(/Toril is ready/)
})
afterAll(() => cli.close())

const runnerFile = () => join(cli.dataDir, 'runner.json')
const pending = { a: 1, b: 2 }

/** Enqueues a job that waits for an hour, and answers its id. */
async function delayed(): Promise<string> {
  const job = await cli.json('enqueue', 'add-two-numbers', JSON.stringify(pending), '-o', 'delayMs=3600000')
  return String(job['id'])
}

describe('serve', () => {
  test('prints the address of the panel with its token, which opens it', async () => {
    const [, address = ''] = await serve.printed(/Open (http:\S+)/)
    const answer = await fetch(address, { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
  })

  test('leaves runner.json while it runs', async () => {
    const file = JSON.parse(readFileSync(runnerFile(), 'utf8')) as Record<string, unknown>
    expect(file).toMatchObject({ pid: serve.child.pid, token: readFileSync(join(cli.dataDir, 'token'), 'utf8').trim() })
    expect((await fetch(`${String(file['url'])}/health`)).status).toBe(200)
  })

  test.skipIf(process.platform === 'win32')('lets only its owner read it', () => {
    expect(statSync(runnerFile()).mode & 0o777).toBe(0o600)
    expect(statSync(join(cli.dataDir, 'token')).mode & 0o777).toBe(0o600)
  })

  test('a second one on the same data folder is refused and does no harm', async () => {
    const { code, stderr } = await cli.run(['serve'])
    expect([code, stderr]).toEqual([
      4,
      expect.stringMatching(/^A runner \(process \d+\) already has .* answers at http/),
    ])
    expect(existsSync(runnerFile())).toBe(true)
  })
})

describe('enqueue', () => {
  test('prints the id, and the result with --wait', async () => {
    const plain = await cli.run(['enqueue', 'add-two-numbers', '{"a": 1, "b": 2}'])
    expect([plain.code, plain.stdout]).toEqual([0, expect.stringMatching(/^Job \S+ waiting\n$/)])
    const waited = await cli.run(['enqueue', 'add-two-numbers', '{"a": 20, "b": 22}', '--wait'])
    expect([waited.code, waited.stdout]).toEqual([0, '42\n'])
    expect(waited.stderr).toMatch(/completed/)
  })

  test('hashes a folder, with progress on standard error and the result on standard output', async () => {
    const folder = join(cli.folder, 'tree')
    mkdirSync(folder)
    writeFileSync(join(folder, 'a.txt'), 'a')
    const { code, stdout, stderr } = await cli.run(['enqueue', 'hash-folder', '{"path": "tree"}', '--wait'])
    const line = `${createHash('sha256').update('a').digest('hex')}  1  a.txt\n`
    const digest = createHash('sha256').update(line).digest('hex')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ files: 1, bytes: 1, digest })
    expect(stderr).toContain('1 of 1 files')
  })

  test('takes its input from a file and from standard input', async () => {
    writeFileSync(join(cli.folder, 'input.json'), '{"a": 1, "b": 1}')
    expect((await cli.run(['enqueue', 'add-two-numbers', '@input.json', '-w'])).stdout).toBe('2\n')
    const piped = await cli.run(['enqueue', 'add-two-numbers', '-', '-w', '--json'], {}, '{"a": 2, "b": 2}')
    expect(JSON.parse(piped.stdout)).toMatchObject({ state: 'completed', result: 4, attempts: [{ number: 1 }] })
  })

  test.each([
    [['no-such-type'], 4, /no-such-type/],
    [['add-two-numbers', '{"a": "x", "b": 1}'], 2, /\ba\b/],
    [['add-two-numbers', '{}', '-o', 'attempts=0'], 2, /^options\.attempts must be at least 1\.$/m],
    [['add-two-numbers', '{}', '-o', 'attempts'], 2, /^attempts is not of the form name=value\.$/m],
    [['hash-folder', '{"path": "/no/such/folder"}', '--wait'], 1, /failed: .*\/no\/such\/folder/],
  ])('%j ends with %i', async (args, expected, message) => {
    const { code, stderr } = await cli.run(['enqueue', ...args])
    expect([code, stderr]).toEqual([expected, expect.stringMatching(message)])
  })

  test.skipIf(process.platform === 'win32')('Ctrl-C while waiting leaves the job running and says so', async () => {
    const waiting = cli.start(['enqueue', 'stays', '{}', '--wait'])
    await waiting.printed(/a quarter/)
    waiting.child.kill('SIGINT')
    const { code, stderr } = await waiting.finished
    expect(code).toBe(130)
    const [, id = ''] = /Job (\S+) goes on\./.exec(stderr) ?? []
    expect((await cli.json('job', id))['state']).toBe('active')
    expect((await cli.run(['cancel', id, '--now'])).code).toBe(0)
    const followed = await cli.run(['job', id, '--follow'])
    expect([followed.code, followed.stdout]).toEqual([1, expect.stringContaining('cancelled')])
  })
})

describe('jobs', () => {
  test('are listed, found and shown', async () => {
    const { id } = (await cli.json('enqueue', 'add-three-numbers', '{"a":1,"b":1,"c":7}', '--wait')) as { id: string }
    const list = await cli.run(['jobs', '--type', 'add-three-numbers', '--state', 'completed'])
    expect(list.stdout).toMatch(/^ID +TYPE +STATE/)
    expect(list.stdout).toContain(`${id}  add-three-numbers  completed`)
    expect(await cli.json('jobs', '--query', id)).toMatchObject({ total: 1, jobs: [{ id }] })
    const detail = await cli.run(['job', id, '--logs'])
    expect(detail.stdout).toMatch(/Result +9\n/)
    expect(detail.stdout).toMatch(/ATTEMPT +WHERE[\s\S]*1 +T\d+ .*completed/)
    expect(await cli.json('job', id, '--logs')).toMatchObject({
      id,
      logs: expect.any(Array) as unknown[],
      droppedLogs: 0,
    })
    expect((await cli.run(['jobs', '--query', 'nothing-has-this'])).stdout).toBe('No jobs match.\n')
    const narrowed = await cli.run(['jobs', '--filter', '-state:completed type:add-three-numbers'])
    expect(narrowed.stdout).toBe('No jobs match.\n')
    const wrong = await cli.run(['jobs', '--filter', 'colour:red'])
    expect([wrong.code === 0, wrong.stderr]).toEqual([false, expect.stringContaining('“colour” is not a filter')])
  })

  test('that run are seen on their threads', async () => {
    const { id } = (await cli.json('enqueue', 'stays', '{}')) as { id: string }
    let stdout = ''
    // Measured as soon as the thread is there to be measured.
    const row = new RegExp(`^T\\d+ +busy +${id} +stays .* MB of .*[GM]B `, 'm')
    while (!row.test(stdout)) ({ stdout } = await cli.run(['threads']))
    expect(stdout).toMatch(/^THREAD +STATE +JOB +TYPE +FOR +CPU +HEAP +LOOP +BLOCKED +DONE +LAST ERROR\n/)
    const { threads } = (await cli.json('threads')) as { threads: { job?: { id: string } }[] }
    expect(threads.find(({ job }) => job?.id === id)).toMatchObject({
      state: 'busy',
      job: { type: 'stays', attempt: 1 },
      jobsDone: expect.any(Number) as number,
    })
    expect((await cli.run(['cancel', id, '--now'])).code).toBe(0)
  })

  test('that spin show their stack and are profiled into a file that DevTools read', async () => {
    const { id } = (await cli.json('enqueue', 'spins', '{}')) as { id: string }
    let stdout = ''
    // Before that it loads its code.
    while (!stdout.includes('in run, ')) ({ stdout } = await cli.run(['stack', id]))
    expect(stdout).toMatch(/^Job \S+ spins, attempt 1 on T\d+\. It was in run, spins\.job\.mjs:2\.\n/)
    expect(stdout).toMatch(/\n {2}run {2}\S*spins\.job\.mjs:2:\d+\n {6}run: \(\) => \{ for/)

    const file = join(cli.folder, 'spin.cpuprofile')
    const recorded = await cli.run(['profile', id, '--seconds', '0.2', '--out', file])
    expect([recorded.code, recorded.stdout]).toEqual([
      0,
      expect.stringMatching(/SELF +TOTAL +FUNCTION[\s\S]* run +\S*spins/),
    ])
    const profile = cpuProfileSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    expect(profile.$toril).toMatchObject({ job: { id }, ended: 'time' })

    await cli.run(['cancel', id, '--now'])
    const refused = await cli.run(['profile', id])
    expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('is cancelled already')])
  })

  test.skipIf(process.platform === 'win32')('are profiled until Ctrl-C', async () => {
    const { id } = (await cli.json('enqueue', 'spins', '{}')) as { id: string }
    while ((await cli.json('job', id))['state'] !== 'active');
    const long = cli.start(['profile', id, '--seconds', '60', '--out', '-'])
    await long.printed(/Recording for 1 m 00 s/)
    long.child.kill('SIGINT')
    const ended = await long.finished
    expect([ended.code, JSON.parse(ended.stdout)]).toMatchObject([0, { $toril: { ended: 'stopped' } }])
    await cli.run(['cancel', id, '--now'])
  })

  test('that do not exist are refused with 4', async () => {
    for (const command of ['job', 'cancel', 'retry', 'promote', 'stack']) {
      expect((await cli.run([command, 'none'])).code).toBe(4)
    }
    const { stderr } = await cli.run(['job', 'none', '--json'])
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'JOB_NOT_FOUND' } })
  })

  test('say why they are not running, and what to run about it', async () => {
    const id = await delayed()
    const { stdout } = await cli.run(['job', id])
    expect(stdout).toMatch(/^ok +The queue is not paused\.$/m)
    expect(stdout).toMatch(new RegExp(`^no +Starts at \\S+ +toril promote ${id}$`, 'm'))
    const why = { state: 'delayed', title: expect.stringContaining('Starts at') as string }
    expect(await cli.json('job', id)).toMatchObject({ id, why })
    await cli.run(['cancel', id])
    expect((await cli.run(['job', id])).stdout).not.toContain('WHY')
    expect(await cli.json('job', id)).toMatchObject({ why: { state: 'cancelled', checks: [] } })
  })

  test('wait for a rate limit that is set and lifted', async () => {
    const set = await cli.run(['preferences', 'set', 'queue.rateLimit={"max":1,"durationMs":3600000}'])
    expect(set.code).toBe(0)
    const first = await cli.json('enqueue', 'add-two-numbers', JSON.stringify(pending))
    const second = await cli.json('enqueue', 'add-two-numbers', JSON.stringify(pending))
    await cli.run(['job', String(first['id']), '--follow'])
    await expect
      .poll(async () => (await cli.run(['job', String(second['id'])])).stdout)
      .toMatch(/^no +The rate limit of 1 job in 1 h is reached.*toril preferences set queue\.rateLimit=null$/m)
    expect((await cli.run(['preferences', 'set', 'queue.rateLimit=null'])).stdout).toMatch(/queue\.rateLimit +null/)
    expect((await cli.run(['job', String(second['id']), '--follow'])).code).toBe(0)
  })

  test('are promoted, retried and cancelled', async () => {
    const id = await delayed()
    expect((await cli.run(['promote', id])).stdout).toContain(`Job ${id}`)
    await cli.run(['job', id, '--follow'])
    expect((await cli.json('retry', id))['id']).toBe(id)
    const other = await delayed()
    const cancelled = await cli.run(['cancel', other, '--reason', 'a mistake'])
    expect([cancelled.code, cancelled.stdout]).toEqual([0, expect.stringContaining('cancelled')])
    expect(await cli.json('job', other)).toMatchObject({
      state: 'cancelled',
      error: { message: 'Cancelled from the CLI: a mistake' },
    })
  })
})

describe('the runner', () => {
  test('is paused and resumed', async () => {
    expect((await cli.run(['pause'])).stdout).toMatch(/^Paused\. /)
    expect(await cli.json('status')).toMatchObject({ queue: { paused: true }, runners: [{ self: true }] })
    expect((await cli.run(['resume'])).stdout).toMatch(/^Running\. /)
    expect((await cli.run(['status'])).stdout).toMatch(/Data folder[\s\S]*STATE +JOBS\nwaiting/)
  })

  test('is listed, paused, resumed, drained and resized by its id', async () => {
    const [listed] = JSON.parse((await cli.run(['runners', '--json'])).stdout) as { id: string }[]
    const id = listed?.id ?? ''
    expect((await cli.run(['runners'])).stdout).toMatch(new RegExp(`^ID +HOST[^]*${id} \\*.* taking `))
    expect((await cli.run(['runners', 'pause', id])).stdout).toMatch(new RegExp(`^Runner ${id} is paused: 0 of `))
    expect(await cli.json('runners', 'drain', id)).toMatchObject({ id, state: 'drained' })
    expect((await cli.run(['runners', 'resume', id])).stdout).toMatch(/ takes jobs: /)
    expect(await cli.json('runners', 'resize', id, '--max-threads', '2', '--concurrency', '3')).toMatchObject({
      maxThreads: 2,
      concurrency: 3,
    })
    const nobody = await cli.run(['runners', 'pause', 'nobody'])
    expect([nobody.code, nobody.stderr]).toEqual([4, expect.stringMatching(/^No live runner .* nobody/)])
    expect((await cli.run(['runners', 'resize', id])).code).toBe(2)
  })

  test('tells its types and shows and changes its preferences', async () => {
    expect((await cli.run(['types'])).stdout).toMatch(/hash-folder +Hash a folder +built-in/)
    expect((await cli.run(['preferences', 'set', 'pool.maxThreads=3'])).stdout).toBe('pool.maxThreads  3\n')
    expect((await cli.run(['preferences', 'get', 'pool.maxThreads'])).stdout).toBe('3\n')
    expect(await cli.json('preferences')).toMatchObject({ pool: { maxThreads: 3 } })
    expect((await cli.run(['preferences', 'get', 'pool.none'])).code).toBe(2)
    const wrong = await cli.run(['preferences', 'set', 'pool.maxThreads=lots'])
    expect([wrong.code, wrong.stderr]).toEqual([2, 'pool.maxThreads must be a number.\n'])
  })

  test('passes its self-test', async () => {
    const { code, stdout } = await cli.run(['selftest'])
    expect(code).toBe(0)
    for (const type of ['add-two-numbers', 'add-three-numbers', 'hash-folder']) {
      expect(stdout).toMatch(new RegExp(`^${type} +ok `, 'm'))
    }
  })
})

// Last: it ends the runner of this file.
test.skipIf(process.platform === 'win32')(
  'serve stops in order on SIGTERM and leaves no trace of running',
  async () => {
    serve.child.kill('SIGTERM')
    const { code } = await serve.finished
    expect(code).toBe(0)
    expect(existsSync(runnerFile())).toBe(false)
    expect(existsSync(join(cli.dataDir, 'runner.lock'))).toBe(false)
    expect((await cli.run(['status'])).code).toBe(3)
  },
)

test('selftest starts a runner of its own where none runs', async () => {
  serve.child.kill('SIGTERM')
  await serve.finished
  const { code, stdout, stderr } = await cli.run(['selftest', '--json'])
  expect([code, stderr]).toEqual([0, expect.stringContaining('started one for this test')])
  expect(JSON.parse(stdout)).toMatchObject({ passed: true })
})
