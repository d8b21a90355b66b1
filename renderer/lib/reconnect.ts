import type { ClientContext, ClientLink } from '@orpc/client'
import type { StoreApi } from 'zustand'
import type { ConnectionState } from '../stores/connection.ts'
import type { Line, Transport } from './transport.ts'

const longestWaitMs = 30_000
/** A call made while the line is being opened waits this long before it fails. */
const patienceMs = 10_000
/** Lost for longer than this, the panel says offline instead of reconnecting. */
const offlineAfterMs = 15_000

/** 1, 2, 4 … 30 s. `attempt` counts from 0. */
export function waitBeforeTry(attempt: number): number {
  return Math.min(longestWaitMs, 1000 * 2 ** Math.min(attempt, 10))
}

/** The line is down: nothing was sent. */
export class NotConnectedError extends Error {
  readonly code = 'NOT_CONNECTED'
  constructor() {
    super('Not connected to the runner, so nothing was changed. The panel keeps trying.')
    this.name = 'NotConnectedError'
  }
}

export interface Reconnecting {
  link: ClientLink<ClientContext>
  /** Opens the line and keeps it open; returns a function that closes it for good. */
  start(): () => void
  /** Skips the wait before the next try. */
  tryNow(): void
  /** The line as it is now, or the next one. */
  whenOpen(signal: AbortSignal): Promise<Line>
}

/** A link over whatever line is open, opened again when it breaks. */
export function createReconnecting(transport: Transport, connection: StoreApi<ConnectionState>): Reconnecting {
  let line: Line | undefined
  let wake: () => void = () => undefined
  const waiting = new Set<(line: Line) => void>()

  function whenOpen(signal: AbortSignal): Promise<Line> {
    if (line !== undefined) return Promise.resolve(line)
    return new Promise((resolve, reject) => {
      const onOpen = (opened: Line): void => {
        signal.removeEventListener('abort', onAbort)
        resolve(opened)
      }
      const onAbort = (): void => {
        waiting.delete(onOpen)
        reject(new NotConnectedError())
      }
      waiting.add(onOpen)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  async function keepOpen(signal: AbortSignal): Promise<void> {
    let attempt = 0
    let lostAt: number | undefined
    while (!signal.aborted) {
      try {
        line = await transport.open(signal)
        attempt = 0
        lostAt = undefined
        connection.setState({ line: 'open', lostAt: undefined, nextTryAt: undefined })
        for (const resolve of waiting) resolve(line)
        waiting.clear()
        await line.closed
      } catch {
        // Told below: the store says since when it is lost and when the next try is.
      }
      line = undefined
      if (signal.aborted) return
      lostAt ??= Date.now()
      const waitMs = waitBeforeTry(attempt)
      attempt += 1
      const nextTryAt = Date.now() + waitMs
      const long = Date.now() + waitMs - lostAt > offlineAfterMs
      connection.setState({ line: long ? 'offline' : 'reconnecting', lostAt, nextTryAt })
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
        signal.addEventListener('abort', wake, { once: true })
      })
    }
  }

  return {
    link: {
      async call(path, input, options) {
        const patience = AbortSignal.timeout(patienceMs)
        const signal = options.signal === undefined ? patience : AbortSignal.any([options.signal, patience])
        // While a wait is on, a call fails at once: a user who presses a button wants to know now.
        const given = connection.getState().nextTryAt !== undefined && line === undefined
        if (given) throw new NotConnectedError()
        const open = await whenOpen(signal)
        return open.link.call(path, input, options)
      },
    },
    start() {
      const stop = new AbortController()
      void keepOpen(stop.signal)
      return () => {
        stop.abort()
        line?.close()
      }
    },
    tryNow: () => wake(),
    whenOpen,
  }
}
