import type { BatchProgress } from '../../contract/batch.ts'
import type { Job } from '../../contract/job.ts'
import { recordOf } from '../jobs/attempt-processor.ts'
import { jobFromQueue } from '../jobs/job-from-queue.ts'
import { forEachAtOnce } from '../jobs/tell-progress.ts'
import type { QueuedJob, QueueState } from '../queue/job-queue.ts'
import type { EmptyingParts } from './emptying-parts.ts'

/** Jobs read at once. */
const pageSize = 200
/** Questions to the queue at once. */
const atOnce = 16

/** Notes that a job which had not ended left the queue: here, in the history, and with the other runners. */
export async function noteCancelled(parts: EmptyingParts, queued: QueuedJob, reason: string): Promise<void> {
  const { board, history } = parts
  const job = jobFromQueue(queued)
  const recent = board.recent(job.id)
  const known = recent?.createdAt === job.createdAt ? recent : undefined
  const kept = known === undefined && queued.attemptsMade > 0 ? await history.reader.job(job.id) : known
  const cancelled: Job = {
    ...job,
    state: 'cancelled',
    attempts: kept?.attempts ?? [],
    finishedAt: new Date().toISOString(),
    error: { code: 'CANCELLED', message: reason },
  }
  history.writer.saveJob(recordOf(cancelled))
  board.changed(cancelled)
  parts.tell(job.id)
}

/** Takes a job that waits out of the queue; false when it has been taken, or is gone, meanwhile. */
export async function takeOut(parts: EmptyingParts, queued: QueuedJob, reason: string): Promise<boolean> {
  if (!(await parts.queue.remove(queued.id))) return false
  await noteCancelled(parts, queued, reason)
  return true
}

export interface EmptyState {
  state: QueueState
  progress: BatchProgress
  stop: AbortSignal
  /** Whether it is gone by this; `stays` for a job that is not meant. */
  act: (job: QueuedJob) => Promise<boolean | 'stays'>
}

/**
 * Takes the jobs of one state out of it, page after page; what stays is passed over. A job that is run meanwhile moves
 * those behind it up, past the beginning of the next page: so it begins anew until nothing was there to take.
 */
export async function emptyState(parts: EmptyingParts, { state, progress, stop, act }: EmptyState): Promise<void> {
  const { queue } = parts
  /** Looked at, and still there. */
  const staying = new Set<string>()
  let taken = 0

  /** Whether it is where it was. */
  async function stays(job: QueuedJob): Promise<boolean> {
    if (staying.has(job.id)) return true
    try {
      const result = await act(job)
      // It may also have gone elsewhere by itself.
      if (result !== true) return result === 'stays' || (await queue.get(job.id))?.state === state
      progress.done += 1
      taken += 1
      return false
    } catch (error) {
      progress.failed += 1
      progress.firstError ??= error instanceof Error ? error.message : String(error)
      return true
    }
  }

  do {
    taken = 0
    let passed = 0
    while (!stop.aborted) {
      const page = await queue.page(state, passed, pageSize)
      if (page.length === 0) break
      await forEachAtOnce(page, atOnce, stop, async (job) => {
        if (!(await stays(job))) return
        staying.add(job.id)
        passed += 1
      })
    }
  } while (taken > 0 && !stop.aborted)
}
