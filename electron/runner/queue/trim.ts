import type { JobType } from 'bullmq'
import type { ConnectionWatch } from './connection-watch.ts'
import type { BeforeTrim } from './job-queue.ts'
import type { Retention } from './queue-config.ts'
import type { BullQueue } from './job-mapping.ts'

/** Jobs deleted in one go: small enough not to hold up the queue. */
const batch = 1_000

export interface TrimWays {
  /** Asks the server; each question for itself, as what lies between two is not the server's time. */
  ask: ConnectionWatch['ask']
  /** Whether these may go; when not, none goes. */
  mayGo: (ids: readonly string[]) => Promise<boolean>
  before?: BeforeTrim | undefined
}

const again = { again: true }

/**
 * Deletes finished jobs beyond the newest `keep` that ended before a time, in epoch ms. The backend does not
 * do it when a job ends: the histories of all runners must have that end first. Jobs that ended in the same
 * millisecond as the last one kept are taken one by one, so none too many goes.
 */
export async function trimFinished(
  queue: BullQueue,
  keep: Retention,
  endedBefore: number,
  ways: TrimWays,
): Promise<void> {
  for (const state of ['completed', 'failed'] as const) {
    if (!(await trimState(queue, state, keep[state], endedBefore, ways))) return
  }
}

/** False when one of those beyond may not go. */
async function trimState(
  queue: BullQueue,
  state: 'completed' | 'failed',
  keep: number,
  endedBefore: number,
  { ask, mayGo, before }: TrimWays,
): Promise<boolean> {
  const backend = queue.getBackend()
  const firstEnded = await ask(() => endOfFirstBeyond(queue, state, keep), again)
  if (firstEnded === undefined) return true
  const [total = 0] = await ask(() => backend.getCounts([state]), again)
  const until = Math.min(firstEnded, endedBefore) - 1
  // From the oldest on, which are those that go. What ended since is looked at when its time comes.
  for (let from = 0; from < total - keep; from += batch) {
    const ids = await ask(() => queue.getRanges([state], from, from + batch - 1, true), again)
    if (await ask(() => haveEndedSince(queue, ids, until), again)) break
    if (!(await mayGo(ids))) return false
    await before?.(ids)
  }
  for (;;) {
    const removed = await ask(() => backend.cleanJobsByState(state, until, batch), again)
    if (removed.length < batch) break
  }
  if (firstEnded >= endedBefore) return true
  // Oldest first, and only those that ended then: others have come since, whose end is still to be read.
  const beyond = await ask(() => queue.getRanges([state], keep, keep + batch - 1, false), again)
  if (!(await mayGo(beyond))) return false
  await before?.(beyond)
  for (const id of beyond.reverse()) {
    const job = await ask(() => queue.getJob(id), again)
    if (job?.finishedOn !== undefined && job.finishedOn > firstEnded) return true
    await ask(() => backend.remove(id, false), again)
  }
  return true
}

/** Of ids in the order of their ends: whether all ended after that time. */
async function haveEndedSince(queue: BullQueue, [oldest]: string[], until: number): Promise<boolean> {
  if (oldest === undefined) return true
  const job = await queue.getJob(oldest)
  return job?.finishedOn !== undefined && job.finishedOn > until
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
