import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPoolFixture, until } from './pool-fixture.ts'

const settings = (minThreads: number, maxThreads: number, idleTimeoutMs = 30_000) => ({
  minThreads,
  maxThreads,
  idleTimeoutMs,
  maxQueue: 1_000,
})

test('growing and shrinking under load loses and repeats no job', async () => {
  const fixture = await createPoolFixture({ settings: settings(1, 2) })
  try {
    const started = Array.from({ length: 600 }, (_, input) =>
      fixture.start('await new Promise((done) => setTimeout(done, input % 4)); return input', { input }),
    )
    const busy: number[] = []
    for (const [min, max] of [
      [1, 4],
      [1, 1],
      [3, 3],
      [0, 1],
      [2, 4],
      [1, 2],
    ] as const) {
      fixture.pool.configure(settings(min, max))
      expect(fixture.pool.settings()).toMatchObject({ minThreads: min, maxThreads: max })
      await started[busy.length * 60 + 50]?.run.report
      await until(() => expect(fixture.pool.threads().length).toBeLessThanOrEqual(max))
      busy.push(fixture.pool.threads().length)
    }
    const reports = await Promise.all(started.map(({ run }) => run.report))
    expect(reports.map(({ result }) => result)).toEqual(started.map((_, index) => index))
    const starts = started.map(({ told }) => told.filter(({ kind }) => kind === 'start').length)
    expect(starts.every((count) => count === 1)).toBe(true)
    expect(fixture.pool.waiting()).toBe(0)
  } finally {
    await fixture.close()
  }
})

test('shrinking while threads start keeps the one that is ready', async () => {
  const fixture = await createPoolFixture({ settings: settings(1, 1) })
  const shown = () => fixture.pool.threads().map(({ id, state, jobsDone }) => ({ id, state, jobsDone }))
  try {
    expect(await fixture.start('return 1').run.report).toMatchObject({ result: 1 })
    fixture.pool.configure(settings(4, 4))
    fixture.pool.configure(settings(1, 1))
    expect(shown()).toEqual([{ id: 'T1', state: 'idle', jobsDone: 1 }])
    expect(await fixture.start('return 2').run.report).toMatchObject({ result: 2 })
    fixture.pool.configure(settings(3, 3))
    await until(() => expect(shown().map(({ state }) => state)).toEqual(['idle', 'idle', 'idle']))
  } finally {
    await fixture.close()
  }
})

test('a job that counted on a starting thread gets another one', async () => {
  const fixture = await createPoolFixture({ settings: settings(0, 1) })
  try {
    const { run } = fixture.start('return 1')
    fixture.pool.configure(settings(4, 4))
    fixture.pool.configure(settings(0, 1))
    expect(await run.report).toMatchObject({ result: 1 })
  } finally {
    await fixture.close()
  }
})

const untilAsked = 'await new Promise((done) => ctx.signal.addEventListener("abort", done)); return 1'

test('threads above a smaller limit retire after their jobs, and nothing new is begun before there is room', async () => {
  const fixture = await createPoolFixture({ settings: settings(1, 3) })
  const shown = () => fixture.pool.threads().map(({ id, state }) => `${id} ${state}`)
  try {
    const jobs = [0, 1, 2].map(() => fixture.start(untilAsked))
    await until(() => expect(shown()).toEqual(['T1 busy', 'T2 busy', 'T3 busy']))
    const on = (label: string) => jobs.find(({ told: [start] }) => start?.kind === 'start' && start.thread === label)
    const [first, second, third] = ['T1', 'T2', 'T3'].map(on)
    fixture.pool.configure(settings(1, 1))
    expect(shown()).toEqual(['T1 busy', 'T2 retiring', 'T3 retiring'])
    // The way back, while they are still there.
    fixture.pool.configure(settings(1, 2))
    expect(shown()).toEqual(['T1 busy', 'T2 busy', 'T3 retiring'])
    fixture.pool.configure(settings(1, 1))

    const fourth = fixture.start('return 4')
    first?.run.cancel('enough')
    await first?.run.report
    expect(shown()).toEqual(['T1 idle', 'T2 retiring', 'T3 retiring'])
    expect(fixture.pool.waiting()).toBe(1)
    third?.run.cancel('enough')
    await third?.run.report
    expect([shown(), fixture.pool.waiting()]).toEqual([['T1 idle', 'T2 retiring'], 1])
    second?.run.kill('enough')
    expect(await fourth.run.report).toMatchObject({ result: 4 })
    expect(fourth.told[0]).toEqual({ kind: 'start', thread: 'T1' })
    expect(shown()).toEqual(['T1 idle'])
  } finally {
    await fixture.close()
  }
})

test('minThreads are started at once and kept, threads above them end when idle', async () => {
  const fixture = await createPoolFixture({ settings: settings(0, 4, 20) })
  try {
    expect(fixture.pool.threads()).toEqual([])
    const jobs = Array.from({ length: 4 }, () => fixture.start('await new Promise((d) => setTimeout(d, 30))'))
    await Promise.all(jobs.map(({ run }) => run.report))
    await until(() => expect(fixture.pool.threads()).toEqual([]))
    fixture.pool.configure(settings(2, 4, 20))
    expect(fixture.pool.threads().map(({ id }) => id)).toEqual(['T1', 'T2'])
    await until(() => expect(fixture.pool.threads().map(({ state }) => state)).toEqual(['idle', 'idle']))
  } finally {
    await fixture.close()
  }
})

test('memory classes share the limit of threads and none starves', async () => {
  const fixture = await createPoolFixture({ settings: settings(1, 2, 50) })
  try {
    const started = Array.from({ length: 18 }, (_, input) =>
      fixture.start('return input', { input, ...(input % 3 === 0 ? { memoryMb: 64 + (input % 2) * 16 } : {}) }),
    )
    const threads: number[] = []
    const stop = fixture.pool.onChange(() => threads.push(fixture.pool.threads().length))
    const reports = await Promise.all(started.map(({ run }) => run.report))
    stop()
    expect(reports.map(({ result }) => result)).toEqual(started.map((_, index) => index))
    expect(Math.max(...threads)).toBeLessThanOrEqual(2)
    await until(() => expect(fixture.pool.threads()).toHaveLength(1))
  } finally {
    await fixture.close()
  }
})

test('any mix of jobs, kills and resizes gives every job exactly one outcome', async () => {
  const fixture = await createPoolFixture({ settings: settings(1, 2) })
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('job' as const),
        body: fc.constantFrom(
          'return 1',
          'throw new Error("x")',
          'process.exit(1)',
          'await new Promise((d) => setTimeout(d, 5))',
        ),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), nth: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('resize' as const), max: fc.integer({ min: 1, max: 3 }) }) },
  )
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 15 }), async (steps) => {
        const jobs: ReturnType<typeof fixture.start>[] = []
        for (const each of steps) {
          if (each.kind === 'job') jobs.push(fixture.start(each.body))
          else if (each.kind === 'resize') fixture.pool.configure(settings(1, each.max))
          else jobs[each.nth]?.run.kill('chance')
        }
        const reports = await Promise.all(jobs.map(({ run }) => run.report))
        for (const { outcome } of reports) expect(['completed', 'failed', 'crashed', 'cancelled']).toContain(outcome)
        expect(fixture.pool.waiting()).toBe(0)
        expect(await fixture.start('return 9').run.report).toMatchObject({ result: 9 })
      }),
      { numRuns: 15 },
    )
  } finally {
    await fixture.close()
  }
})
