import { TorilError } from '../../contract/errors.ts'
import type { Connection } from '../../contract/runner.ts'
import { limited, TooLate } from './limited.ts'
import type { QueueServer } from './queue-server.ts'
import { lost } from './refusal-sentences.ts'
import type { RetryPace } from './retry-pace.ts'
import { reasonOf, reasonOnWay, refusedSentence, serverNames, unavailable } from './server-refusal.ts'

/** After this long without the server the connection counts as offline; it is tried on all the same. */
const offlineAfterMs = 10_000
/** So many tries are waited for a reason that tells more than that the connection is gone. */
const tellingTries = 3
/** A call made while the server is known to be away waits this long for it, and no longer. */
const knownAwayMs = 500

export interface ConnectionWatch {
  current(): Connection
  onChange(listener: (connection: Connection) => void): () => void
  /**
   * Asks the server something. Waits half a second for a server that is known to be away; rejects UNAVAILABLE when
   * there is no answer within the time limit. `again`: the question may safely be asked twice.
   */
  ask<T>(question: () => Promise<T>, options?: { again?: boolean }): Promise<T>
  /** Resolves when the server answers again, at once when it does; rejects when the watch is closed. */
  live(): Promise<void>
  /** Tries to reach the server now, without waiting for the next turn. Answers how the connection stands then. */
  tryNow(): Promise<Connection>
  close(): void
}

export interface ConnectionWatchParts {
  server: QueueServer
  pace: RetryPace
  pingMs: number
  answerMs: number
  report: (message: string) => void
}

/** Of a connection that stood, this says no more than that it stands no longer. */
function isReset(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return code === 'ECONNRESET' || code === 'EPIPE'
}

/** Knows how the connection stands: from a ping every few seconds, and from what questions meet. */
export function watchConnection({ server, pace, pingMs, answerMs, report }: ConnectionWatchParts): ConnectionWatch {
  const listeners = new Set<(connection: Connection) => void>()
  const waiters = new Set<{ resolve: () => void; reject: (error: Error) => void }>()
  /** Sentences of this outage that have been reported. */
  const told = new Set<string>()
  let connection: Connection = { state: 'live', since: new Date().toISOString() }
  let reason = ''
  /** The server said nothing at some moment of it: connections that seem to stand may lead nowhere. */
  let silent = false
  let downSince = 0
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let looking: Promise<void> | undefined
  let closed = false

  function become(next: Omit<Connection, 'since'>): void {
    const before = connection
    const sameSide = (next.state === 'live') === (before.state === 'live')
    connection = { ...next, since: sameSide ? before.since : new Date().toISOString() }
    const fields = ['state', 'message', 'nextTryAt'] as const
    if (fields.some((field) => connection[field] !== before[field])) {
      for (const listener of listeners) listener(connection)
    }
  }

  function sentence(): string {
    return unavailable(server.backend, server.label, reason).message
  }

  function up(roundTripMs: number): void {
    if (closed) return
    const wasDown = pace.down()
    pace.end()
    if (told.size > 0) report(`The queue on ${serverNames[server.backend]} answers again.`)
    told.clear()
    become({ state: 'live', roundTripMs })
    if (wasDown) server.wake({ silent })
    for (const waiter of waiters) waiter.resolve()
    waiters.clear()
  }

  /** The latest reason is the true one, unless it only says that the connection is gone. */
  function because(error: unknown, began = false): void {
    silent ||= server.isSilence(error)
    const trouble = server.trouble()
    const latest = trouble === undefined && began && isReset(error) ? lost : reasonOnWay(trouble, error)
    if (reason === '' || latest !== lost) reason = latest
  }

  function showDown(): void {
    const offline = Date.now() - downSince >= offlineAfterMs
    const next = pace.nextTryAt()
    become({
      state: offline ? 'offline' : 'reconnecting',
      message: sentence(),
      ...(next === undefined ? {} : { nextTryAt: new Date(next).toISOString() }),
    })
  }

  function down(error: unknown): void {
    if (closed) return
    const began = !pace.down()
    if (began) {
      reason = ''
      downSince = Date.now()
      failures = 0
      silent = false
      schedule(pace.begin())
    }
    because(error, began)
    showDown()
  }

  function schedule(delayMs: number): void {
    clearTimeout(timer)
    if (closed) return
    timer = setTimeout(() => void look(), delayMs)
    timer.unref()
  }

  /** A ping while all is well, a try while it is not. One at a time; who comes meanwhile shares its outcome. */
  function look(): Promise<void> {
    looking ??= lookOnce().finally(() => (looking = undefined))
    return looking
  }

  async function lookOnce(): Promise<void> {
    if (closed) return
    clearTimeout(timer)
    const trying = pace.down()
    if (trying) {
      pace.trying()
      showDown()
    }
    let since = performance.now()
    try {
      if (trying) {
        await limited(server.reach(), answerMs)
        since = performance.now()
      }
      await limited(server.ping(), answerMs)
      up(Math.round((performance.now() - since) * 100) / 100)
      schedule(pingMs)
    } catch (error) {
      // Known by another way while the ping was under way.
      if (trying || pace.down()) again(error)
      else down(error)
    }
  }

  function again(error: unknown): void {
    if (closed) return
    because(error)
    schedule(pace.failed())
    showDown()
    // Told after the first try: what is back before that was no outage to anybody. The next may know more.
    failures += 1
    if (told.has(sentence()) || (reason === lost && failures < tellingTries)) return
    told.add(sentence())
    report(sentence())
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
    const why = cause === undefined ? 'it did not answer in time' : reasonOf(cause)
    return connection.message === undefined
      ? unavailable(server.backend, server.label, why, cause)
      : new TorilError('UNAVAILABLE', connection.message, { cause })
  }

  server.onHint(({ up: isUp, error }) => {
    if (closed) return
    // Every try that fails brings such a hint: answered with a try it would hasten through the waits between them.
    if (isUp === 'unsure' && pace.down()) return
    if (isUp !== false) void look()
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
    async tryNow() {
      await look()
      return connection
    },
    async ask(question, options = {}) {
      const until = performance.now() + answerMs
      for (;;) {
        try {
          if (connection.state !== 'live') await limited(live(), Math.min(knownAwayMs, answerMs))
          if (closed) throw closedError()
          return await limited(question(), Math.max(1, until - performance.now()))
        } catch (error) {
          if (error instanceof TorilError) throw error
          if (server.isLostRace(error) && performance.now() < until) continue
          const late = error instanceof TooLate
          if (!late && !server.isOutage(error)) throw refusedSentence(server.backend, server.label, error) ?? error
          const known = connection.state !== 'live'
          if (!known) down(error)
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
