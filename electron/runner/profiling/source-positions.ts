import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { FrameOrigin } from '../../contract/profile.ts'

/** A place in code, from 0 as V8 and source maps count. `url` has no query. */
export interface Position {
  url: string
  line: number
  column: number
}

interface Loaded {
  map?: SourceMap
  /** What the paths in the map start from. */
  mapUrl: string
  /** Lines of each source, read when a line is first asked for. */
  contents: Map<string, string>
}

const mapComment = /\/\/[#@] sourceMappingURL=(\S+)\s*$/gm
const inlineMap = /^data:application\/json[^,]*?(;base64)?,(.*)$/s
const shownText = 200

function withoutQuery(url: string): string {
  return url.startsWith('file:') ? url.replace(/[?#].*$/, '') : url
}

/** Node strips the types of such a file and keeps every position, so there is nothing to map. */
const isTypeScript = (url: string): boolean => /\.[mc]?ts$/.test(url)

/** The address of a source from its entry in a map; one that is no file URL keeps its name. */
function resolveSource(source: string, mapUrl: string): string {
  if (URL.canParse(source)) return source
  return URL.canParse(source, mapUrl) ? new URL(source, mapUrl).href : source
}

async function readMap(url: string, text: string): Promise<{ payload: SourceMapPayload; mapUrl: string } | undefined> {
  const comment = [...text.matchAll(mapComment)].at(-1)?.[1]
  if (comment === undefined) return undefined
  try {
    const inline = inlineMap.exec(comment)
    if (inline !== null) {
      const [, base64, body = ''] = inline
      const json = base64 === undefined ? decodeURIComponent(body) : Buffer.from(body, 'base64').toString()
      return { payload: JSON.parse(json) as SourceMapPayload, mapUrl: url }
    }
    const mapUrl = new URL(comment, url)
    return { payload: JSON.parse(await readFile(mapUrl, 'utf8')) as SourceMapPayload, mapUrl: mapUrl.href }
  } catch {
    // A map that is missing or broken leaves the positions of the file that runs, which are true as well.
    return undefined
  }
}

/**
 * From positions in the code that runs to those in the source as it was written: through the source maps of
 * bundles and compiled jobs. Made for one sample or profile, so a file that changes is read anew.
 */
export class SourcePositions {
  readonly #root: string
  readonly #loaded = new Map<string, Loaded>()

  /** `root` is the folder that holds Toril's own package.json. */
  constructor(root: string) {
    this.#root = pathToFileURL(root.endsWith(sep) ? root : root + sep).href
  }

  /** Reads the files of these addresses and their maps; what cannot be read stays unmapped. */
  async load(urls: Iterable<string>): Promise<void> {
    const wanted = new Set(Array.from(urls, withoutQuery).filter((url) => url.startsWith('file:')))
    await Promise.all(
      Array.from(wanted, async (url) => {
        if (this.#loaded.has(url) || url.includes('/node_modules/')) return
        const text = await readFile(fileURLToPath(url), 'utf8').catch(() => undefined)
        if (text === undefined) return
        const found = isTypeScript(url) ? undefined : await readMap(url, text)
        if (found === undefined) {
          this.#loaded.set(url, { mapUrl: url, contents: new Map([[url, text]]) })
          return
        }
        const { payload, mapUrl } = found
        const sources = payload.sources.map((source) => resolveSource(source, mapUrl))
        const texts = sources.map((source, index): [string, string] => [source, payload.sourcesContent[index] ?? ''])
        this.#loaded.set(url, { map: new SourceMap(payload), mapUrl, contents: new Map(texts) })
      }),
    )
  }

  /** The place in the source; the same place where there is no map for it. */
  at({ url: given, line, column }: Position): Position {
    const url = withoutQuery(given)
    const loaded = this.#loaded.get(url)
    const entry = loaded?.map?.findEntry(line, column)
    if (loaded === undefined || entry === undefined || !('originalSource' in entry)) return { url, line, column }
    const { originalSource, originalLine, originalColumn } = entry
    return { url: resolveSource(originalSource, loaded.mapUrl), line: originalLine, column: originalColumn }
  }

  /** A whole line of the code that runs, mapped by the first thing on it. */
  line(given: string, line: number): number {
    const url = withoutQuery(given)
    const map = this.#loaded.get(url)?.map
    if (map === undefined) return line
    // Past the end of the line: answers the last mapping before, which is of this line if it has any.
    const entry = map.findEntry(line, Number.MAX_SAFE_INTEGER)
    return 'originalLine' in entry && entry.generatedLine === line ? entry.originalLine : line
  }

  /** The text of a line of the source of the code at `given`. */
  text(given: string, { url, line }: Position): string | undefined {
    const text = this.#loaded.get(withoutQuery(given))?.contents.get(url)?.split('\n')[line]?.trim()
    return text === undefined || text === '' ? undefined : text.slice(0, shownText)
  }

  /** Whose code it is: `given` is where it runs, `source` where it was written. */
  origin(given: string, source: string): FrameOrigin {
    if (given.startsWith('node:') || given === '') return 'node'
    if (given.startsWith(`${this.#root}node_modules/piscina/`)) return 'toril'
    if (given.includes('/node_modules/') || given.startsWith('wasm:')) return 'package'
    const own = ['out/', 'workers/', 'electron/'].some((folder) => given.startsWith(this.#root + folder))
    return own && !source.startsWith(`${this.#root}workers/jobs/`) ? 'toril' : 'job'
  }
}
