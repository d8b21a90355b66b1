import { createStore, type StoreApi } from 'zustand/vanilla'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import type { MassAction, QueueAct } from './mass.ts'

/** The batch that this window runs; one at a time. */
export interface RunningBatch {
  action: MassAction | QueueAct
  /** Undefined until the runner has found the jobs. */
  progress: BatchProgress | undefined
  stop(): void
}

export interface BatchState {
  batch: RunningBatch | undefined
}

export function createBatchStore(): StoreApi<BatchState> {
  return createStore<BatchState>(() => ({ batch: undefined }))
}
