import { TorilError } from '../../contract/errors.ts'
import { isFinished, type Job, type LogLine, type Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { JobNews, Load } from './job-news.ts'
import type { Relay } from './relay.ts'

/** At most ten messages a second, however much happens. */
const batchMs = 100
/** Characters of one message; a single job may be longer. */
const messageLength = 500_000
/** Characters kept while the server is away; past it the oldest news goes. */
const heldLength = 16_000_000
/** Lines of one job between two messages; the job's own runner has them all. */
const heldLines = 10_000

export interface TellOthersParts {
  ownId: string
  board: JobBoard
  relay: Pick<Relay, 'tell'>
  /** Names the history this runner writes. */
  history: string
  load: () => Load
  onProblem: (message: string) => void
}

export interface TellOthers {
  /** Whether there is anybody to tell. Nothing is gathered while there is not. */
  setAudience(present: boolean): void
  /** Tells of this job whoever ran it, e.g. that it was cancelled here while it waited. */
  tell(id: string): void
  /** Tells of all that run here: somebody new listens. */
  tellRunning(): void
  /** Tells what is still untold. */
  close(): Promise<void>
}

interface Gathered {
  changed: boolean
  progress?: Progress
  lines: LogLine[]
}

/** Tells the other runners what happens to the jobs that run here, in batches, while there are others. */
export function createTellOthers(parts: TellOthersParts): TellOthers {
  const { board, ownId, relay } = parts
  let gathered = new Map<string, Gathered>()
  let messages: string[] = []
  let timer: NodeJS.Timeout | undefined
  let stopWatching: (() => void) | undefined
  let sending: Promise<void> | undefined
  let closed = false

  function note(id: string): Gathered {
    const known = gathered.get(id)
    if (known !== undefined) return known
    const fresh: Gathered = { changed: false, lines: [] }
    gathered.set(id, fresh)
    schedule()
    return fresh
  }

  function schedule(): void {
    if (!closed) timer ??= setTimeout(() => void flush(), batchMs)
  }

  function watch(): () => void {
    return board.onEverything({
      changed(job) {
        if (isOurs(job)) note(job.id).changed = true
      },
      // Whatever is heard from others comes by here as well, and is not theirs to hear again.
      progressed(id, progress) {
        if (board.running(id) !== undefined) note(id).progress = progress
      },
      logged(id, lines) {
        if (board.running(id) === undefined) return
        const news = note(id)
        news.lines.push(...lines)
        if (news.lines.length > heldLines) news.lines.splice(0, news.lines.length - heldLines)
      },
    })
  }

  function isOurs(job: Job): boolean {
    return board.running(job.id) !== undefined || job.attempts.at(-1)?.runner === ownId
  }

  function newsOf(id: string, { changed, progress, lines }: Gathered): JobNews {
    const job = changed ? board.recent(id) : undefined
    return {
      id,
      ...(job === undefined ? {} : { job }),
      ...(progress === undefined ? {} : { progress }),
      ...(lines.length === 0 ? {} : { lines }),
    }
  }

  /** News as JSON texts, put together to messages of a fair size. */
  function pack(): void {
    const batch = gathered
    gathered = new Map()
    let texts: string[] = []
    let length = 0
    for (const [id, entry] of batch) {
      const text = JSON.stringify(newsOf(id, entry))
      if (length > 0 && length + text.length > messageLength) {
        messages.push(`[${texts.join(',')}]`)
        texts = []
        length = 0
      }
      texts.push(text)
      length += text.length
    }
    if (texts.length > 0) messages.push(`[${texts.join(',')}]`)
    limit()
  }

  function limit(): void {
    let length = messages.reduce((sum, message) => sum + message.length, 0)
    if (messages.length < 2 || length <= heldLength) return
    while (messages.length > 1 && length > heldLength) length -= messages.shift()?.length ?? 0
    parts.onProblem('Other runners cannot be told all that happened here: the queue was away for too long.')
  }

  async function send(): Promise<void> {
    const { history, load } = parts
    while (messages[0] !== undefined) {
      const [message] = messages
      const jobs = JSON.parse(message) as Json
      await relay.tell('jobs', { history, load: load(), jobs })
      if (messages[0] === message) messages.shift()
    }
  }

  async function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    pack()
    if (sending !== undefined) return sending
    sending = send()
      .catch((error: unknown) => {
        // Kept for the next time: the queue's connection tells that the server is away. Unless it may not speak at all.
        if (error instanceof TorilError && error.code === 'RUNNER_SILENT') messages = []
      })
      .finally(() => {
        sending = undefined
        if (messages.length > 0) schedule()
      })
    return sending
  }

  return {
    setAudience(present) {
      if (present === (stopWatching !== undefined) || closed) return
      if (present) {
        stopWatching = watch()
        this.tellRunning()
      } else {
        stopWatching?.()
        stopWatching = undefined
        gathered.clear()
        messages = []
      }
    },
    tell(id) {
      const job = board.recent(id)
      if (stopWatching !== undefined && job !== undefined && isFinished(job.state)) note(id).changed = true
    },
    tellRunning() {
      if (stopWatching === undefined) return
      for (const { job } of board.allRunning()) note(job.id).changed = true
    },
    async close() {
      stopWatching?.()
      stopWatching = undefined
      if (gathered.size > 0 || messages.length > 0) await flush()
      closed = true
      clearTimeout(timer)
    },
  }
}
