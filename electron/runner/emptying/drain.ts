import { TorilError } from '../../contract/errors.ts'
import type { DrainInput } from '../../contract/queue-acts.ts'
import { counted } from '../counted.ts'
import { toldWhy } from '../jobs/cancel-options.ts'
import { tellDryRun, tellProgress } from '../jobs/tell-progress.ts'
import type { QueuedJob } from '../queue/job-queue.ts'
import { refuse, type Emptying, type EmptyingParts } from './emptying-parts.ts'
import { emptyState, takeOut } from './take-out.ts'

interface Look {
  waiting: number
  delayed: number
  /** Jobs that wait for their children. */
  parents: number
  /** Some jobs wait for a runner that knows their type: the queue has them delayed. */
  parked: boolean
  /** As the queue itself counts. */
  held: Record<'waiting' | 'delayed', number>
}

/** The next job of a job scheduler of BullMQ. */
function staysScheduled(error: unknown): 'stays' {
  if (error instanceof TorilError && error.code === 'JOB_SCHEDULED') return 'stays'
  throw error
}

/**
 * Takes what waits out of the queue. Job by job and not by BullMQ's own `drain`: that neither says which jobs it took,
 * which the history has to know, nor can it be stopped, and it holds up everyone else meanwhile. Like that it takes a
 * parent along that waits for nothing but drained children, and leaves the next job of a job scheduler alone.
 */
export function createDrain(parts: EmptyingParts): Emptying<DrainInput> {
  const { queue } = parts

  async function look(delayed: boolean): Promise<Look> {
    const [counts, held, { schedulers }] = await Promise.all([parts.counts(), queue.counts(), queue.contents()])
    return {
      waiting: counts.waiting,
      delayed: delayed ? Math.max(0, counts.delayed - schedulers) : 0,
      parents: counts['waiting-children'],
      parked: held.delayed > counts.delayed,
      held,
    }
  }

  return async ({ delayed = false, reason, dryRun, confirm }, { by, signal }) => {
    const { parents, parked, held, ...counts } = await look(delayed)
    if (dryRun === true) return tellDryRun(counts)
    const total = counts.waiting + counts.delayed
    refuse(parts, `take ${counted(total, 'job')} out of the queue`, confirm)
    const why = toldWhy('The queue was drained', by, reason)
    const beganAt = Date.now()

    /** A parent that waited for this job alone now waits like others. Its children are gone, so it must not run. */
    async function withParent(job: QueuedJob): Promise<boolean> {
      const parent = parents === 0 ? undefined : (await queue.family(job.id))?.parent
      if (!(await takeOut(parts, job, why))) return false
      if (parent?.queue !== queue.name) return true
      const freed = await queue.get(parent.id)
      if (freed?.state === 'waiting') await withParent(freed)
      return true
    }

    return tellProgress({
      total,
      signal,
      async work(progress, stop) {
        const drain = (state: 'waiting' | 'delayed', isMeant: (job: QueuedJob) => boolean): Promise<void> => {
          let looked = 0
          const wasThere = ({ createdAt }: QueuedJob): boolean => {
            looked += 1
            // Who added it has a clock that is ahead: what comes later stands behind all that was there.
            return createdAt <= beganAt || (createdAt > Date.now() && looked <= held[state])
          }
          // What was added since is not what was asked for.
          const act = async (job: QueuedJob) =>
            wasThere(job) && isMeant(job) ? withParent(job).catch(staysScheduled) : 'stays'
          return emptyState(parts, { state, progress, stop, act })
        }
        await drain('waiting', () => true)
        if (delayed || parked) await drain('delayed', (job) => delayed || parts.isParked(job.id))
        parts.stale()
      },
    })
  }
}
