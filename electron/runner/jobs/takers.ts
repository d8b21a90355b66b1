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
    const { self, jobTypes, active, busyThreads, threads, concurrency } = runner
    if (self && own.stopping) return []
    const told = { self, jobTypes, active, limit: concurrency, limitedBy: 'queue.concurrency' as const }
    // Another runner starts threads up to a number of its own: until it has as many as it may run jobs, one can be had.
    if (!self) return [{ ...told, busyThreads, maxThreads: Math.max(threads, Math.min(concurrency, busyThreads + 1)) }]
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
