import type { FoundQueue, FoundQueues } from '../../contract/found-queue.ts'
import { styled } from './style.ts'
import { table } from './table.ts'

function typesOf({ jobTypes }: FoundQueue): string {
  return jobTypes.map(({ name, known }) => (known ? name : styled('dim', `${name} (unknown here)`))).join(', ')
}

/** The queues of a server; * is the one that the profile names. */
export function queueTable({ queues }: FoundQueues): string {
  const rows = queues.map((queue) => {
    const { waiting, delayed, active, completed, failed } = queue.counts
    return [
      queue.chosen ? styled('green', '*') : ' ',
      queue.prefix ?? '',
      queue.name,
      String(waiting + queue.counts['waiting-children']),
      String(delayed),
      String(active),
      String(completed),
      String(failed),
      queue.paused ? 'paused' : '',
      queue.bullmqVersion ?? '',
      typesOf(queue),
    ]
  })
  const numbers = ['WAITING', 'DELAYED', 'ACTIVE', 'COMPLETED', 'FAILED'] as const
  return table(
    [
      ...['', 'PREFIX', 'QUEUE'].map((title) => ({ title })),
      ...numbers.map((title) => ({ title, align: 'right' as const })),
      ...['', 'BULLMQ', 'JOB TYPES'].map((title) => ({ title })),
    ],
    rows,
  )
}
