import { resolve } from 'node:path'
import { TorilError } from '../../contract/errors.ts'
import type { JobTypeProblem } from '../../contract/job-type.ts'
import { describeJob } from '../../../workers/describe-job.ts'
import { builtInJobs } from '../../../workers/jobs/index.ts'
import { loadJob } from '../../../workers/load-job.ts'
import { compileSchema, type Validate } from '../../../workers/validate.ts'
import type { Catalog, CatalogEntry } from './catalog.ts'
import { CatalogThread } from './catalog-thread.ts'
import { FolderCatalog } from './folder-catalog.ts'
import { QuickChecks } from './quick-checks.ts'
import { TypeStripper } from './type-stripper.ts'

export interface CatalogOptions {
  /** File that the catalog's threads load: locateEntries().catalog. */
  entry: string
  /** Folder of the user's own job types; null for none. */
  folder: string | null
  /** How long a job file may compute, or wait, until it is loaded; default 10 s. */
  loadTimeoutMs?: number
  /** When files that were not done in time are tried again, in ms after each look; default 15 s, 1 min, 5 min. */
  lateRetriesMs?: readonly number[]
}

const defaultLoadTimeoutMs = 10_000

async function builtInEntry(name: string): Promise<[string, CatalogEntry]> {
  const description = await describeJob(await loadJob({ kind: 'built-in', name }))
  return [name, { jobType: { ...description, source: 'built-in' }, source: { kind: 'built-in', name } }]
}

/**
 * The built-in job types and those of the folder. Files of the folder are imported in threads of the
 * catalog only: one to describe them, which ends after each reading, and one to check inputs, started
 * with the first.
 */
export async function createCatalog(options: CatalogOptions): Promise<Catalog> {
  const timeoutMs = options.loadTimeoutMs ?? defaultLoadTimeoutMs
  const builtIn = new Map(await Promise.all(Object.keys(builtInJobs).map(builtInEntry)))
  const builtInValidators = new Map<string, Promise<Validate>>()
  const describer = new CatalogThread(options.entry, timeoutMs)
  const checker = new CatalogThread(options.entry, timeoutMs)
  const stripper = new TypeStripper(options.entry, timeoutMs)
  const quickChecks = new QuickChecks()
  const listeners = new Set<() => void>()
  let folder: FolderCatalog | undefined
  let entries = builtIn
  let problems: JobTypeProblem[] = []

  function compose(): void {
    entries = new Map(builtIn)
    problems = [...(folder?.problems() ?? [])]
    for (const entry of folder?.entries() ?? []) {
      const { name, file = name } = entry.jobType
      const first = entries.get(name)
      if (first === undefined) entries.set(name, entry)
      else {
        const owner = first.jobType.file ?? 'a built-in job type'
        const line = entry.nameLine === undefined ? {} : { line: entry.nameLine }
        problems.push({ file, ...line, message: `The name ${name} is already used by ${owner}. Give it another.` })
      }
    }
    for (const listener of listeners) listener()
  }

  function entryOf(name: string): CatalogEntry {
    const entry = entries.get(name)
    if (entry === undefined) throw new TorilError('UNKNOWN_JOB_TYPE', `This runner knows no job type ${name}.`)
    return entry
  }

  async function setFolder(path: string | null): Promise<void> {
    folder?.close()
    const next = path === null ? undefined : new FolderCatalog(resolve(path), describer, compose, options.lateRetriesMs)
    folder = next
    await next?.scan()
    if (folder === next) compose()
  }

  function builtInValidator(name: string): Promise<Validate> {
    const known = builtInValidators.get(name)
    if (known !== undefined) return known
    const made = loadJob({ kind: 'built-in', name }).then(({ input }) => compileSchema(input))
    builtInValidators.set(name, made)
    return made
  }

  if (options.folder !== null) await setFolder(options.folder)

  return {
    get: (name) => entries.get(name),
    list: () => ({
      jobTypes: Array.from(entries.values(), ({ jobType }) => jobType).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      problems,
    }),
    async validateInput(name, input) {
      const { source, checks } = entryOf(name)
      if (source.kind === 'built-in') return (await builtInValidator(name))(input)
      const quick = checks?.input === undefined ? undefined : quickChecks.of(checks.input)
      if (quick !== undefined) return quick(input)
      const answer = await checker.ask({ kind: 'validate', source, input })
      if (answer.kind === 'validated') return { value: answer.value }
      if (answer.kind === 'invalid') return { issues: answer.issues }
      const why = answer.kind === 'problem' ? answer.message : 'The catalog gave no answer.'
      return { issues: [{ path: [], message: `The input could not be checked: ${why}` }] }
    },
    strip: (url) => stripper.strip(url),
    load: async (name) => loadJob(entryOf(name).source),
    setFolder,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      folder?.close()
      listeners.clear()
      await Promise.all([describer.close(), checker.close(), stripper.close()])
    },
  }
}
