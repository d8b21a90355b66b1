import type { Job } from '../../contract/job.ts'

/** A finished job as it waits to run again, without what its last run left. */
export function reopened(job: Job): Job {
  const {
    result: _result,
    error: _error,
    finishedAt: _finished,
    startedAt: _started,
    progress: _progress,
    ...rest
  } = job
  return { ...rest, state: 'waiting' }
}
