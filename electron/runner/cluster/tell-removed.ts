import * as z from 'zod'
import { unlessAway } from '../outage.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { Relay } from './relay.ts'

/** At most ten messages a second. */
const batchMs = 100
/** Ids of one message. */
const messageIds = 5_000

/** Said as `removed`: jobs are gone from queue and history. */
const removedSchema = z.object({
  /** Which history they are gone from; who writes another one keeps them there. */
  history: z.string(),
  ids: z.array(z.string()),
})

export interface TellRemovedParts {
  relay: Pick<Relay, 'tell' | 'hear'>
  board: Pick<JobBoard, 'running' | 'removed'>
  /** Names the history this runner writes. */
  history: string
  /** Whether there is anybody to tell. */
  hasOthers: () => boolean
  onProblem: (message: string) => void
}

export interface TellRemoved {
  tell(ids: readonly string[]): void
  /** Tells what is still untold. */
  close(): Promise<void>
}

/** Tells the other runners of jobs that somebody removed here, so that their panels lose them too. */
export function createTellRemoved({ relay, board, history, hasOthers, onProblem }: TellRemovedParts): TellRemoved {
  let gathered: string[] = []
  let timer: NodeJS.Timeout | undefined
  const failed = unlessAway(onProblem, 'The other runners could not be told of jobs that were removed')

  relay.hear('removed', removedSchema, (news) => {
    if (news.history !== history) return
    for (const id of news.ids) if (board.running(id) === undefined) board.removed(id)
  })

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const ids = gathered
    gathered = []
    for (let from = 0; from < ids.length; from += messageIds) {
      // While the server is away nobody hears it; their next list no longer has these jobs.
      await relay.tell('removed', { history, ids: ids.slice(from, from + messageIds) }).catch(failed)
    }
  }

  return {
    tell(ids) {
      if (!hasOthers()) return
      gathered.push(...ids)
      timer ??= setTimeout(() => void flush(), batchMs)
    },
    close: flush,
  }
}
