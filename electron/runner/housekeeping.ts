import type { Preferences } from '../contract/preferences.ts'
import type { History } from './history/history.ts'
import type { JobQueue } from './queue/job-queue.ts'

const trimEveryMs = 1_000
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
  /** Whether a job has finished since the last look; resets. */
  finishedSince: () => boolean
  onProblem: (message: string) => void
}): { stop(): void } {
  const { queue, history, preferences, onProblem } = parts
  let busy = false
  let due = false

  async function trim(): Promise<void> {
    if (busy || !parts.reconciled()) return
    if (parts.finishedSince()) due = true
    if (!due) return
    busy = true
    due = false
    try {
      await history.writer.flush()
      const { keepCompleted, keepFailed } = preferences().queue
      await queue.trim({ completed: keepCompleted, failed: keepFailed })
    } catch {
      // Away: the connections report it, and a later turn trims.
      due = true
    } finally {
      busy = false
    }
  }

  async function prune(): Promise<void> {
    const { keepDays, keepJobs } = preferences().history
    await history.prune({ keepDays, keepJobs }).catch((error: unknown) => {
      onProblem(`The history could not be pruned: ${error instanceof Error ? error.message : String(error)}`)
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
