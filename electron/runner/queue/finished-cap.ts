import type { Ownership } from './ownership.ts'
import type { Retention } from './queue-config.ts'

/**
 * Finished jobs kept beyond the retention until they are trimmed: what ends within 5 s, where the most that was
 * measured is 12,000 a second.
 */
const spare = 60_000
/** BullMQ's word for all. */
const all = -1

/** What the server itself keeps: more than asked for, so that `trim` alone says when a finished job goes. */
export interface FinishedCap {
  /** Shared with BullMQ's worker, which reads it with each job that ends. */
  readonly keep: { completed: { count: number }; failed: { count: number } }
  set(retention: Retention): void
}

/** The server keeps all where the queue is not Toril's own, from the moment that this is known. */
export function createFinishedCap(
  retention: Retention,
  ownership: Pick<Ownership, 'isOwn' | 'onGivenUp'>,
): FinishedCap {
  const keep = { completed: { count: all }, failed: { count: all } }
  function set(wanted: Retention): void {
    const own = ownership.isOwn()
    keep.completed.count = own ? wanted.completed + spare : all
    keep.failed.count = own ? wanted.failed + spare : all
  }
  set(retention)
  ownership.onGivenUp(() => set(retention))
  return { keep, set }
}
