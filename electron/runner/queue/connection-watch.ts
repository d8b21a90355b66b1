import { TorilError } from '../../contract/errors.ts'
import type { Connection } from '../../contract/runner.ts'
import type { QueueServer } from './queue-server.ts'
import { reasonOf, serverNames, unavailable } from './server-refusal.ts'

/** After this long without the server the connection counts as offline; it is tried on all the same. */
const offlineAfterMs = 10_000
/** How often a server that is away is asked. */
const retryMs = 500

export interface ConnectionWatch {
  current(): Connection
  onChange(listener: (connection: Connection) => void): () => void
  /**
   * Asks the server something. Waits for the server when it is away just now; rejects UNAVAILABLE when
   * there is no answer within the time limit. `again`: the question may safely be asked twice.
   */
  ask<T>(question: () => Promise<T>, options?: { again?: boolean }): Promise<T>
  /** Resolves when the server answers again, at once when it does; rejects when the watch is closed. */
  live(): Promise<void>
  close(): void
}

export interface ConnectionWatchParts {
  server: QueueServer
  pingMs: number
  answerMs: number
  report: (message: string) => void
}

/** Knows how the connection stands: from a ping every few seconds, and from what questions meet. */
export function watchConnection({ server, pingMs, answerMs, report }: ConnectionWatchParts): ConnectionWatch {
  const listeners = new Set<(connection: Connection) => void>()
  const waiters = new Set<{ resolve: () => void; reject: (error: Error) => void }>()
  let connection: Connection = { state: 'live', since: new Date().toISOString() }
  let downSince = 0
  let timer: NodeJS.Timeout | undefined
  let pinging = false
  let closed = false

  function become(next: Omit<Connection, 'since'>): void {
    const since = next.state === connection.state ? connection.since : new Date().toISOString()
    const changed = next.state !== connection.state || next.message !== connection.message
    connection = { ...next, since }
    if (changed) for (const listener of listeners) listener(connection)
  }

  function up(roundTripMs: number): void {
    if (closed) return
    if (connection.state !== 'live') report(`The queue on ${serverNames[server.backend]} answers again.`)
    become({ state: 'live', roundTripMs })
    for (const waiter of waiters) waiter.resolve()
    waiters.clear()
  }

  function down(error: unknown): void {
    if (closed) return
    if (connection.state === 'live') downSince = Date.now()
    const { message } = unavailable(server.backend, server.label, reasonOf(error))
    // The first cause is the telling one; later errors only say that it is still so.
    const kept = connection.state === 'live' ? message : (connection.message ?? message)
    if (connection.state === 'live') report(message)
    const offline = Date.now() - downSince >= offlineAfterMs
    become({ state: offline ? 'offline' : 'reconnecting', message: kept })
    schedule(retryMs)
  }

  function schedule(delayMs: number): void {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => void ping(), delayMs)
    timer.unref()
  }

  async function ping(): Promise<void> {
    if (pinging || closed) return
    pinging = true
    const started = performance.now()
    try {
      await limited(server.ping(), answerMs)
      up(Math.round((performance.now() - started) * 100) / 100)
    } catch (error) {
      down(error)
    } finally {
      pinging = false
      schedule(connection.state === 'live' ? pingMs : retryMs)
    }
  }

  function live(): Promise<void> {
    if (closed) return Promise.reject(closedError())
    if (connection.state === 'live') return Promise.resolve()
    return new Promise((resolve, reject) => waiters.add({ resolve, reject }))
  }

  function closedError(): TorilError {
    return new TorilError('UNAVAILABLE', 'The queue is closed.')
  }

  function away(cause?: unknown): TorilError {
    if (closed) return closedError()
    const reason = cause === undefined ? 'it did not answer in time' : reasonOf(cause)
    return connection.message === undefined
      ? unavailable(server.backend, server.label, reason, cause)
      : new TorilError('UNAVAILABLE', connection.message, { cause })
  }

  server.onHint(({ up: isUp, error }) => {
    if (isUp) schedule(0)
    else down(error ?? new Error('Connection terminated'))
  })
  schedule(0)

  return {
    current: () => connection,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    live,
    async ask(question, options = {}) {
      const until = performance.now() + answerMs
      for (;;) {
        const left = Math.max(1, until - performance.now())
        try {
          if (connection.state !== 'live') await limited(live(), left)
          if (closed) throw closedError()
          return await limited(question(), Math.max(1, until - performance.now()))
        } catch (error) {
          if (error instanceof TorilError) throw error
          if (server.isLostRace(error) && performance.now() < until) continue
          const late = error instanceof TooLate
          if (!late && !server.isOutage(error)) throw error
          if (connection.state === 'live') down(error)
          if (late || options.again !== true || performance.now() >= until) throw away(late ? undefined : error)
        }
      }
    },
    close() {
      closed = true
      clearTimeout(timer)
      become({ state: 'offline', message: 'The queue is closed.' })
      for (const waiter of waiters) waiter.reject(closedError())
      waiters.clear()
      listeners.clear()
    },
  }
}

class TooLate extends Error {
  constructor() {
    super('timed out')
  }
}

/** The promise's outcome, or TooLate. What comes after is nobody's concern any more. */
async function limited<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooLate()), ms)
  })
  promise.catch(() => undefined)
  try {
    return await Promise.race([promise, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
