import type { BatchProgress } from '../../contract/batch.ts'
import type { CancelResult } from '../../contract/contract.ts'
import type { QueueInfo } from '../../contract/runner.ts'
import type { History } from '../history/history.ts'
import type { CancelOptions } from '../jobs/cancel-options.ts'
import type { JobBoard } from '../jobs/job-board.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import type { Safety } from '../safety/create-safety.ts'

/** What it takes to empty a queue and to leave a true history behind. */
export interface EmptyingParts {
  queue: JobQueue
  history: History
  board: JobBoard
  safety: Pick<Safety, 'refuseUnconfirmed' | 'refuseReadOnly'>
  /** Whether a job that the queue has delayed waits for a runner that knows its type. */
  isParked: (id: string) => boolean
  /** Counts as people see them, read anew. */
  counts: () => Promise<QueueInfo['counts']>
  cancel: (id: string, options: CancelOptions) => Promise<CancelResult>
  /** Something of the queue's numbers has changed here. */
  stale: () => void
  /** Tells the other runners of a job that was cancelled here. */
  tell: (id: string) => void
  /** Tells them of jobs that are gone from this history. */
  tellRemoved: (ids: readonly string[]) => void
}

export interface Asked {
  by: string
  signal: AbortSignal
}

/** Throws READ_ONLY, or CONFIRMATION_REQUIRED on production without the profile's name. */
export function refuse({ safety }: EmptyingParts, act: string, confirm: string | undefined): void {
  safety.refuseReadOnly()
  safety.refuseUnconfirmed(act, confirm)
}

/** Answers once it is known that it may be done; what it rejects with has changed nothing. */
export type Emptying<Input> = (input: Input, asked: Asked) => Promise<AsyncIterable<BatchProgress>>
