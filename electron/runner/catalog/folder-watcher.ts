import { watch, type FSWatcher } from 'node:fs'

/** Editors save in several steps; one look after the last is enough. */
const settleMs = 100
/** Where the system cannot tell of changes (some network and container mounts), or the folder is missing. */
const pollMs = 2_000

/** Calls back after something changed in one of the folders; may call without a change. */
export class FolderWatcher {
  readonly #onChange: () => void
  readonly #watchers = new Map<string, FSWatcher>()
  #settle: NodeJS.Timeout | undefined
  #poll: NodeJS.Timeout | undefined

  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Watches these folders and no others; polls if one cannot be watched, or `poll` asks for it. */
  watch(folders: readonly string[], poll: boolean): void {
    const wanted = new Set(folders)
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue
      watcher.close()
      this.#watchers.delete(folder)
    }
    let blind = poll
    for (const folder of wanted) if (!this.#watchers.has(folder) && !this.#start(folder)) blind = true
    clearInterval(this.#poll)
    this.#poll = blind ? setInterval(this.#onChange, pollMs).unref() : undefined
  }

  close(): void {
    this.watch([], false)
    clearTimeout(this.#settle)
  }

  #start(folder: string): boolean {
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#changed())
      watcher.on('error', () => {
        // The folder itself went away, or the system gave up on it: look again, and it will be polled.
        watcher.close()
        this.#watchers.delete(folder)
        this.#changed()
      })
      this.#watchers.set(folder, watcher)
      return true
    } catch {
      return false
    }
  }

  #changed(): void {
    clearTimeout(this.#settle)
    this.#settle = setTimeout(this.#onChange, settleMs)
  }
}
