import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolFixture, type PoolFixture, until } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture()
})
afterAll(() => fixture.close())

const fullStrength = () =>
  until(() => {
    const states = fixture.pool.threads().map(({ state }) => state)
    expect(states).toContain('idle')
    expect(states).not.toContain('busy')
  })

const deaths = [
  {
    how: 'process.exit',
    body: "console.log('last words'); process.exit(3)",
    outcome: 'crashed',
    code: 'THREAD_CRASHED',
    message: /exit code 3/,
  },
  {
    how: 'an error in a callback',
    body: "setTimeout(() => { throw new TypeError('from a timer') }); await new Promise(() => {})",
    outcome: 'crashed',
    code: 'THREAD_CRASHED',
    message: /did not catch.*from a timer/,
  },
  {
    how: 'a rejection nobody handles',
    body: "Promise.reject(new Error('left alone')); await new Promise(() => {})",
    outcome: 'crashed',
    code: 'THREAD_CRASHED',
    message: /left alone/,
  },
  {
    how: 'an endless loop past its timeout',
    body: 'for (;;);',
    request: { timeoutMs: 50 },
    outcome: 'timed-out',
    code: 'TIMED_OUT',
    message: /timeout of 50 ms/,
  },
  {
    how: 'a promise that never settles, past its timeout',
    body: 'await { then() {} }',
    request: { timeoutMs: 50 },
    outcome: 'timed-out',
    code: 'TIMED_OUT',
    message: /timeout of 50 ms/,
  },
  {
    how: 'running out of memory',
    body: 'const all = []; for (;;) all.push(Array.from({ length: 10000 }, () => ({})))',
    request: { memoryMb: 24 },
    outcome: 'out-of-memory',
    code: 'OUT_OF_MEMORY',
    message: /memory limit of 24 MB/,
  },
]

test.each(deaths)('death of a thread by $how costs that attempt only', async (death) => {
  const victim = fixture.start(death.body, death.request)
  const bystander = fixture.start('await new Promise((done) => setTimeout(done, 20)); return 7')
  const report = await victim.run.report
  expect(report).toMatchObject({ outcome: death.outcome, retryable: true, error: { code: death.code } })
  expect(report.error?.message).toMatch(death.message)
  expect(await bystander.run.report).toMatchObject({ outcome: 'completed', result: 7 })
  await fullStrength()
  expect(await fixture.start('return 1').run.report).toMatchObject({ outcome: 'completed' })
})

test('the last words of a thread that exits arrive before its report', async () => {
  const started = fixture.start("for (let i = 0; i < 50; i++) ctx.log('line ' + i); process.exit(1)")
  await started.run.report
  expect(started.lines()).toHaveLength(50)
})

test('a line logged before an endless loop is seen while the loop spins', async () => {
  const started = fixture.start("ctx.log('about to spin'); for (;;);")
  await until(() => expect(started.lines()).toEqual(['about to spin']))
  started.run.kill('seen enough')
  expect(await started.run.report).toMatchObject({ outcome: 'cancelled', error: { message: 'seen enough' } })
})

test('an error keeps the stack of its own file', async () => {
  const { error } = await fixture.start("const e = new RangeError('here'); e.code = 'MINE'; throw e").run.report
  expect(error).toMatchObject({ code: 'MINE', message: 'here' })
  expect(error?.stack).toMatch(/type-\d+\.mjs.*:1:\d+/)
})

test.each([
  ['a function', 'return { a: [() => 1] }', 'a.0 is a function'],
  ['a bigint', 'return 5n', 'it is a bigint'],
  ['a map', 'return { inside: new Map() }', 'inside is a Map'],
  ['not a number', 'return { ratio: 0 / 0 }', 'ratio is NaN'],
  ['a cycle', 'const a = {}; a.self = a; return a', 'self is part of a cycle'],
])('a result with %s fails with RESULT_NOT_JSON', async (_name, body, where) => {
  const report = await fixture.start(body).run.report
  expect(report).toMatchObject({ outcome: 'failed', error: { code: 'RESULT_NOT_JSON' } })
  expect(report.error?.message).toContain(where)
})

test('an error left behind by an ended job does not cost the job that runs after it', async () => {
  const single = await createPoolFixture({
    settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 1 },
  })
  try {
    const first = single.start("setTimeout(() => { throw new Error('too late') }, 30); return 'first'")
    const second = single.start("await new Promise((done) => setTimeout(done, 120)); return 'second'")
    expect(await first.run.report).toMatchObject({ outcome: 'completed' })
    expect(await second.run.report).toMatchObject({ outcome: 'completed', result: 'second' })
    // Its thread is replaced all the same.
    expect(await single.start('return 3').run.report).toMatchObject({ result: 3 })
    await until(() => expect(single.pool.threads()[0]).toMatchObject({ id: 'T1', jobsDone: 1 }))
  } finally {
    await single.close()
  }
})

test('a thread entry that cannot start fails what waits, with the reason', async () => {
  const broken = await createPoolFixture({ entry: '/nowhere/worker-entry.js' })
  try {
    const report = await broken.start('return 1').run.report
    expect(report).toMatchObject({ outcome: 'crashed', error: { code: 'THREAD_CRASHED' } })
    expect(report.error?.message).toContain('No thread could be started')
  } finally {
    await broken.close()
  }
})

test('an unknown job type fails at once and asks for no retry', async () => {
  const report = await fixture.start('', { type: 'not-there' }).run.report
  expect(report).toMatchObject({ outcome: 'failed', retryable: false, error: { code: 'UNKNOWN_JOB_TYPE' } })
})

test('threads of one memory limit that cannot start hold up no others', async () => {
  const pool = await createPoolFixture()
  try {
    await until(() => expect(pool.pool.threads().map(({ state }) => state)).toEqual(['idle']))
    // Less than the thread itself takes.
    const tiny = pool.start('return 1', { memoryMb: 8 })
    // Its thread has died, and is tried again later.
    await until(() => {
      expect(pool.pool.threads().map(({ state }) => state)).toEqual(['idle'])
      expect(pool.pool.waiting()).toBe(1)
    })
    const other = pool.start('return 2')
    expect(other.told).toMatchObject([{ kind: 'start' }])
    expect(await other.run.report).toMatchObject({ outcome: 'completed', result: 2 })
    const report = await tiny.run.report
    expect(report).toMatchObject({ outcome: 'crashed', error: { code: 'THREAD_CRASHED' } })
    expect(report.error?.message).toContain('No thread with a memory limit of 8 MB could be started')
    expect(await pool.start('return 3').run.report).toMatchObject({ outcome: 'completed', result: 3 })
  } finally {
    await pool.close()
  }
})
