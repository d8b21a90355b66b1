import type { StopCode } from './protocol.ts'

/** What `ctx.signal.reason` is: an error whose code says why the job should stop. */
export class StopError extends Error {
  readonly code: StopCode
  constructor(code: StopCode, message: string) {
    super(message)
    this.name = 'StopError'
    this.code = code
  }
}

/**
 * The source of `ctx.signal`. The signal itself is made when a job first asks for it: most never do,
 * and one a job would cost throughput.
 */
export class StopSignal {
  readonly #poll: (() => void) | undefined
  #controller: AbortController | undefined
  #reason: StopError | undefined

  /**
   * `poll` looks for a stop that has not been delivered yet. It is called when `signal.aborted` is
   * read, so that a loop which never yields sees the stop as well.
   */
  constructor(poll?: () => void) {
    this.#poll = poll
  }

  get reason(): StopError | undefined {
    return this.#reason
  }

  stop(reason: StopError): void {
    if (this.#reason !== undefined) return
    this.#reason = reason
    this.#controller?.abort(reason)
  }

  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal
    const controller = new AbortController()
    this.#controller = controller
    if (this.#reason !== undefined) controller.abort(this.#reason)
    if (this.#poll !== undefined) {
      Object.defineProperties(controller.signal, {
        aborted: {
          get: () => {
            this.#poll?.()
            return this.#reason !== undefined
          },
        },
        throwIfAborted: {
          value: () => {
            this.#poll?.()
            if (this.#reason !== undefined) throw this.#reason
          },
        },
      })
    }
    return controller.signal
  }
}
