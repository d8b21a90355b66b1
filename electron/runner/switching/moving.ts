import type { SystemInfo } from '../../contract/runner.ts'

/** The move to another profile that is under way, for whoever shows it. */
export class Moving {
  #now: SystemInfo['moving']
  readonly #listeners = new Set<() => void>()

  get now(): SystemInfo['moving'] {
    return this.#now
  }

  set(moving: SystemInfo['moving']): void {
    this.#now = moving
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
