import type { Attempt, Job } from '../../contract/job.ts'

/** The attempt whose end nobody has told, as the end of its job says that it ended. */
export function endedWith(open: Attempt, job: Job): Attempt {
  return {
    ...open,
    finishedAt: job.finishedAt ?? new Date().toISOString(),
    outcome: job.state === 'completed' ? 'completed' : job.state === 'cancelled' ? 'cancelled' : 'failed',
    ...(job.error === undefined ? {} : { error: job.error }),
  }
}
