/** Counts the jobs a contender has completed, as it hears of them itself, and says when enough have. */
export class Tally {
  #left = 0
  #reached: PromiseWithResolvers<void> | undefined

  /** Resolves when so many more have completed; rejects when one has failed, or `signal` aborts. */
  async expect(jobs: number, signal: AbortSignal): Promise<void> {
    const reached = Promise.withResolvers<void>()
    this.#left = jobs
    this.#reached = reached
    const onAbort = (): void => reached.reject(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      signal.throwIfAborted()
      await reached.promise
    } finally {
      signal.removeEventListener('abort', onAbort)
      this.#reached = undefined
    }
  }

  completed(): void {
    this.#left -= 1
    if (this.#left === 0) this.#reached?.resolve()
  }

  failed(why: string): void {
    this.#reached?.reject(new Error(why))
  }
}
