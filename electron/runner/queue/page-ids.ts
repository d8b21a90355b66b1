import type { JobType } from 'bullmq'
import type { BullQueue } from './job-mapping.ts'
import type { LiveCounts, QueueState } from './job-queue.ts'

/** PostgreSQL's backend counts the waiting jobs of a paused queue here; BullMQ's own types no longer know it. */
const paused = 'paused' as JobType

/** Jobs by live state; those with a priority, and those of a paused queue, wait like the others. */
export async function countJobs(queue: BullQueue): Promise<LiveCounts> {
  const types: JobType[] = ['wait', paused, 'prioritized', 'delayed', 'waiting-children', 'active']
  const counts = await queue.getBackend().getCounts(types)
  const [wait = 0, held = 0, prioritized = 0, delayed = 0, children = 0, active = 0] = counts
  return { waiting: wait + held + prioritized, delayed, 'waiting-children': children, active }
}

/**
 * Ids of the jobs in one state, in the order they will run or ended. Lists (waiting, active) come newest
 * first from both backends, and PostgreSQL's ascending pages start at the wrong end: so the page is
 * counted from the far end and turned round here.
 */
export async function pageIds(queue: BullQueue, state: QueueState, offset: number, limit: number): Promise<string[]> {
  if (limit <= 0) return []
  if (state === 'waiting') return waitingIds(queue, offset, limit)
  if (state === 'active') {
    const [total = 0] = await queue.getBackend().getCounts(['active'])
    return fromFarEnd(queue, 'active', total, offset, limit)
  }
  return queue.getRanges([state], offset, offset + limit - 1, true)
}

/** Jobs without a priority run first, then those with one, lowest number first. */
async function waitingIds(queue: BullQueue, offset: number, limit: number): Promise<string[]> {
  const [wait = 0, held = 0] = await queue.getBackend().getCounts(['wait', paused])
  const plain = wait + held
  const first = await fromFarEnd(queue, 'wait', plain, offset, limit)
  const missing = limit - first.length
  if (missing === 0) return first
  const start = Math.max(0, offset - plain)
  return [...first, ...(await queue.getRanges(['prioritized'], start, start + missing - 1, true))]
}

async function fromFarEnd(
  queue: BullQueue,
  type: JobType,
  total: number,
  offset: number,
  limit: number,
): Promise<string[]> {
  const end = total - offset - 1
  if (end < 0) return []
  const ids = await queue.getRanges([type], Math.max(0, end - limit + 1), end, false)
  return ids.reverse()
}
