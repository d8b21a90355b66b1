import { isFinished, type Job, type JobSummary } from '../../../electron/contract/job.ts'

/**
 * Whether the row tells of a later run than the finished job that is shown. A quick one may be over before the row
 * was ever told as waiting or running: rows come ten times a second at most.
 */
export function isOfAnotherRun(job: Job | undefined, row: JobSummary | undefined): boolean {
  if (job === undefined || row === undefined || !isFinished(job.state)) return false
  if (!isFinished(row.state)) return true
  return row.attempt > (job.attempts.at(-1)?.number ?? 0) || (row.finishedAt ?? '') > (job.finishedAt ?? '')
}
