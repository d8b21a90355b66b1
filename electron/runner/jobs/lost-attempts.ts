import type { Attempt } from '../../contract/job.ts'
import type { History } from '../history/history.ts'

/** An attempt whose runner died, as it ends. */
export function lostAttempt(attempt: Attempt): Attempt {
  return {
    ...attempt,
    finishedAt: new Date().toISOString(),
    outcome: 'lost',
    error: { code: 'LOST', message: `Runner ${attempt.runner} stopped answering while it ran this attempt.` },
  }
}

export interface LostAttemptsParts {
  history: History
  onOutcome: (outcome: 'lost') => void
}

/**
 * Ends the attempts that a dead runner left open of these jobs. It is done again before the next attempt of a
 * job, but that may be long in coming: the queue may be paused.
 */
export async function endLostAttempts(parts: LostAttemptsParts, runnerId: string, jobIds: string[]): Promise<void> {
  for (const id of jobIds) {
    const job = await parts.history.reader.job(id)
    for (const attempt of job?.attempts ?? []) {
      if (attempt.runner !== runnerId || attempt.finishedAt !== undefined) continue
      parts.history.writer.saveAttempt(id, lostAttempt(attempt))
      parts.onOutcome('lost')
    }
  }
}
