import type { BatchProgress } from '../../contract/batch.ts'
import { isFinished, type JobState } from '../../contract/job.ts'
import type { CleanInput } from '../../contract/queue-acts.ts'
import { counted } from '../counted.ts'
import { stateOf } from '../jobs/job-from-queue.ts'
import { forEachAtOnce, tellDryRun, tellProgress } from '../jobs/tell-progress.ts'
import type { QueuedJob } from '../queue/job-queue.ts'
import { refuse, type Emptying, type EmptyingParts } from './emptying-parts.ts'

const atOnce = 16
const pageSize = 500

interface Wanted {
  states: JobState[]
  /** Epoch ms. */
  endedBefore: number
}

/**
 * Removes finished jobs as `remove` does, from the queue and from the history: the history keeps far more than the
 * queue, so cleaning the queue alone would change nothing that people see.
 */
export function createClean(parts: EmptyingParts): Emptying<CleanInput> {
  const { queue, history, board } = parts

  const isMeant = (job: QueuedJob | undefined, { states, endedBefore }: Wanted): boolean =>
    job !== undefined &&
    isFinished(stateOf(job)) &&
    states.includes(stateOf(job)) &&
    (job.finishedAt ?? Infinity) <= endedBefore

  /** Those that the queue still has, by id, oldest first within a state. */
  async function inQueue(wanted: Wanted): Promise<Map<string, JobState>> {
    const found = new Map<string, JobState>()
    for (const state of ['completed', 'failed'] as const) {
      for (let offset = 0; ; offset += pageSize) {
        const page = await queue.page(state, offset, pageSize)
        for (const job of page) if (isMeant(job, wanted)) found.set(job.id, stateOf(job))
        if (page.length < pageSize) break
      }
    }
    return found
  }

  /** Those of the queue that this history does not have. */
  async function onlyQueued(queued: Map<string, JobState>): Promise<string[]> {
    const ids = [...queued.keys()]
    const unknown: string[] = []
    for (let from = 0; from < ids.length; from += pageSize) {
      const some = ids.slice(from, from + pageSize)
      const known = await history.reader.states(some)
      unknown.push(...some.filter((id) => !known.has(id)))
    }
    return unknown
  }

  async function removeFromQueue(ids: readonly string[], wanted: Wanted): Promise<void> {
    await forEachAtOnce(ids, atOnce, new AbortController().signal, async (id) => {
      // Run again meanwhile, it stays.
      if (isMeant(await queue.get(id), wanted)) await queue.remove(id)
    })
  }

  function forget(ids: readonly string[], progress: BatchProgress): void {
    for (const id of ids) board.removed(id)
    parts.tellRemoved(ids)
    progress.done += ids.length
  }

  return async ({ state: states, olderThanMs, limit = Infinity, dryRun, confirm }, { signal }) => {
    const wanted: Wanted = { states, endedBefore: Date.now() - olderThanMs }
    const queued = await inQueue(wanted)
    const [kept, strays] = await Promise.all([history.reader.finishedCounts(wanted), onlyQueued(queued)])
    const counts = Object.fromEntries(states.map((state) => [state, kept.get(state) ?? 0]))
    for (const id of strays) {
      const state = queued.get(id)
      if (state !== undefined) counts[state] = (counts[state] ?? 0) + 1
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
    if (dryRun === true) {
      return tellDryRun(all <= limit ? counts : await oldestCounts(limit, wanted, counts, history))
    }
    const total = Math.min(all, limit)
    refuse(parts, `remove ${counted(total, 'job')} that ${total === 1 ? 'has' : 'have'} finished`, confirm)

    return tellProgress({
      total,
      signal,
      async work(progress, stop) {
        const left = (): number => Math.min(pageSize, limit - progress.done)
        while (!stop.aborted && left() > 0) {
          const ids = await history.reader.finishedIds(wanted, left())
          if (ids.length === 0) break
          await removeFromQueue(
            ids.filter((id) => queued.has(id)),
            wanted,
          )
          forget(await history.removeFinished(ids, wanted), progress)
        }
        for (let from = 0; !stop.aborted && left() > 0 && from < strays.length;) {
          const some = strays.slice(from, from + left())
          from += some.length
          await removeFromQueue(some, wanted)
          forget(some, progress)
        }
        parts.stale()
      },
    })
  }
}

/** With a limit only the oldest go; the history says of which states they are. */
async function oldestCounts(
  limit: number,
  wanted: Wanted,
  counts: Record<string, number>,
  history: EmptyingParts['history'],
): Promise<Record<string, number>> {
  const oldest = await history.reader.finishedCounts({ ...wanted, oldest: limit })
  const inHistory = [...oldest.values()].reduce((sum, count) => sum + count, 0)
  // Jobs that only the queue has come last.
  let rest = limit - inHistory
  return Object.fromEntries(
    Object.entries(counts).map(([state, count]) => {
      const known = oldest.get(state as JobState) ?? 0
      const more = Math.min(rest, count - known)
      rest -= more
      return [state, known + more]
    }),
  )
}
