import type { Job } from '../../contract/job.ts'
import { isFinished } from '../../contract/job.ts'
import type { QueueInfo } from '../../contract/runner.ts'
import type { History, HistoryReader } from '../history/history.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import { isAway } from '../outage.ts'
import type { JobQueue, QueueLimits } from '../queue/job-queue.ts'
import { RateMeter } from './rate-meter.ts'

/** Counts are read again at most this often, however many ask. */
const maxAgeMs = 200
/** Jobs whose state was counted last, so that each change of state counts once. */
const countedLimit = 10_000

type Counts = Awaited<ReturnType<HistoryReader['counts']>>

export interface QueueStatsParts {
  queue: JobQueue
  history: History
  board: JobBoard
  /** Jobs put aside for want of a runner that knows them: delayed in the queue, waiting for people. */
  parkedCount: () => number
}

export interface QueueStats {
  /** While a server is away: its numbers of last time, with the connection as it stands. */
  info(): Promise<QueueInfo>
  /** Counts the finished jobs again, which the history knows also while the queue is away. Rejects UNAVAILABLE. */
  recountFinished(): Promise<void>
  /** Reads pause and limits again. Rejects UNAVAILABLE while the server is away. */
  look(): Promise<void>
  /** Pause and limits of the queue when last seen. */
  limits(): QueueLimits
  /** Jobs that ended in the last minute. */
  endedPerMinute(): number
  /** Told of them each time they are read. */
  onLimits(listener: (limits: QueueLimits) => void): void
  setPaused(paused: boolean): void
  /** Forget what was read: counts have changed without a job's change that the board tells. */
  stale(): void
  /** Told of that. Returns a function that stops listening. */
  onStale(listener: () => void): () => void
}

/** Counts and rates of the queue, read at most five times a second. */
export function createQueueStats({ queue, history, board, parkedCount }: QueueStatsParts): QueueStats {
  const enqueued = new RateMeter()
  const completed = new RateMeter()
  const failed = new RateMeter()
  const counted = new Map<string, Job['state']>()
  const staleListeners = new Set<() => void>()
  const limitsListeners = new Set<(limits: QueueLimits) => void>()
  let limits: QueueLimits = { paused: false, rateLimitedMs: 0, active: 0 }
  let reading: Promise<QueueInfo> | undefined
  let readAt = -Infinity
  /** A job changed since the numbers that `info` answers began to be read. */
  let changed = false
  let tellLater: NodeJS.Timeout | undefined
  let last: QueueInfo | undefined
  let finishedBefore: Counts | undefined

  board.onRemove(() => (changed = true))
  board.onChange((id) => {
    changed = true
    const job = board.recent(id)
    if (job === undefined) return
    const before = counted.get(id)
    if (before === job.state) return
    if (before === undefined && !isFinished(job.state)) enqueued.add()
    if (job.state === 'completed') completed.add()
    if (job.state === 'failed') failed.add()
    counted.delete(id)
    counted.set(id, job.state)
    const oldest = counted.keys().next().value
    if (counted.size > countedLimit && oldest !== undefined) counted.delete(oldest)
  })

  async function readLimits(): Promise<void> {
    const before = limits
    const read = await queue.limits()
    // Paused or resumed here meanwhile: what was read may be of before.
    limits = limits === before ? read : { ...read, paused: limits.paused }
    for (const listener of limitsListeners) listener(limits)
  }

  /** The queue goes on without the history: its numbers stay as they were. */
  async function countFinished(): Promise<Counts> {
    try {
      finishedBefore = await history.reader.counts()
    } catch (error) {
      if (!isAway(error) || finishedBefore === undefined) throw error
    }
    return finishedBefore
  }

  async function read(): Promise<QueueInfo> {
    const [live, finished] = await Promise.all([queue.counts(), countFinished(), readLimits()])
    const parked = Math.min(parkedCount(), live.delayed)
    last = {
      name: queue.name,
      backend: queue.backend,
      paused: limits.paused,
      counts: {
        waiting: live.waiting + parked,
        delayed: live.delayed - parked,
        'waiting-children': live['waiting-children'],
        active: live.active,
        completed: finished.completed,
        failed: finished.failed,
        cancelled: finished.cancelled,
      },
      rates: {
        enqueuedPerMinute: enqueued.perMinute(),
        completedPerMinute: completed.perMinute(),
        failedPerMinute: failed.perMinute(),
      },
      connection: queue.connection(),
    }
    return last
  }

  function tellStale(): void {
    clearTimeout(tellLater)
    tellLater = undefined
    reading = undefined
    for (const listener of staleListeners) listener()
  }

  /** A panel must be told that the connection is gone, and shows what was there until then. */
  function lastKnown(): QueueInfo | undefined {
    const connection = queue.connection()
    return last === undefined || connection.state === 'live'
      ? undefined
      : { ...last, paused: limits.paused, connection }
  }

  return {
    info() {
      const known = lastKnown()
      if (known !== undefined) return Promise.resolve(known)
      const now = performance.now()
      if (reading === undefined || now - readAt > maxAgeMs) {
        readAt = now
        changed = false
        const mine = read().catch((error: unknown) => {
          const meanwhile = lastKnown()
          if (meanwhile === undefined) throw error
          return meanwhile
        })
        reading = mine
        // A failed read is not kept for the next caller.
        mine.catch(() => {
          if (reading === mine) reading = undefined
        })
      } else if (changed) {
        // Whoever shows these numbers has to hear of the last change too, also when none follows it.
        tellLater ??= setTimeout(tellStale, maxAgeMs - (now - readAt)).unref()
      }
      return reading
    },
    async recountFinished() {
      const { completed, failed, cancelled } = await countFinished()
      if (last === undefined) return
      last = { ...last, counts: { ...last.counts, completed, failed, cancelled } }
      tellStale()
    },
    look: readLimits,
    limits: () => limits,
    endedPerMinute: () => completed.perMinute() + failed.perMinute(),
    onLimits: (listener) => void limitsListeners.add(listener),
    setPaused(value) {
      limits = { ...limits, paused: value }
      reading = undefined
    },
    stale: tellStale,
    onStale(listener) {
      staleListeners.add(listener)
      return () => staleListeners.delete(listener)
    },
  }
}
