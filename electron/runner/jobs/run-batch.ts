import { batchLimit, type BatchAction, type BatchProgress } from '../../contract/batch.ts'
import { isFinished, jobStates, type Job, type JobState } from '../../contract/job.ts'
import type { JobQuery, JobPage } from '../history/history.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Calls at once; more would only stand in line at the queue. */
const atOnce = 8
const tellEveryMs = 100
const pageSize = 200

export interface BatchParts {
  search: (query: JobQuery) => Promise<JobPage>
  act: (id: string) => Promise<unknown>
  action: BatchAction
  /** Which jobs; its limit and cursor are the batch's own. */
  query: JobQuery
  signal: AbortSignal
}

/** The states a job must be in for the action to make sense. */
const possible: Record<BatchAction, (state: JobState) => boolean> = {
  cancel: (state) => !isFinished(state),
  retry: isFinished,
  // A running job has to be cancelled first.
  remove: (state) => state !== 'active',
}

async function idsOf({ search, action, query, signal }: BatchParts): Promise<string[]> {
  const states = (query.states ?? [...jobStates]).filter(possible[action])
  if (states.length === 0) return []
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page: JobPage = await search({
      ...query,
      states,
      limit: pageSize,
      ...(cursor === undefined ? {} : { cursor }),
    })
    ids.push(...page.jobs.map(({ id }: Job) => id))
    cursor = page.nextCursor
  } while (cursor !== undefined && ids.length < batchLimit && !signal.aborted)
  return ids.slice(0, batchLimit)
}

/**
 * Does one thing to all jobs that match at its beginning, and tells how far it is. All ids are read first:
 * what the batch itself changes must not change what it is about. Ends early when the signal aborts or the
 * reader goes away; then the calls under way are waited for, and no further one is made.
 */
export async function* runBatch(parts: BatchParts): AsyncGenerator<BatchProgress> {
  const { act, query, signal } = parts
  const { cursor: _cursor, ...all } = query
  const ids = await idsOf({ ...parts, query: all })
  const progress: BatchProgress = { total: ids.length, done: 0, failed: 0, over: false }
  let next = 0
  let stopped = false

  async function work(): Promise<void> {
    while (!stopped && !signal.aborted) {
      const id = ids[next]
      if (id === undefined) return
      next += 1
      try {
        await act(id)
        progress.done += 1
      } catch (error) {
        progress.failed += 1
        progress.firstError ??= error instanceof Error ? error.message : String(error)
      }
    }
  }

  const working = Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work))
  try {
    let over = ids.length === 0
    while (!over && !signal.aborted) {
      yield { ...progress }
      const ended = await Promise.race([working.then(() => true), unlessAborted(tellEveryMs, signal)])
      over = ended === true
    }
    await working
    yield { ...progress, over: true }
  } finally {
    stopped = true
    await working
  }
}
