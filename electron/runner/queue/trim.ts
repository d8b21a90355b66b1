import type { JobType } from 'bullmq'
import type { Retention } from './queue-config.ts'
import type { BullQueue } from './job-mapping.ts'

/** Jobs deleted in one go: small enough not to hold up the queue. */
const batch = 1_000

/**
 * Deletes finished jobs beyond the newest `keep` that ended before a time, in epoch ms. The backend does not
 * do it when a job ends: the histories of all runners must have that end first. Jobs that ended in the same
 * millisecond as the last one kept are taken one by one, so none too many goes.
 */
export async function trimFinished(queue: BullQueue, keep: Retention, endedBefore: number): Promise<void> {
  await trimState(queue, 'completed', keep.completed, endedBefore)
  await trimState(queue, 'failed', keep.failed, endedBefore)
}

async function trimState(
  queue: BullQueue,
  state: 'completed' | 'failed',
  keep: number,
  endedBefore: number,
): Promise<void> {
  const backend = queue.getBackend()
  const firstEnded = await endOfFirstBeyond(queue, state, keep)
  if (firstEnded === undefined) return
  for (;;) {
    const removed = await backend.cleanJobsByState(state, Math.min(firstEnded, endedBefore) - 1, batch)
    if (removed.length < batch) break
  }
  if (firstEnded >= endedBefore) return
  // Oldest first, and only those that ended then: others have come since, whose end is still to be read.
  const beyond = await queue.getRanges([state], keep, keep + batch - 1, false)
  for (const id of beyond.reverse()) {
    const job = await queue.getJob(id)
    if (job?.finishedOn !== undefined && job.finishedOn > firstEnded) return
    await backend.remove(id, false)
  }
}

/** When the newest job beyond those to be kept ended. */
async function endOfFirstBeyond(queue: BullQueue, state: JobType, keep: number): Promise<number | undefined> {
  for (;;) {
    const [id] = await queue.getRanges([state], keep, keep, false)
    if (id === undefined) return undefined
    const job = await queue.getJob(id)
    if (job?.finishedOn) return job.finishedOn
    // Another runner trims at the same time, or someone runs it again: look anew.
  }
}
