import type { JobError } from '../../contract/job.ts'
import type { JobBoard } from './job-board.ts'

function reasonOf(by: string | undefined): string {
  const who = by === undefined ? 'Another program' : `Runner ${by}`
  return `${who} has taken the job up, because this runner was silent for too long.`
}

/** The error of an attempt whose job another runner has taken up while it ran. */
export function takenError(by: string | undefined): JobError {
  return { code: 'LOST', message: reasonOf(by) }
}

/**
 * Ends the attempt of a job that somebody else has taken up, so that its work is not done beside the new attempt for
 * longer than it must. What it comes to is refused by the queue. Asked first, killed after the grace time.
 */
export function createEndTaken(board: JobBoard, graceMs: () => number): (id: string, by: string | undefined) => void {
  return (id, by) => {
    const running = board.running(id)
    // Whoever cancelled it ends it too.
    if (running?.run === undefined || running.cancel !== undefined || running.taken !== undefined) return
    const { run, attempt } = running
    running.taken = { by }
    run.cancel(reasonOf(by))
    if (attempt.executor === 'inline') return
    const timer = setTimeout(() => void run.kill(reasonOf(by)), graceMs())
    timer.unref()
    void run.report.then(() => clearTimeout(timer))
  }
}
