import type { BatchProgress } from '../../contract/batch.ts'
import { countOne, forEachAtOnce, tellProgress } from './tell-progress.ts'

/** Calls at once; more would only stand in line at the queue. */
const atOnce = 8

export interface BatchParts {
  ids: readonly string[]
  act: (id: string) => Promise<unknown>
  signal: AbortSignal
}

/**
 * Does one thing to jobs, and tells how far it is. Ends early when the signal aborts or the reader goes away; then
 * the calls under way are waited for, and no further one is made.
 */
export function runBatch({ ids, act, signal }: BatchParts): AsyncGenerator<BatchProgress> {
  return tellProgress({
    total: ids.length,
    signal,
    work: (progress, stop) => forEachAtOnce(ids, atOnce, stop, (id) => countOne(progress, () => act(id))),
  })
}
