import { basename } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { JobTypeProblem } from '../../contract/job-type.ts'
import { versionedUrl } from '../../../workers/folder-modules.ts'
import type { JobDescription, ServicesSource } from '../../../workers/protocol.ts'
import type { CatalogEntry } from './catalog.ts'
import type { Answer, CatalogThread } from './catalog-thread.ts'
import { refreshFolderTypes } from './folder-types.ts'
import { FolderWatcher } from './folder-watcher.ts'
import { readJobsFolder, type FolderContent, type JobFile, type ServicesFile } from './jobs-folder.ts'

/** Between looks at files that were not done loading in time: a busy machine may have been the reason. */
const defaultLateRetriesMs = [15_000, 60_000, 300_000]

type Services = { hash: string; source: ServicesSource; problem?: JobTypeProblem }
type Known = { file: JobFile; entry?: CatalogEntry; problem?: JobTypeProblem }

/** The job types of one folder, read again whenever something in it changes. */
export class FolderCatalog {
  readonly #folder: string
  readonly #thread: CatalogThread
  readonly #onChange: () => void
  readonly #watcher: FolderWatcher
  readonly #lateRetriesMs: readonly number[]
  #known = new Map<string, Known>()
  #services: Services | undefined
  #missing: JobTypeProblem | undefined
  #revision = 0
  #scanning: Promise<void> | undefined
  #again = false
  #late = false
  #lateTries = 0
  #lateRetry: NodeJS.Timeout | undefined
  #closed = false

  constructor(
    folder: string,
    thread: CatalogThread,
    onChange: () => void,
    lateRetriesMs: readonly number[] = defaultLateRetriesMs,
  ) {
    this.#lateRetriesMs = lateRetriesMs
    this.#folder = folder
    this.#thread = thread
    this.#onChange = onChange
    this.#watcher = new FolderWatcher(() => void this.scan())
  }

  /** In the order of file names, those with the same job type name included. */
  entries(): CatalogEntry[] {
    const services = this.#services?.source
    const found = Array.from(this.#known.values(), ({ entry }) => entry).filter((entry) => entry !== undefined)
    if (services === undefined) return found
    return found.map((entry) => ({ ...entry, source: { ...entry.source, services } }))
  }

  problems(): JobTypeProblem[] {
    const found = Array.from(this.#known.values(), ({ problem }) => problem).filter((problem) => problem !== undefined)
    return [this.#missing, this.#services?.problem, ...found].filter((problem) => problem !== undefined)
  }

  /** Reads the folder; a call while it is being read makes it be read once more. Never rejects. */
  scan(): Promise<void> {
    if (this.#scanning !== undefined) {
      this.#again = true
      return this.#scanning
    }
    this.#scanning = (async () => {
      do {
        this.#again = false
        await this.#scanOnce()
      } while (this.#again && !this.#closed)
      // The modules it imported are of no more use: what runs is imported by the threads.
      await this.#thread.rest()
      this.#scanning = undefined
      this.#lookAgainLater()
    })()
    return this.#scanning
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#lateRetry)
    this.#watcher.close()
  }

  async #scanOnce(): Promise<void> {
    if (this.#closed) return
    this.#late = false
    let content: FolderContent
    try {
      content = await readJobsFolder(this.#folder)
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const why = code === 'ENOENT' ? 'There is no such folder.' : code === 'ENOTDIR' ? 'It is not a folder.' : message
      this.#publish(new Map(), { file: this.#folder, message: `The jobs folder cannot be read: ${why}` })
      if (!this.#isClosed()) this.#watcher.watch([], true)
      return
    }
    // Before the files are described: what changes meanwhile is seen.
    if (!this.#isClosed()) this.#watcher.watch(content.folders, false)
    // For editors only: a folder that cannot be written is none the worse for running jobs.
    await refreshFolderTypes(this.#folder).catch(() => undefined)
    await this.#readServices(content.services)
    const changed = content.files.filter(({ path, hash }) => this.#known.get(path)?.file.hash !== hash)
    // Told one by one, and those that failed before come last: a file that hangs holds up no other.
    changed.sort((a, b) => this.#failedBefore(a) - this.#failedBefore(b))
    const read = new Map<string, Known>()
    const compose = (): Map<string, Known> => {
      const next = new Map<string, Known>()
      for (const { path } of content.files) {
        const known = read.get(path) ?? this.#known.get(path)
        if (known !== undefined) next.set(path, known)
      }
      return next
    }
    for (const file of changed) {
      if (this.#isClosed()) return
      // Something changed meanwhile: look at that first, the rest is still seen as changed then.
      if (this.#changedMeanwhile()) break
      read.set(file.path, await this.#read(file))
      this.#publish(compose(), undefined)
    }
    this.#publish(compose(), undefined)
  }

  #lookAgainLater(): void {
    clearTimeout(this.#lateRetry)
    const wait = this.#late && !this.#closed ? this.#lateRetriesMs[this.#lateTries] : undefined
    if (!this.#late) this.#lateTries = 0
    if (wait === undefined) return
    this.#lateTries += 1
    this.#lateRetry = setTimeout(() => void this.scan(), wait).unref()
  }

  #failedBefore({ path }: JobFile): number {
    return this.#known.get(path)?.problem === undefined ? 0 : 1
  }

  #changedMeanwhile(): boolean {
    return this.#again
  }

  #isClosed(): boolean {
    return this.#closed
  }

  /** A number of its own: a file put back to an older content must not meet the older import of it. */
  #urlOf({ path, hash }: ServicesFile): string {
    this.#revision += 1
    return versionedUrl(pathToFileURL(path).href, `${this.#revision}-${hash}`)
  }

  async #readServices(files: ServicesFile[]): Promise<void> {
    const [file, second] = files
    const hash = files.map((each) => each.hash).join()
    if (hash === (this.#services?.hash ?? '')) return
    if (file === undefined) this.#services = undefined
    else {
      const shown = basename(file.path)
      const url = this.#urlOf(file)
      const answer: Answer =
        second === undefined
          ? await this.#thread.ask({ kind: 'services', source: { kind: 'file', url } })
          : { kind: 'problem', message: `There is also ${basename(second.path)}. Keep one of them.` }
      if (answer.kind === 'problem') {
        const { message, line, late } = answer
        if (late === true) this.#late = true
        const problem = { file: shown, message, ...(line === undefined ? {} : { line }) }
        const place = line === undefined ? shown : `${shown}:${line}`
        // One that was late has no hash: the next look reads it again.
        this.#services = { hash: late === true ? 'late' : hash, source: { broken: `${place}: ${message}` }, problem }
      } else this.#services = { hash, source: { url } }
    }
    if (!this.#closed) this.#onChange()
  }

  async #read(file: JobFile): Promise<Known> {
    const url = this.#urlOf(file)
    const answer = await this.#thread.ask({ kind: 'describe', source: { kind: 'file', url } })
    const shown = basename(file.path)
    if (answer.kind === 'problem') {
      const { message, line, issues, late } = answer
      if (late === true) this.#late = true
      return {
        // One that was late has no hash: the next look reads it again.
        file: late === true ? { ...file, hash: 'late' } : file,
        problem: {
          file: shown,
          message,
          ...(line === undefined ? {} : { line }),
          ...(issues === undefined ? {} : { issues }),
        },
      }
    }
    if (answer.kind !== 'described') return { file, problem: { file: shown, message: 'It could not be described.' } }
    const { description, nameLine, checks } = answer
    const line = nameLine === undefined ? {} : { line: nameLine }
    if (description.name !== file.expectedName) {
      return { file, problem: { ...misnamed(shown, description, file), ...line } }
    }
    const jobType = { ...description, source: 'folder', file: shown } as const
    const source = { kind: 'file', url } as const
    return { file, entry: { jobType, source, checks, ...(nameLine === undefined ? {} : { nameLine }) } }
  }

  #publish(next: Map<string, Known>, missing: JobTypeProblem | undefined): void {
    const same =
      next.size === this.#known.size &&
      [...next].every(([path, known]) => this.#known.get(path) === known) &&
      missing?.message === this.#missing?.message
    this.#known = next
    this.#missing = missing
    if (!same && !this.#closed) this.#onChange()
  }
}

function misnamed(shown: string, { name }: JobDescription, { expectedName }: JobFile): JobTypeProblem {
  const end = shown.slice(expectedName.length)
  const message = `Its name is ${name}, but the file is ${shown}. Call the file ${name}${end}, or the job type ${expectedName}.`
  return { file: shown, message }
}
