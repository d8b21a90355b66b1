import { formatId } from '../lib/format.ts'
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Thread } from '../../electron/contract/runner.ts'

/** Something that happened to a thread, in words. */
export interface PoolEvent {
  id: number
  at: number
  text: string
}

export interface PoolEventsState {
  /** Newest first. */
  events: readonly PoolEvent[]
}

const keep = 50

export function createPoolEventsStore(): StoreApi<PoolEventsState> {
  return createStore<PoolEventsState>(() => ({ events: [] }))
}

/** What changed for one thread between two updates; undefined when it is not worth a line. */
export function describeChange(before: Thread | undefined, after: Thread | undefined): string | undefined {
  if (after === undefined) return before === undefined ? undefined : `${before.id} ended`
  if (before === undefined) return `${after.id} started`
  if (after.startedAt !== before.startedAt) {
    const job = before.job === undefined ? '' : `, it ran ${formatId(before.job.id)}`
    return `${after.id} was replaced${job}`
  }
  if (after.lastError !== undefined && after.lastError !== before.lastError) return `${after.id}: ${after.lastError}`
  if (after.state === before.state) return undefined
  switch (after.state) {
    case 'blocked':
      return `${after.id} stopped answering`
    case 'cancelling':
      return `${after.id} asked to stop${after.job === undefined ? '' : ` ${formatId(after.job.id)}`}`
    case 'retiring':
      return `${after.id} retires${after.job === undefined ? '' : ` after ${formatId(after.job.id)}`}`
    default:
      return before.state === 'blocked' ? `${after.id} answers again` : undefined
  }
}

export function recordPoolEvents(
  state: PoolEventsState,
  at: number,
  before: readonly Thread[],
  after: readonly Thread[],
): PoolEventsState {
  const ids = new Set([...before, ...after].map((thread) => thread.id))
  const find = (list: readonly Thread[], id: string): Thread | undefined => list.find((thread) => thread.id === id)
  const texts = [...ids].map((id) => describeChange(find(before, id), find(after, id)))
  let nextId = (state.events[0]?.id ?? 0) + 1
  const added: PoolEvent[] = []
  for (const text of texts) {
    if (text === undefined) continue
    added.unshift({ id: nextId, at, text })
    nextId += 1
  }
  return added.length === 0 ? state : { events: [...added, ...state.events].slice(0, keep) }
}
