import type { QueuedJob } from '../queue/job-queue.ts'

/** More are not remembered: one that is forgotten shows as waiting until it is looked at. */
const rememberedLimit = 50_000

/**
 * Jobs that the worker of another program has moved to a later time. When that is, neither the job's own options nor
 * its attempts tell, as they do of all other delayed jobs.
 */
export interface MovedJobs {
  /** A job was read from the queue. */
  saw(queued: QueuedJob): void
  /** When it becomes ready, epoch ms. */
  until(id: string): number | undefined
  /** It is no longer delayed. */
  forget(id: string): void
}

export function createMovedJobs(): MovedJobs {
  const moved = new Map<string, number>()
  return {
    saw({ id, state, attemptsMade, options, byToril, delayUntil }) {
      moved.delete(id)
      if (state !== 'delayed' || attemptsMade > 0 || options.delayMs !== undefined || delayUntil === undefined) return
      // Put aside by a runner of Toril it waits for people.
      if (byToril === true) return
      moved.set(id, delayUntil)
      const oldest = moved.keys().next().value
      if (moved.size > rememberedLimit && oldest !== undefined) moved.delete(oldest)
    },
    until: (id) => moved.get(id),
    forget: (id) => void moved.delete(id),
  }
}
