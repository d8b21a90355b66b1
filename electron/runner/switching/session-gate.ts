import { setTimeout as delay } from 'node:timers/promises'
import { TorilError } from '../../contract/errors.ts'
import type { SessionRunner } from '../runner.ts'

/** A call that comes while one session has ended and the next has not begun waits this long. */
const patienceMs = 5_000
/** Calls that are on their way have this long before what they use is closed. */
const drainMs = 2_000

/** A session in use. */
export interface Entered {
  runner: SessionRunner
  /** Aborted when it is about to be closed: its streams end. */
  ended: AbortSignal
}

/** Leads every call to the session in use, and holds calls up while there is none. */
export class SessionGate {
  #current: Entered & { end: AbortController }
  #opened: PromiseWithResolvers<void> | undefined
  #refusal: TorilError | undefined
  readonly #calls = new Set<Promise<unknown>>()

  constructor(runner: SessionRunner) {
    this.#current = entered(runner)
  }

  /** The session in use, or the one that was in use last. */
  get runner(): SessionRunner {
    return this.#current.runner
  }

  get isOpen(): boolean {
    return this.#opened === undefined
  }

  open(runner: SessionRunner): void {
    this.#current = entered(runner)
    this.#refusal = undefined
    this.#opened?.resolve()
    this.#opened = undefined
  }

  /** No more calls; the streams end, and what is under way is waited for, though not for long. */
  async shut(): Promise<void> {
    this.#opened ??= Promise.withResolvers()
    this.#current.end.abort()
    await Promise.race([Promise.allSettled(this.#calls), delay(drainMs, undefined, { ref: false })])
  }

  /** There will be no session: calls that find none are refused at once. */
  refuse(refusal: TorilError): void {
    this.#refusal = refusal
  }

  /** Resolves with the next session, however long that takes; undefined when `signal` aborts. */
  async next(signal: AbortSignal): Promise<Entered | undefined> {
    while (this.#opened !== undefined && !signal.aborted) {
      const aborted = Promise.withResolvers<void>()
      const onAbort = (): void => aborted.resolve()
      signal.addEventListener('abort', onAbort)
      await Promise.race([this.#opened.promise, aborted.promise])
      signal.removeEventListener('abort', onAbort)
    }
    return signal.aborted ? undefined : this.#current
  }

  /** Rejects UNAVAILABLE when there is no session for too long. */
  async enter(): Promise<Entered> {
    if (this.#opened !== undefined && this.#refusal === undefined) {
      await Promise.race([this.#opened.promise, delay(patienceMs, undefined, { ref: false })])
    }
    if (this.#opened === undefined) return this.#current
    if (this.#refusal !== undefined) throw this.#refusal
    throw new TorilError('UNAVAILABLE', 'The runner is moving to another profile. Try again in a moment.')
  }

  /** For what changes something: asked of one profile, it must not wait and then happen to the next. Throws UNAVAILABLE. */
  enterNow(): Entered {
    if (this.#opened === undefined) return this.#current
    if (this.#refusal !== undefined) throw this.#refusal
    const message = 'The runner is moving to another profile. Nothing was changed. Try again in a moment.'
    throw new TorilError('UNAVAILABLE', message)
  }

  /** Asks the session in use, or the next one. */
  async read<Answer>(ask: (runner: SessionRunner) => Promise<Answer>): Promise<Answer> {
    return this.#through(await this.enter(), ask)
  }

  /** Has the session in use change something. */
  async change<Answer>(act: (runner: SessionRunner) => Promise<Answer>): Promise<Answer> {
    return this.#through(this.enterNow(), act)
  }

  async #through<Answer>({ runner }: Entered, work: (runner: SessionRunner) => Promise<Answer>): Promise<Answer> {
    const answer = work(runner)
    this.#calls.add(answer)
    try {
      return await answer
    } finally {
      this.#calls.delete(answer)
    }
  }
}

function entered(runner: SessionRunner): Entered & { end: AbortController } {
  const end = new AbortController()
  return { runner, end, ended: end.signal }
}
