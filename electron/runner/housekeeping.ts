import type { Preferences } from '../contract/preferences.ts'
import type { History } from './history/history.ts'
import { isAway, messageOf } from './outage.ts'
import type { JobQueue } from './queue/job-queue.ts'

const trimEveryMs = 1_000
/** A finished job stays for so long: a runner that was not told of its end reads it 3 s later (queue-mirror.ts). */
const readableMs = 5_000
/** A clock that is further behind is not waited for: the queue would grow without end. */
const clockLimitMs = 60_000
const pruneEveryMs = 10 * 60_000
const firstPruneMs = 30_000

/**
 * Keeps queue and history within their limits. A finished job leaves the queue only after the history
 * has it: the flush comes first.
 */
export function startHousekeeping(parts: {
  queue: JobQueue
  history: History
  preferences: () => Preferences
  /** Whether the history has been brought in step with the queue: what an earlier run finished is known only there. */
  reconciled: () => boolean
  /** Whether other runners end jobs of the queue: one that died may not have written that down. */
  othersEnd: () => boolean
  /** Makes sure that the history has the ends of these jobs. */
  ensureEnds: (ids: readonly string[]) => Promise<void>
  /** Whether a job has finished since the last look; resets. */
  finishedSince: () => boolean
  /** Whether finished jobs may be taken out of the queue now. */
  mayTrim: () => boolean
  /** How far the slowest clock of all runners is behind this one's, ms; each says by its own when a job ended. */
  slowestClockMs: () => number
  onProblem: (message: string) => void
}): { stop(): void } {
  const { queue, history, preferences, onProblem } = parts
  let busy = false
  /** Until then there is something to trim, or may be; epoch ms. */
  let dueUntil = 0

  async function trim(): Promise<void> {
    if (busy || !parts.reconciled() || !parts.mayTrim()) return
    const now = Date.now()
    const readable = readableMs + Math.min(clockLimitMs, parts.slowestClockMs())
    if (parts.finishedSince()) dueUntil = now + readable + 2 * trimEveryMs
    if (now > dueUntil) return
    busy = true
    try {
      await history.writer.flush()
      const { keepCompleted, keepFailed } = preferences().queue
      const before = parts.othersEnd() ? parts.ensureEnds : undefined
      await queue.trim({ completed: keepCompleted, failed: keepFailed }, now - readable, before)
    } catch (error) {
      // Away: the connections report it, and a later turn trims.
      if (!isAway(error)) onProblem(`Finished jobs could not be taken out of the queue: ${messageOf(error)}`)
      dueUntil = Math.max(dueUntil, Date.now() + 2 * trimEveryMs)
    } finally {
      busy = false
    }
  }

  async function prune(): Promise<void> {
    const { keepDays, keepJobs } = preferences().history
    await history.prune({ keepDays, keepJobs }).catch((error: unknown) => {
      onProblem(`The history could not be pruned: ${messageOf(error)}`)
    })
  }

  const trimmer = setInterval(() => void trim(), trimEveryMs)
  const pruner = setInterval(() => void prune(), pruneEveryMs)
  const first = setTimeout(() => void prune(), firstPruneMs)
  for (const timer of [trimmer, pruner, first]) timer.unref()
  return {
    stop() {
      clearInterval(trimmer)
      clearInterval(pruner)
      clearTimeout(first)
    },
  }
}
