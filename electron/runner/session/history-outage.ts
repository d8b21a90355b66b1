/** Whether the database of the history is away, for those who tell people of it. */
export class HistoryOutage {
  readonly #listeners = new Set<() => void>()
  #reason: string | undefined

  /** A few sentences while it is away, none otherwise. */
  notices(): { code: string; message: string }[] {
    if (this.#reason === undefined) return []
    const message = `The history is away: ${this.#reason} Until it is back, search and finished jobs are not available; what happens is written afterwards.`
    return [{ code: 'HISTORY_AWAY', message }]
  }

  /** `reason`: why it is away, a sentence; undefined when it is back. */
  become(reason: string | undefined): void {
    this.#reason = reason
    for (const listener of this.#listeners) listener()
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
