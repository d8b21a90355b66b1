import type { BatchProgress } from '../../contract/batch.ts'
import { unlessAborted } from './unless-aborted.ts'

/** Calls at once; more would only stand in line at the queue. */
const atOnce = 8
const tellEveryMs = 100

export interface BatchParts {
  ids: readonly string[]
  act: (id: string) => Promise<unknown>
  signal: AbortSignal
}

/**
 * Does one thing to jobs, and tells how far it is. Ends early when the signal aborts or the
 * reader goes away; then the calls under way are waited for, and no further one is made.
 */
export async function* runBatch({ ids, act, signal }: BatchParts): AsyncGenerator<BatchProgress> {
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
