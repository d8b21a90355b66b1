import type { Runner } from '../../contract/runner.ts'
import type { Taker } from './waiting-facts.ts'

/** What this runner knows of itself beyond what it tells the others. */
export interface OwnRoom {
  stopping: boolean
  /** Jobs it takes at most: what `concurrency` says, or what threads and line can hold. */
  limit: number
  concurrency: number
  maxThreads: number
  /** Jobs taken that have no thread yet. */
  waiting: number
}

/** The live runners that take jobs, with the room they have. */
export function takersAmong(runners: readonly Runner[], own: OwnRoom): Taker[] {
  return runners.flatMap((runner): Taker[] => {
    const { self, state, jobTypes, active, busyThreads, threads, maxThreads, concurrency } = runner
    if (state !== 'taking' || (self && own.stopping)) return []
    const told = { self, jobTypes, active, limit: concurrency, limitedBy: 'queue.concurrency' as const }
    // One of an older version does not tell its number: until it has as many as it may run jobs, a thread can be had.
    const most = maxThreads ?? Math.max(threads, Math.min(concurrency, busyThreads + 1))
    if (!self) return [{ ...told, busyThreads, maxThreads: most }]
    return [
      {
        ...told,
        limit: own.limit,
        limitedBy: own.limit < own.concurrency ? 'pool.maxQueue' : 'queue.concurrency',
        busyThreads: busyThreads + own.waiting,
        maxThreads: own.maxThreads,
      },
    ]
  })
}
