import { isFinished, type Attempt } from '../../contract/job.ts'
import type { History } from '../history/history.ts'
import type { JobBoard } from './job-board.ts'

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
  board: JobBoard
  onOutcome: (outcome: 'lost') => void
}

/**
 * Ends the attempts that a dead runner left open of these jobs, and of those that were seen to run there: another
 * runner may have given them back. It is done again before the next attempt of a job, but that may be long in coming:
 * the queue may be paused, or nobody else may know the type.
 */
export async function endLostAttempts(parts: LostAttemptsParts, runnerId: string, jobIds: string[]): Promise<void> {
  const { board, history } = parts
  const isOpen = (attempt: Attempt) => attempt.runner === runnerId && attempt.finishedAt === undefined
  const seen = board.newest(Infinity).filter(({ state, attempts }) => !isFinished(state) && attempts.some(isOpen))
  for (const id of new Set([...jobIds, ...seen.map((job) => job.id)])) {
    const kept = await history.reader.job(id)
    // Taken up here meanwhile: whoever starts an attempt ends those before it.
    if (board.running(id) !== undefined) continue
    const known = board.recent(id)
    // What another runner told only its history is not on the board, and the other way round.
    const open = new Map(
      [kept, known].flatMap((job) => job?.attempts.filter(isOpen) ?? []).map((one) => [one.number, one]),
    )
    for (const attempt of open.values()) {
      // Its runner may have written down the end, and died before it told.
      const told = kept?.attempts.find(
        ({ number, finishedAt }) => number === attempt.number && finishedAt !== undefined,
      )
      const ended = told ?? lostAttempt(attempt)
      if (told === undefined) history.writer.saveAttempt(id, ended)
      // Each of the runners that saw it writes it down; one of them has given the job back.
      if (told === undefined && jobIds.includes(id)) parts.onOutcome('lost')
      const place = known?.attempts.indexOf(attempt) ?? -1
      if (place >= 0) known?.attempts.splice(place, 1, ended)
    }
    if (known !== undefined && open.size > 0) board.changed(known)
  }
}
