import type { BatchAction } from '../../electron/contract/batch.ts'
import type { JobSummary } from '../../electron/contract/job.ts'
import type { Client } from '../lib/client.ts'

/** Which jobs a batch is about. */
export type BatchQuery = Omit<Parameters<Client['jobs']['batch']>[0], 'action' | 'dryRun' | 'confirm'>

export type PickedJob = Pick<JobSummary, 'id' | 'type' | 'state'>

/** One thing done to many jobs. */
export type Mass =
  /** To all that match a view, shown or not; at the runner. */
  | { kind: 'matching'; action: BatchAction; query: BatchQuery; started?(): void }
  /** To those picked in a list. */
  | { kind: 'picked'; action: BatchAction; jobs: readonly PickedJob[]; started?(): void }

/** Ways to empty the queue. */
export const queueActs = ['drain', 'clean', 'obliterate'] as const
export type QueueAct = (typeof queueActs)[number]

/** What is done, in the words of its buttons. */
export type MassAction = Mass['action']
