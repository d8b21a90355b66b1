/** As long as a timer can be, 24 days: the longest that jobs are waited for. */
export const longestGraceMs = 2 ** 31 - 1

/** How long jobs may go on while the runner stops. Asked again, it can only become shorter. */
export class StopGrace {
  readonly #over = new AbortController()
  #given = false

  /** Aborted when the time is over. */
  get over(): AbortSignal {
    return this.#over.signal
  }

  /** Starts the clock; `ms` of 0 is over at once. */
  allow(ms: number): void {
    this.#given = true
    if (ms <= 0) this.#over.abort()
    else setTimeout(() => this.#over.abort(), Math.min(ms, longestGraceMs)).unref()
  }

  /** Starts the clock unless somebody has. */
  allowByDefault(ms: number): void {
    if (!this.#given) this.allow(ms)
  }
}
