import { createStore, type StoreApi } from 'zustand/vanilla'
import type { QueueInfo, Thread } from '../../electron/contract/runner.ts'

/** What the panel saw of counters and threads since it was opened: the sparklines are drawn from this. */
export interface SamplesState {
  queue: readonly { at: number; active: number; waiting: number }[]
  threads: ReadonlyMap<string, readonly ThreadSample[]>
}

export interface ThreadSample {
  at: number
  cpu: number | undefined
  heapBytes: number | undefined
  loop: number | undefined
}

const keepQueue = 120
const keepThread = 60
const everyMs = 1000

export function createSamplesStore(): StoreApi<SamplesState> {
  return createStore<SamplesState>(() => ({ queue: [], threads: new Map() }))
}

export function sampleQueue(state: SamplesState, at: number, queue: QueueInfo): SamplesState {
  const last = state.queue.at(-1)
  if (last !== undefined && at - last.at < everyMs) return state
  const sample = { at, active: queue.counts.active, waiting: queue.counts.waiting }
  return { ...state, queue: [...state.queue, sample].slice(-keepQueue) }
}

export function sampleThreads(state: SamplesState, at: number, threads: readonly Thread[]): SamplesState {
  const newest = [...state.threads.values()].reduce((max, list) => Math.max(max, list.at(-1)?.at ?? 0), 0)
  if (at - newest < everyMs) return state
  const next = new Map<string, readonly ThreadSample[]>()
  for (const thread of threads) {
    const sample = { at, cpu: thread.cpu, heapBytes: thread.heapBytes, loop: thread.loop }
    next.set(thread.id, [...(state.threads.get(thread.id) ?? []), sample].slice(-keepThread))
  }
  return { ...state, threads: next }
}
