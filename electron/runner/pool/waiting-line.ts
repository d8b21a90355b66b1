import type { PendingAttempt } from './pending-attempt.ts'

/** Attempts that wait for a thread, first come first served. Taking one out anywhere costs nothing much. */
export class WaitingLine {
  // A Set keeps the order of insertion and deletes in constant time.
  readonly #attempts = new Set<PendingAttempt>()

  get size(): number {
    return this.#attempts.size
  }

  push(attempt: PendingAttempt): void {
    this.#attempts.add(attempt)
  }

  remove(attempt: PendingAttempt): void {
    this.#attempts.delete(attempt)
  }

  [Symbol.iterator](): IterableIterator<PendingAttempt> {
    return this.#attempts.values()
  }
}
