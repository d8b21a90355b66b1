import { isFinished } from '../../contract/job.ts'
import type { History } from '../history/history.ts'
import { unlessAway } from '../outage.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import type { JobBoard } from './job-board.ts'

/** So long others have to tell why a job was removed. */
const waitMs = 3_000
/** Jobs looked up at once. */
const step = 500

export interface GoneJobsParts {
  board: JobBoard
  history: History
  queue: Pick<JobQueue, 'get'>
  onProblem: (message: string) => void
}

export interface GoneJobs {
  /** The queue says that a job was removed. */
  heard(id: string): void
  close(): void
}

/** As the history has it of a job that left the queue without a word of how. */
export const removedError = { code: 'REMOVED', message: 'The job was taken out of the queue from outside.' }

/**
 * Puts right what is known of a job that somebody removed from the queue. A runner that does tells why, or has removed
 * it from the history as well; of what another program removes nothing else is heard.
 */
export function createGoneJobs({ board, history, queue, onProblem }: GoneJobsParts): GoneJobs {
  const gone = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let closed = false
  // Away: the comparison of queue and history follows when it is back.
  const failed = unlessAway(onProblem, 'What became of jobs that were taken out of the queue could not be written down')

  async function settle(id: string): Promise<void> {
    if (closed || board.running(id) !== undefined || (await queue.get(id)) !== undefined) return
    const known = board.recent(id)
    if (known !== undefined && isFinished(known.state)) return
    const error = removedError
    const finishedAt = new Date().toISOString()
    history.writer.saveJob({ id, state: 'cancelled', error, finishedAt })
    if (known !== undefined) board.changed({ ...known, state: 'cancelled', error, finishedAt })
  }

  async function look(): Promise<void> {
    timer = undefined
    const ids = [...gone]
    gone.clear()
    for (let from = 0; from < ids.length; from += step) {
      const some = ids.slice(from, from + step)
      const states = await history.reader.states(some)
      for (const id of some) {
        const state = states.get(id)
        if (state !== undefined && !isFinished(state)) await settle(id)
      }
    }
  }

  return {
    heard(id) {
      if (closed || isFinished(board.recent(id)?.state ?? 'waiting')) return
      gone.add(id)
      timer ??= setTimeout(() => void look().catch(failed), waitMs)
    },
    close() {
      closed = true
      clearTimeout(timer)
    },
  }
}
