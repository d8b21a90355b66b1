import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPoolFixture, type PoolFixture, until } from './pool-fixture.ts'

let fixture: PoolFixture
beforeAll(async () => {
  fixture = await createPoolFixture()
})
afterAll(() => fixture.close())

test('progress and log lines come in order and before the report, the last ones included', async () => {
  const started = fixture.start(`
    for (let i = 1; i <= 30; i++) {
      ctx.progress({ done: i, total: 30 })
      ctx.log('line ' + i)
      await new Promise((done) => setTimeout(done, 5))
    }
    ctx.log('the end', 'warn')
    ctx.progress(1)
    return 1`)
  const seenAtReport = await started.run.report.then(() => started.told.length)
  expect(started.told).toHaveLength(seenAtReport)
  expect(started.lines()).toEqual([...Array.from({ length: 30 }, (_, i) => `line ${i + 1}`), 'the end'])
  const progress = started.told.flatMap((told) => (told.kind === 'progress' ? [told.progress] : []))
  expect(progress.at(-1)).toEqual({ ratio: 1 })
  const done = progress.slice(0, -1).map((each) => each.done ?? 0)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
})

test('100,000 progress calls and lines make few reports, and every dropped line is counted', async () => {
  const started = fixture.start(
    "for (let i = 0; i < 100000; i++) { ctx.progress({ done: i + 1, total: 100000, message: 'm' + i }); ctx.log('line ' + i) } return 'done'",
  )
  expect(await started.run.report).toMatchObject({ outcome: 'completed', result: 'done' })
  const lines = started.lines()
  const dropped = started.told.reduce((sum, told) => sum + (told.kind === 'dropped' ? told.count : 0), 0)
  expect(lines.length + dropped).toBe(100_000)
  expect(lines[0]).toBe('line 0')
  expect(lines.at(-1)).toBe('line 99999')
  const progress = started.told.filter((told) => told.kind === 'progress')
  expect(progress.length).toBeLessThan(500)
  expect(progress.at(-1)).toEqual({
    kind: 'progress',
    progress: { ratio: 1, done: 100_000, total: 100_000, message: 'm99999' },
  })
})

test('a job that never yields is still seen', async () => {
  const started = fixture.start('for (let i = 0; ; i = (i + 1) % 100) ctx.progress(i / 100)')
  await until(() => expect(started.told.filter(({ kind }) => kind === 'progress').length).toBeGreaterThan(2))
  started.run.kill('over')
  await started.run.report
})

test('what a job writes to the console, stdout and stderr is in its log with a level', async () => {
  const started = fixture.start(`
    console.log('number %d', 1, { a: 1 }); console.info('info'); console.debug('debug'); console.warn('warn'); console.error('error')
    process.stdout.write('one\\ntwo\\n'); process.stderr.write('bad\\n')
    console.table([{ a: 1 }])`)
  await started.run.report
  const lines = started.told.flatMap((told) => (told.kind === 'log' ? [`${told.level}: ${told.text}`] : []))
  expect(lines.slice(0, 8)).toEqual([
    'info: number 1 { a: 1 }',
    'info: info',
    'debug: debug',
    'warn: warn',
    'error: error',
    'info: one',
    'info: two',
    'warn: bad',
  ])
  expect(lines.join()).toContain('(index)')
})

test('lines of two jobs never meet', async () => {
  const body =
    'for (let i = 0; i < 20; i++) { console.log(ctx.jobId); await new Promise((d) => setTimeout(d, 1)) } return ctx.jobId'
  const started = Array.from({ length: 6 }, () => fixture.start(body))
  for (const { run, lines } of started) {
    const { result } = await run.report
    expect(new Set(lines())).toEqual(new Set([result]))
  }
})

test('CPU time and peak heap are measured', async () => {
  const report = await fixture.start('const end = Date.now() + 50; while (Date.now() < end); return 1').run.report
  expect(report.cpuMs).toBeGreaterThan(0)
  expect(report.peakHeapBytes).toBeGreaterThan(1_000_000)
})

test('an error with retryable false asks for no retry', async () => {
  const started = fixture.start("throw Object.assign(new Error('never'), { retryable: false })")
  expect(await started.run.report).toMatchObject({ outcome: 'failed', retryable: false })
})
