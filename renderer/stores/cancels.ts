import { createStore, type StoreApi } from 'zustand/vanilla'

/** A cancel that was asked for from here and is not over. Times in epoch ms by the runner's clock. */
export interface PendingCancel {
  id: string
  type: string
  askedAt: number
  /** When it will be killed; undefined where it cannot be. */
  killAt: number | undefined
  runningSince: number | undefined
}

export interface CancelsState {
  pending: ReadonlyMap<string, PendingCancel>
}

export function createCancelsStore(): StoreApi<CancelsState> {
  return createStore<CancelsState>(() => ({ pending: new Map() }))
}

export function withCancel(state: CancelsState, cancel: PendingCancel): CancelsState {
  return { pending: new Map(state.pending).set(cancel.id, cancel) }
}

export function withoutCancel(state: CancelsState, id: string): CancelsState {
  const pending = new Map(state.pending)
  pending.delete(id)
  return { pending }
}
