import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Files that start threads. They stand beside the bundle when built, and in workers/ in the source tree. */
export interface Entries {
  /** Runs job attempts; loaded by each thread of the pool. */
  worker: string
  /** Loads and describes job files, away from the runner's own process. */
  catalog: string
}

/** In out/main; not called `.ts`, because it is nothing to be run or compiled there. */
export const jobTypesFile = 'job-types.txt'

function locate(name: string): string {
  // A bundler may put this module into the entry itself or into a chunks folder below it.
  const here = import.meta.dirname
  const candidates = [
    join(here, `${name}.js`),
    join(here, '..', `${name}.js`),
    join(here, '..', '..', 'workers', `${name}.ts`),
  ]
  const found = candidates.find((candidate) => existsSync(candidate))
  if (found === undefined) throw new Error(`The file ${name} is missing beside ${here}. Build Toril again.`)
  return found
}

export function locateEntries(): Entries {
  return { worker: locate('worker-entry'), catalog: locate('catalog-entry') }
}

/** What toril.d.ts is made of: a file beside the bundle when built, the sources themselves in the source tree. */
export function locateJobTypes(): { file: string } | { workersFolder: string } {
  const here = import.meta.dirname
  const built = [join(here, jobTypesFile), join(here, '..', jobTypesFile)].find((file) => existsSync(file))
  return built === undefined ? { workersFolder: locateUpwards('workers') } : { file: built }
}

/** The nearest folder above that holds `relative`, e.g. `prisma/migrations`: the same in source, build and package. */
export function locateUpwards(relative: string): string {
  let folder = import.meta.dirname
  for (;;) {
    const candidate = join(folder, relative)
    if (existsSync(candidate)) return candidate
    const parent = join(folder, '..')
    if (parent === folder) throw new Error(`${relative} is missing. Install Toril again.`)
    folder = parent
  }
}

/** Folder of Toril's own package.json: of the checkout, or of the packaged app. */
export function locateRoot(): string {
  return dirname(locateUpwards('package.json'))
}
