import type { BatchProgress } from '../../../electron/contract/batch.ts'
import type { finishedStates } from '../../../electron/contract/job.ts'
import type { Client } from '../../lib/client.ts'
import type { QueueAct } from '../../stores/mass.ts'

export type FinishedState = (typeof finishedStates)[number]

/** One of the acts with what is chosen for it. */
export type QueueRequest =
  | { act: 'drain'; delayed: boolean }
  | { act: 'clean'; states: readonly FinishedState[]; olderThanMs: number }
  | { act: 'obliterate'; force: boolean }

const hourMs = 3_600_000

/** What can be chosen of the age of finished jobs. */
export const ages = [
  { value: '0', label: 'Any age' },
  { value: String(hourMs), label: 'Ended over 1 hour ago' },
  { value: String(24 * hourMs), label: 'Ended over 1 day ago' },
  { value: String(7 * 24 * hourMs), label: 'Ended over 7 days ago' },
  { value: String(30 * 24 * hourMs), label: 'Ended over 30 days ago' },
] as const

/** What is asked of first. */
export const firstRequest: Record<QueueAct, QueueRequest> = {
  drain: { act: 'drain', delayed: false },
  clean: { act: 'clean', states: ['completed'], olderThanMs: 24 * hourMs },
  obliterate: { act: 'obliterate', force: false },
}

export const actTitles: Record<QueueAct, string> = {
  drain: 'Drain the queue',
  clean: 'Clean finished jobs',
  obliterate: 'Obliterate the queue',
}

export const actLosses: Record<QueueAct, string> = {
  drain: 'They are taken out of the queue and never run. What runs goes on. The history keeps them as cancelled.',
  clean: 'They go from the queue and from the history, with results, attempts and logs. This cannot be undone.',
  obliterate:
    'Everything is taken out of the queue, with its job schedulers. The history keeps the jobs; what had not finished is cancelled. This cannot be undone.',
}

/** Does it at the runner, or only counts what it would touch. */
export function callQueueAct(
  client: Client,
  request: QueueRequest,
  more: { dryRun?: true; confirm?: string },
  signal: AbortSignal,
): Promise<AsyncIterable<BatchProgress>> {
  switch (request.act) {
    case 'drain':
      return client.queue.drain({ delayed: request.delayed, ...more }, { signal })
    case 'clean':
      return client.queue.clean({ state: [...request.states], olderThanMs: request.olderThanMs, ...more }, { signal })
    case 'obliterate':
      return client.queue.obliterate({ force: request.force, ...more }, { signal })
  }
}
