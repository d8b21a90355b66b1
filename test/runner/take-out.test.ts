import { expect, test } from 'vitest'
import { emptyState } from '../../electron/runner/emptying/take-out.ts'
import type { EmptyingParts } from '../../electron/runner/emptying/emptying-parts.ts'
import type { QueuedJob } from '../../electron/runner/queue/job-queue.ts'

const never = new AbortController().signal
const startProgress = () => ({ total: 0, done: 0, failed: 0, over: false })

function jobOf(id: string): QueuedJob {
  const rest = { type: 'quick', input: null, options: {}, cancelled: false, attemptsMade: 0, stalledCount: 0 }
  return { id, state: 'waiting', createdAt: 0, ...rest }
}

/** A state of a queue that others change between two pages. */
function lineOf(ids: string[], between: (ids: string[]) => void = () => undefined): EmptyingParts {
  const queue = {
    page(_state: string, offset: number, limit: number) {
      const page = ids.slice(offset, offset + limit).map(jobOf)
      between(ids)
      return Promise.resolve(page)
    },
    get: (id: string) => Promise.resolve(ids.includes(id) ? jobOf(id) : undefined),
  }
  return { queue } as unknown as EmptyingParts
}

const take = (ids: string[], id: string): boolean => ids.splice(ids.indexOf(id), 1).length === 1

test('a job that stays, and then runs, hides none of those behind it', async () => {
  const ids = ['stays', ...Array.from({ length: 450 }, (_, n) => String(n))]
  let pages = 0
  const parts = lineOf(ids, () => {
    pages += 1
    // After the second page a worker takes the job that was passed over.
    if (pages === 2) take(ids, 'stays')
  })
  const progress = startProgress()
  const act = (job: QueuedJob) => Promise.resolve(job.id === 'stays' ? ('stays' as const) : take(ids, job.id))
  await emptyState(parts, { state: 'waiting', progress, stop: never, act })
  expect([ids, progress]).toEqual([[], { total: 0, done: 450, failed: 0, over: false }])
})

test('a job that refuses is asked once, and the others go all the same', async () => {
  const ids = Array.from({ length: 300 }, (_, n) => String(n))
  const progress = startProgress()
  const act = (job: QueuedJob) =>
    Number(job.id) % 3 === 0 ? Promise.reject(new Error(`Job ${job.id} cannot.`)) : Promise.resolve(take(ids, job.id))
  await emptyState(lineOf(ids), { state: 'waiting', progress, stop: never, act })
  expect(progress).toMatchObject({ done: 200, failed: 100, firstError: 'Job 0 cannot.' })
})
