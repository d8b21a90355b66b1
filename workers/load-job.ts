import type { JobDefinition } from './define-job.ts'
import type { ServicesFactory } from './define-services.ts'
import { registerFolderModules } from './folder-modules.ts'
import { builtInJobs } from './jobs/index.ts'
import type { JobSource } from './protocol.ts'

/** A job file whose default export is not a job type. */
export class NotAJobError extends Error {}

function isDefinition(value: unknown): value is JobDefinition {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { name?: unknown }).name === 'string' &&
    typeof (value as { run?: unknown }).run === 'function' &&
    (value as { input?: unknown }).input != null
  )
}

/** What is missing, as a sentence. */
function complaint(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'It has no default export with { name, title, input, run }.'
  const missing = Object.entries({ name: 'string', title: 'string', input: 'object', run: 'function' })
    .filter(([field, type]) => {
      const found: unknown = (value as Record<string, unknown>)[field]
      return field === 'input' ? found == null : typeof found !== type
    })
    .map(([field, type]) => (field === 'input' ? 'input (a schema)' : `${field} (a ${type})`))
  return `Its default export lacks ${missing.join(', ')}.`
}

/** Imports the code of a job type. Rejects with whatever the import threw, or NotAJobError. */
export async function loadJob(source: JobSource): Promise<JobDefinition> {
  if (source.kind === 'built-in') {
    const load = builtInJobs[source.name]
    if (load === undefined) throw new NotAJobError(`There is no built-in job type ${source.name}.`)
    return load()
  }
  registerFolderModules()
  const module = (await import(/* @vite-ignore */ source.url)) as { default?: unknown }
  if (!isDefinition(module.default)) throw new NotAJobError(complaint(module.default))
  return module.default
}

function isFactory(value: unknown): value is ServicesFactory {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null) return false
  const { create, dispose } = value as { create?: unknown; dispose?: unknown }
  return typeof create === 'function' && (dispose === undefined || typeof dispose === 'function')
}

/** Imports the services of a jobs folder. Rejects with whatever the import threw, or NotAJobError. */
export async function loadServices(url: string): Promise<ServicesFactory> {
  registerFolderModules()
  const module = (await import(/* @vite-ignore */ url)) as { default?: unknown }
  if (isFactory(module.default)) return module.default
  throw new NotAJobError(
    'Its default export must be a function, or { create, dispose } with dispose left out or a function.',
  )
}
