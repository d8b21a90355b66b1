import { expect, test } from 'vitest'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import { TorilError } from '../../electron/contract/errors.ts'
import type { JobState } from '../../electron/contract/job.ts'
import type { JobQuery } from '../../electron/runner/history/history.ts'
import { batchSafely, type SafeBatchParts } from '../../electron/runner/jobs/batch-safely.ts'
import { runBatch } from '../../electron/runner/jobs/run-batch.ts'
import { jobOf } from '../api/runner-double.ts'

const never = new AbortController().signal

/** A history of so many jobs in pages of two hundred. */
function pagesOf(count: number, asked: (JobState[] | undefined)[] = []) {
  return (query: JobQuery) => {
    asked.push(query.states)
    const from = Number(query.cursor ?? 0)
    const jobs = Array.from({ length: Math.min(query.limit, count - from) }, (_, n) => jobOf(String(from + n)))
    const next = from + jobs.length
    return Promise.resolve({ jobs, total: count, ...(next < count ? { nextCursor: String(next) } : {}) })
  }
}

async function all(parts: Partial<SafeBatchParts>): Promise<BatchProgress[]> {
  const told: BatchProgress[] = []
  const whole = {
    search: pagesOf(0),
    act: () => Promise.resolve(),
    action: 'retry',
    which: { limit: 1 },
    get: (id: string) => Promise.resolve(jobOf(id)),
    safety: { refuseUnconfirmed: () => undefined },
    asked: {},
    signal: never,
  } as const
  for await (const progress of await batchSafely({ ...whole, ...parts })) told.push(progress)
  return told
}

test('a batch does every job once, page after page, and tells how far it is', async () => {
  const done: string[] = []
  const told = await all({ search: pagesOf(450), act: (id) => Promise.resolve(done.push(id)) })
  expect(done.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 450 }, (_, n) => String(n)))
  expect(told[0]).toMatchObject({ total: 450, over: false })
  expect(told.at(-1)).toEqual({ total: 450, done: 450, failed: 0, over: true })
})

test('a batch goes on after a job that refuses, and says why the first did', async () => {
  const act = (id: string) =>
    Number(id) % 2 === 0 ? Promise.resolve() : Promise.reject(new Error(`Job ${id} cannot.`))
  const told = await all({ search: pagesOf(4), act })
  expect(told.at(-1)).toEqual({ total: 4, done: 2, failed: 2, firstError: 'Job 1 cannot.', over: true })
})

test.each([
  ['cancel', ['waiting', 'delayed', 'waiting-children', 'active']],
  ['retry', ['completed', 'failed', 'cancelled']],
  ['remove', ['waiting', 'delayed', 'waiting-children', 'completed', 'failed', 'cancelled']],
] as const)('%s takes only jobs it is possible for', async (action, states) => {
  const asked: (JobState[] | undefined)[] = []
  await all({ search: pagesOf(1, asked), action })
  expect(asked).toEqual([states])
  const none = await all({ search: pagesOf(9), action: 'cancel', which: { limit: 1, states: ['failed'] } })
  expect(none).toEqual([{ total: 0, done: 0, failed: 0, over: true }])
})

test('a batch that is aborted begins no further job', async () => {
  const stop = new AbortController()
  let begun = 0
  const act = () => {
    begun += 1
    stop.abort()
    return Promise.resolve()
  }
  const told = await all({ search: pagesOf(1000), act, signal: stop.signal })
  expect(told.at(-1)).toMatchObject({ over: true, done: begun })
  expect(begun).toBeLessThan(20)
})

test('a batch whose reader goes away begins no further job', async () => {
  let begun = 0
  const blocked = Promise.withResolvers<void>()
  const act = () => {
    begun += 1
    return blocked.promise
  }
  const batch = runBatch({ ids: Array.from({ length: 1000 }, (_, n) => String(n)), act, signal: never })
  await batch.next()
  const gone = batch.return(undefined)
  blocked.resolve()
  await gone
  const then = begun
  await new Promise((resolve) => setImmediate(resolve))
  expect(begun).toBe(then)
  expect(begun).toBeLessThan(20)
})

const production = {
  refuseUnconfirmed(act: string, confirm: string | undefined) {
    if (confirm !== 'Production EU') throw new TorilError('CONFIRMATION_REQUIRED', `This would ${act}.`)
  },
}

test('a dry run tells how many jobs in which state, and does nothing to them', async () => {
  let begun = 0
  const act = () => Promise.resolve((begun += 1))
  const told = await all({ search: pagesOf(450), act, safety: production, asked: { dryRun: true } })
  const byState = { waiting: 450 }
  expect(told).toEqual([{ total: 450, done: 0, failed: 0, over: true, dryRun: true, byState }])
  expect(begun).toBe(0)
})

test('on production more than one job is refused before anything is done, until the name is given', async () => {
  let begun = 0
  const act = () => Promise.resolve((begun += 1))
  const parts = { search: pagesOf(1200), act, safety: production, action: 'remove' } as const
  for (const asked of [{}, { confirm: 'production eu' }]) {
    await expect(all({ ...parts, asked })).rejects.toMatchObject({
      code: 'CONFIRMATION_REQUIRED',
      message: 'This would remove 1,200 jobs.',
    })
  }
  expect(begun).toBe(0)
  expect((await all({ ...parts, search: pagesOf(1) })).at(-1)).toMatchObject({ done: 1 })
  expect((await all({ ...parts, asked: { confirm: 'Production EU' } })).at(-1)).toMatchObject({ done: 1200 })
})
