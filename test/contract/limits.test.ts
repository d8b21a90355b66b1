import { expect, test } from 'vitest'
import { jobTypeDefaultsSchema } from '../../electron/contract/job-type.ts'
import { fittingOptions, jobOptionsSchema, mostMemoryMb } from '../../electron/contract/job.ts'
import { longestDelayMs, longestTimerMs } from '../../electron/contract/json.ts'
import { toJob, type JobRow } from '../../electron/runner/history/job-rows.ts'
import { queuedJob, type BullJob } from '../../electron/runner/queue/job-mapping.ts'

const longestOfNode = 2 ** 31 - 1

test('no time of a job that ends in a timer is longer than a timer keeps', () => {
  expect(longestTimerMs).toBeLessThanOrEqual(longestOfNode)
  for (const schema of [jobOptionsSchema, jobTypeDefaultsSchema]) {
    expect(schema.safeParse({ timeoutMs: longestTimerMs }).success).toBe(true)
    expect(schema.safeParse({ timeoutMs: longestOfNode + 1 }).error?.issues).toMatchObject([{ path: ['timeoutMs'] }])
    expect(schema.safeParse({ memoryMb: 2 ** 44 }).error?.issues).toMatchObject([{ path: ['memoryMb'] }])
    const backoff = { type: 'fixed', delayMs: Number.MAX_SAFE_INTEGER }
    expect(schema.safeParse({ backoff }).error?.issues).toMatchObject([{ path: ['backoff', 'delayMs'] }])
  }
})

const foreign = {
  attempts: 5_000,
  delay: 0.4 * Number.MAX_SAFE_INTEGER,
  priority: 1.5,
  backoff: { type: 'fixed', delay: Infinity },
  toril: { timeoutMs: longestOfNode + 1, memoryMb: 0.5 },
}

test('options of a job that another program wrote are brought within the limits', () => {
  const job = { id: '1', name: 'x', data: {}, timestamp: 0, attemptsMade: 0, stalledCounter: 0, opts: foreign }
  const { options } = queuedJob(job as unknown as BullJob, 'waiting')
  expect(options).toEqual({
    attempts: 1_000,
    delayMs: longestDelayMs,
    priority: 2,
    backoff: { type: 'fixed', delayMs: longestDelayMs },
    timeoutMs: longestTimerMs,
    memoryMb: 16,
  })
  expect(jobOptionsSchema.parse(options)).toEqual(options)
})

test('a job that the history kept with a longer time is shown with the longest', () => {
  const row = { state: 'failed', error: null, progress: null, createdAt: new Date(), startedAt: null, finishedAt: null }
  const options = { timeoutMs: Number.MAX_SAFE_INTEGER, memoryMb: Number.MAX_SAFE_INTEGER }
  const job = toJob({ ...row, options } as unknown as JobRow, [])
  expect(job.options).toEqual({ timeoutMs: longestTimerMs, memoryMb: mostMemoryMb })
  expect(fittingOptions({})).toEqual({})
})
