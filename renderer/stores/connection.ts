import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Connection } from '../../electron/contract/runner.ts'

export interface ConnectionState {
  /** The line between panel and runner. */
  line: 'connecting' | 'open' | 'reconnecting' | 'offline'
  /** Since when the line is lost; epoch ms of this computer. */
  lostAt: number | undefined
  nextTryAt: number | undefined
  /** When the runner last said something, by this computer's clock; epoch ms. */
  asOf: number | undefined
  /** The runner's clock minus this computer's, in ms. */
  clockOffsetMs: number
}

export function createConnectionStore(): StoreApi<ConnectionState> {
  return createStore<ConnectionState>(() => ({
    line: 'connecting',
    lostAt: undefined,
    nextTryAt: undefined,
    asOf: undefined,
    clockOffsetMs: 0,
  }))
}

export type ConnectionKind = 'connecting' | 'live' | 'slow' | 'reconnecting' | 'offline'

/** From this round trip on a connection is called slow; in ms. */
export const slowFromMs = 500

/** One word for two connections: panel to runner, and runner to queue. The worse one counts. */
export function connectionKind(line: ConnectionState['line'], queue: Connection | undefined): ConnectionKind {
  if (line !== 'open') return line
  if (queue === undefined) return 'connecting'
  if (queue.state !== 'live') return queue.state
  return (queue.roundTripMs ?? 0) >= slowFromMs ? 'slow' : 'live'
}
