/** Collects how to stop each part as it starts; stops them in the opposite order, each once, whatever fails. */
export class StopStack {
  readonly #stops: (() => unknown)[] = []
  #running: Promise<void> | undefined

  add(stop: () => unknown): void {
    this.#stops.push(stop)
  }

  /** Rejects with the first failure, after all have been tried. */
  run(): Promise<void> {
    this.#running ??= this.#runAll()
    return this.#running
  }

  async #runAll(): Promise<void> {
    const failures: unknown[] = []
    for (const stop of this.#stops.reverse()) {
      try {
        await stop()
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
  }
}
