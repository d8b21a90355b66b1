import { expect, test } from 'vitest'
import { until } from './pool-fixture.ts'
import type { CatalogEntry } from '../../electron/runner/catalog/catalog.ts'
import { createInlineExecutor } from '../../electron/runner/executors/create-inline-executor.ts'
import type { AttemptRequest } from '../../electron/runner/executors/executor.ts'
import type { JobContext } from '../../workers/context.ts'
import { noDatabase } from '../support/no-database.ts'
import type { JobDefinition } from '../../workers/define-job.ts'

function start(run: JobDefinition['run'], request: Partial<AttemptRequest> = {}, extra: Partial<JobDefinition> = {}) {
  const told: unknown[] = []
  const executor = createInlineExecutor({
    catalog: {
      get: (name) => (name === 'job' ? ({ source: { kind: 'built-in', name } } as CatalogEntry) : undefined),
      load: () => Promise.resolve({ name: 'job', title: 'Job', input: {}, run, ...extra }),
    },
    database: noDatabase,
    resultsDir: '/results',
  })
  const attempt = executor.run(
    { jobId: '1', type: 'job', input: {}, attempt: 2, ...request },
    {
      onStart: (place) => told.push({ start: place }),
      onProgress: (progress) => told.push({ progress }),
      onLogs: (lines, dropped) => told.push({ lines: lines.map(({ level, text }) => `${level} ${text}`), dropped }),
    },
  )
  return { attempt, told }
}

const untilStopped = (_input: unknown, { signal }: JobContext) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))

test('a job runs in the own process with the same context and reports', async () => {
  const { attempt, told } = start(async (_input, context) => {
    context.progress({ done: 1, total: 2 })
    context.log('hello', 'warn')
    return { attempt: context.attempt }
  })
  expect(await attempt.report).toMatchObject({
    outcome: 'completed',
    result: { attempt: 2 },
  })
  expect(told[0]).toEqual({ start: {} })
  expect(told).toContainEqual({ lines: ['warn hello'], dropped: 0 })
  expect(told).toContainEqual({ progress: { ratio: 0.5, done: 1, total: 2 } })
})

test('input and output are checked, and defaults are filled in', async () => {
  const schema = { type: 'object', required: ['a'], properties: { a: { type: 'number' }, b: { default: 'x' } } }
  const bad = await start(() => 1, { input: { a: 'one' } }, { input: schema }).attempt.report
  expect(bad).toMatchObject({ outcome: 'failed', retryable: false, error: { code: 'INVALID_INPUT' } })
  expect(bad.error?.message).toContain('a: must be number')
  const good = await start((input) => input, { input: { a: 1 } }, { input: schema }).attempt.report
  expect(good.result).toEqual({ a: 1, b: 'x' })
  const wrong = await start(() => 'text', {}, { output: { type: 'number' } }).attempt.report
  expect(wrong).toMatchObject({ outcome: 'failed', error: { code: 'INVALID_OUTPUT' } })
})

test('cancel and timeout reach it by the signal, and it says that it cannot be killed', async () => {
  const cancelled = start(untilStopped)
  await until(() => expect(cancelled.told).toHaveLength(1))
  expect(cancelled.attempt.kill('now')).toBe(false)
  cancelled.attempt.cancel('please')
  expect(await cancelled.attempt.report).toMatchObject({ outcome: 'cancelled', error: { message: 'please' } })
  const late = await start(untilStopped, { timeoutMs: 20 }).attempt.report
  expect(late).toMatchObject({ outcome: 'timed-out', error: { code: 'TIMED_OUT' } })
})

test('an unknown type and a job that throws nothing sensible are told apart', async () => {
  expect(await start(() => 1, { type: 'other' }).attempt.report).toMatchObject({ error: { code: 'UNKNOWN_JOB_TYPE' } })
  const report = await start(() => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw null
  }).attempt.report
  expect(report).toMatchObject({
    outcome: 'failed',
    retryable: true,
    error: { code: 'JOB_FAILED', message: 'The job threw null.' },
  })
})

test("what a job writes goes to its own log, of two at once each to its own, and the rest stays the runner's", async () => {
  const written: string[] = []
  const original = process.stdout.write
  process.stdout.write = ((text: string) => written.push(text) > 0) as typeof process.stdout.write
  try {
    const talk =
      (name: string): JobDefinition['run'] =>
      async () => {
        for (let n = 1; n <= 3; n += 1) {
          process.stdout.write(`${name} ${n}\n`)
          await new Promise((resolve) => setTimeout(resolve, 1))
          console.error('%s %d', name, n)
        }
      }
    const [one, two] = [start(talk('one')), start(talk('two'))]
    process.stdout.write('of the runner\n')
    await Promise.all([one.attempt.report, two.attempt.report])
    process.stdout.write('after\n')
    for (const [name, { told }] of Object.entries({ one, two })) {
      const lines = told.flatMap((each) => (each as { lines?: string[] }).lines ?? [])
      expect(lines).toEqual([1, 2, 3].flatMap((n) => [`info ${name} ${n}`, `error ${name} ${n}`]))
    }
    expect(written).toEqual(['of the runner\n', 'after\n'])
  } finally {
    process.stdout.write = original
  }
})

test('of 100,000 lines at once the first and the last are kept, and those between are counted', async () => {
  const { attempt, told } = start(() => {
    for (let n = 0; n < 100_000; n += 1) console.log(n)
  })
  await attempt.report
  const reports = told as { lines?: string[]; dropped?: number }[]
  const lines = reports.flatMap((each) => each.lines ?? [])
  const dropped = reports.reduce((sum, each) => sum + (each.dropped ?? 0), 0)
  expect(lines.length + dropped).toBe(100_000)
  expect(dropped).toBeGreaterThan(0)
  expect([lines[0], lines.at(-1)]).toEqual(['info 0', 'info 99999'])
  // Of one report at most 1,000 are held, however many were written.
  for (const each of reports) expect(each.lines?.length ?? 0).toBeLessThanOrEqual(1_000)
})
