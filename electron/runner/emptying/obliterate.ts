import { TorilError } from '../../contract/errors.ts'
import type { BatchProgress } from '../../contract/batch.ts'
import type { ObliterateInput } from '../../contract/queue-acts.ts'
import { recordOf } from '../jobs/attempt-processor.ts'
import { counted } from '../counted.ts'
import { toldWhy } from '../jobs/cancel-options.ts'
import { jobFromQueue } from '../jobs/job-from-queue.ts'
import { forEachAtOnce, tellDryRun, tellProgress } from '../jobs/tell-progress.ts'
import type { QueuedJob } from '../queue/job-queue.ts'
import { stillPaused } from '../queue/standstill.ts'
import { refuse, type Emptying, type EmptyingParts } from './emptying-parts.ts'
import { emptyState, noteCancelled, takeOut } from './take-out.ts'

/** Cancels at once. */
const atOnce = 16
const pageSize = 500

const waits = ['waiting', 'delayed', 'waiting-children'] as const

/**
 * Takes everything out of the queue. BullMQ's own `obliterate` comes last, for job schedulers and what else is left:
 * it does not say which jobs it takes, and on Redis forgets parents that wait for children.
 */
export function createObliterate(parts: EmptyingParts): Emptying<ObliterateInput> {
  const { queue, history } = parts

  function refuseRunning(active: number): void {
    if (active === 0) return
    const [run, them] = active === 1 ? ['runs', 'it'] : ['run', 'them']
    const message = `${counted(active, 'job')} of the queue ${run}. Nothing was removed. Wait for ${them}, or cancel ${them} with force.`
    throw new TorilError('JOB_ACTIVE', message)
  }

  /** What the queue tells of an end that this history does not know is kept before it is lost. */
  async function removeFinished(job: QueuedJob): Promise<boolean> {
    if (!(await history.reader.states([job.id])).has(job.id)) history.writer.saveJob(recordOf(jobFromQueue(job)))
    return queue.remove(job.id)
  }

  /** Jobs of schedulers, and what runs in a program that does not let go of it. */
  async function leftOver(): Promise<QueuedJob[]> {
    const left: QueuedJob[] = []
    for (const state of ['active', ...waits] as const) {
      for (let offset = 0; ; offset += pageSize) {
        const page = await queue.page(state, offset, pageSize)
        left.push(...page)
        if (page.length < pageSize) break
      }
    }
    return left
  }

  /** Nothing is taken meanwhile. The queue goes on whatever happens; a server that is away is waited for. */
  async function whileStill(act: () => Promise<void>): Promise<void> {
    await queue.holdStill()
    const failure = await act().then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    const goesOn = await queue.goOn()
    parts.stale()
    if (!goesOn) throw stillPaused(queue.name, failure?.error)
    if (failure !== undefined) throw failure.error
  }

  return async ({ force = false, reason, dryRun, confirm }, { by, signal }) => {
    const [live, { completed, failed }] = await Promise.all([parts.counts(), queue.contents()])
    const { waiting, delayed, active, 'waiting-children': parents } = live
    const counts = { waiting, delayed, 'waiting-children': parents, active, completed, failed }
    if (dryRun === true) return tellDryRun(counts)
    const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
    const running = active === 0 ? '' : `, ${active.toLocaleString('en')} of them running`
    refuse(parts, `obliterate the queue ${queue.name} with its ${counted(total, 'job')}${running}`, confirm)
    if (!force) refuseRunning(active)
    const why = toldWhy('The queue was obliterated', by, reason)

    async function cancelRunning(stop: AbortSignal): Promise<void> {
      const page = await queue.page('active', 0, active + pageSize)
      await forEachAtOnce(page, atOnce, stop, async ({ id }) => {
        // What cannot be cancelled, because it has just ended or a foreign program runs it, is taken below.
        await parts
          .cancel(id, { by, reason: reason ?? 'The queue was obliterated.', now: true })
          .catch((error: unknown) => {
            if (!(error instanceof TorilError)) throw error
          })
      })
    }

    async function takeAll(progress: BatchProgress, stop: AbortSignal): Promise<void> {
      const shared = { progress, stop }
      for (const state of waits) await emptyState(parts, { ...shared, state, act: (job) => takeOut(parts, job, why) })
      for (const state of ['completed', 'failed'] as const) {
        await emptyState(parts, { ...shared, state, act: removeFinished })
      }
    }

    return tellProgress({
      // The queue itself goes too, also when no job is in it.
      total: Math.max(1, total),
      signal,
      async work(progress, stop) {
        await whileStill(async () => {
          // What was taken just before the pause runs too.
          if (!force) refuseRunning((await queue.limits()).active)
          else await cancelRunning(stop)
          await takeAll(progress, stop)
          if (stop.aborted) return
          const left = await leftOver()
          await queue.obliterate()
          for (const job of left)
            await noteCancelled(parts, job, job.state === 'active' ? `${why} It was running.` : why)
          // All that refused to go one by one is gone with the rest.
          Object.assign(progress, { total: Math.max(total, progress.done + left.length), failed: 0 })
          progress.done = progress.total
          delete progress.firstError
        })
      },
    })
  }
}
