import type { JobState, JobSummary, Progress } from '../../../electron/contract/job.ts'
import type { Thread } from '../../../electron/contract/runner.ts'
import { formatCount, formatElapsed, formatPercent, localizeTimes } from '../../lib/format.ts'

/** What the last column of a group says. */
export const lastColumn: Record<JobState, string> = {
  active: 'Elapsed',
  waiting: 'Waited',
  delayed: 'Enqueued',
  'waiting-children': 'Waited',
  failed: 'Failed at',
  completed: 'Took',
  cancelled: 'Ended at',
}

/** `34 of 50 images`, `220 of 1,000`, `68 %`; undefined without progress. */
export function describeProgress(progress: Progress | undefined): string | undefined {
  if (progress === undefined) return undefined
  if (progress.message !== undefined && progress.message !== '') return progress.message
  if (progress.done !== undefined && progress.total !== undefined) {
    return `${formatCount(progress.done)} of ${formatCount(progress.total)}`
  }
  if (progress.done !== undefined) return formatCount(progress.done)
  return progress.ratio === undefined ? undefined : formatPercent(progress.ratio)
}

/** The share that is done, when the job says enough to know it. */
export function progressRatio(progress: Progress | undefined): number | undefined {
  if (progress === undefined) return undefined
  if (progress.ratio !== undefined) return progress.ratio
  const { done, total } = progress
  return done !== undefined && total !== undefined && total > 0 ? Math.min(1, done / total) : undefined
}

export interface RowInfo {
  text: string
  tone: 'sec' | 't-failed' | 't-retry'
}

/** The one thing worth saying about a job in its row. */
export function describeRow(job: JobSummary, thread: Pick<Thread, 'state' | 'blockedMs'> | undefined): RowInfo {
  const { waitingReason } = job
  switch (job.state) {
    case 'active':
      if (thread?.state === 'blocked') {
        return { text: `Thread blocked for ${formatElapsed(thread.blockedMs)}`, tone: 't-retry' }
      }
      if (waitingReason?.code === 'CANCELLING') {
        return { text: localizeTimes(waitingReason.message), tone: 't-retry' }
      }
      return { text: describeProgress(job.progress) ?? job.inputPreview, tone: 'sec' }
    case 'failed':
      return { text: job.error?.message ?? 'Failed', tone: 't-failed' }
    case 'cancelled':
    case 'completed':
      return { text: job.inputPreview, tone: 'sec' }
    default:
      // Otherwise it says more: that it is left to other programs, or which runner is to be resumed.
      if (waitingReason?.code === 'NO_RUNNER_FOR_TYPE' && waitingReason.message.startsWith('No runner handles ')) {
        return { text: 'No runner handles this type', tone: 't-failed' }
      }
      return {
        text: waitingReason === undefined ? job.inputPreview : localizeTimes(waitingReason.message),
        tone: 'sec',
      }
  }
}
