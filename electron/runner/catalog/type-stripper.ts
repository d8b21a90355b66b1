import { CatalogThread } from './catalog-thread.ts'

/** Threads that begin at the same time ask for the same files; later ones find them here. */
const keptTexts = 100
/** Its thread takes some 20 MB, and is needed for a moment. */
const restAfterMs = 5_000

/** Strips the types of job files in a thread of its own, once for all threads of the pool. */
export class TypeStripper {
  readonly #thread: CatalogThread
  readonly #texts = new Map<string, Promise<string | undefined>>()
  #rest: NodeJS.Timeout | undefined

  constructor(entry: string, timeoutMs: number) {
    this.#thread = new CatalogThread(entry, timeoutMs)
  }

  /** Undefined when it is not TypeScript, or could not be read in time. */
  strip(url: string): Promise<string | undefined> {
    const known = this.#texts.get(url)
    if (known !== undefined) return known
    const text = this.#ask(url)
    // Without a version in its address nobody can tell when it has changed.
    if (url.includes('?')) this.#texts.set(url, text)
    const [oldest] = this.#texts.keys()
    if (this.#texts.size > keptTexts && oldest !== undefined) this.#texts.delete(oldest)
    return text
  }

  async close(): Promise<void> {
    clearTimeout(this.#rest)
    await this.#thread.close()
  }

  async #ask(url: string): Promise<string | undefined> {
    clearTimeout(this.#rest)
    const answer = await this.#thread.ask({ kind: 'strip', source: { kind: 'file', url } })
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => void this.#thread.rest(), restAfterMs).unref()
    if (answer.kind === 'stripped') return answer.text
    // One that failed for another reason than its text may be read the next time.
    this.#texts.delete(url)
    return undefined
  }
}
