/** Counts events of the last minute, in one-second slots. Memory is fixed, adding is one increment. */
export class RateMeter {
  readonly #slots = new Uint32Array(60)
  readonly #seconds = new Float64Array(60)

  add(count = 1, nowMs = Date.now()): void {
    const second = Math.floor(nowMs / 1000)
    const slot = second % 60
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second
      this.#slots[slot] = 0
    }
    this.#slots[slot] = (this.#slots[slot] ?? 0) + count
  }

  /** Events in the last 60 s. */
  perMinute(nowMs = Date.now()): number {
    const second = Math.floor(nowMs / 1000)
    let sum = 0
    for (let slot = 0; slot < 60; slot += 1) {
      if (second - (this.#seconds[slot] ?? 0) < 60) sum += this.#slots[slot] ?? 0
    }
    return sum
  }
}
