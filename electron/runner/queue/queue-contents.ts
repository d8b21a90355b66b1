import { ErrorCode } from 'bullmq'
import { TorilError } from '../../contract/errors.ts'
import type { BullQueue } from './job-mapping.ts'
import type { QueueContents } from './job-queue.ts'

/** Jobs deleted in one go: small enough not to hold up the server. */
const step = 1_000

export async function readContents(queue: BullQueue): Promise<QueueContents> {
  const [[completed = 0, failed = 0], schedulers] = await Promise.all([
    queue.getBackend().getCounts(['completed', 'failed']),
    queue.getJobSchedulersCount(),
  ])
  return { completed, failed, schedulers }
}

/** False when it is locked. Rejects JOB_SCHEDULED. */
export async function removeJob(queue: BullQueue, id: string): Promise<boolean> {
  try {
    return (await queue.getBackend().remove(id, false)) > 0
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== ErrorCode.JobBelongsToJobScheduler) throw error
    const message = `Job ${id} is the next one of a job scheduler of BullMQ. Remove the scheduler in the program that made it.`
    throw new TorilError('JOB_SCHEDULED', message, { cause: error })
  }
}

/**
 * Step by step, each a question of its own: BullMQ's takes as long as there are jobs. The queue must be paused, and
 * stays so; see keep-limits.ts.
 */
export async function obliterate(
  queue: BullQueue,
  change: <T>(question: () => Promise<T>) => Promise<T>,
): Promise<void> {
  while ((await change(() => queue.getBackend().obliterate({ force: true, count: step }))) !== 0);
}
