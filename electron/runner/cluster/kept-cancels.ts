import type { Job } from '../../contract/job.ts'
import { unlessAway } from '../outage.ts'
import { within } from '../queue/within.ts'
import type { CancelWishes } from './cancel-wishes.ts'

/** How long the answer to a cancel waits for it to be kept. */
const keptWithinMs = 2_000

/**
 * The cancels of jobs that run here, kept beside the queue until the job's end is stored there: whoever takes the job
 * up when this runner dies in between cancels it instead.
 */
export interface KeptCancels {
  /** False when the queue does not take it in time; never rejects. */
  keep(job: Job, cancel: { by: string; reason: string }): Promise<boolean>
  has(jobId: string): boolean
  /** The end of the job is stored, or it is to run again. Rejects UNAVAILABLE. */
  drop(jobId: string): Promise<void>
  /** The same where nobody waits for it. */
  over(jobId: string): void
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

export function createKeptCancels(wishes: CancelWishes, onProblem: (message: string) => void): KeptCancels {
  /** The last write of each: one for the same job comes after it, or a note that is late would stay. */
  const kept = new Map<string, Promise<unknown>>()
  const notDropped = unlessAway(onProblem, 'A cancel that is over stays beside the queue for a while')

  function write(jobId: string, act: () => Promise<void>): Promise<void> {
    const before = kept.get(jobId) ?? Promise.resolve()
    const written = before.catch(() => undefined).then(act)
    kept.set(jobId, written)
    return written
  }

  async function drop(jobId: string): Promise<void> {
    if (!kept.has(jobId)) return
    const dropped = write(jobId, () => wishes.forget(jobId))
    await dropped
    if (kept.get(jobId) === dropped) kept.delete(jobId)
  }

  return {
    async keep({ id, createdAt }, { by, reason }) {
      let isKept = false
      const written = write(id, () => wishes.leave(id, { createdAt, by, reason }))
      await within(
        written.then(() => (isKept = true)),
        keptWithinMs,
      )
      return isKept
    },
    has: (jobId) => kept.has(jobId),
    drop,
    over: (jobId) => void drop(jobId).catch(notDropped),
    async close() {
      await within(Promise.allSettled(kept.values()), keptWithinMs)
    },
  }
}
