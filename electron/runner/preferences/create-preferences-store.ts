import { copyFile, mkdir } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { TorilError } from '../../contract/errors.ts'
import {
  defaultPreferences,
  preferencesVersion,
  type Preferences,
  type PreferencesPatch,
} from '../../contract/preferences.ts'
import type { Environment } from '../environment.ts'
import { mergePreferences, salvagePreferences } from './merge-preferences.ts'
import { migratePreferences } from './migrate-preferences.ts'
import { readStoredFile, setAside, writeStoredFile } from '../stored-file.ts'
import type { PreferencesStore } from './preferences-store.ts'

export interface PreferencesStoreOptions {
  /** Absolute, e.g. `<dataDir>/preferences.json`; its folder is made when missing. */
  file: string
  environment: Pick<Environment, 'TORIL_JOBS_DIR'>
}

interface Loaded {
  preferences: Preferences
  notices: { code: string; message: string }[]
}

const asideCode = 'PREFERENCES_SET_ASIDE'

function objectOf(text: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text)
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('it is not a JSON object')
  return parsed as Record<string, unknown>
}

async function replaced(file: string, why: string): Promise<Loaded> {
  const aside = basename(await setAside(file, new Date()))
  const message = `The preferences file could not be used: ${why}. It was kept as ${aside}, and defaults are used.`
  return { preferences: defaultPreferences, notices: [{ code: asideCode, message }] }
}

async function load(file: string): Promise<Loaded> {
  const text = await readStoredFile(file)
  if (text === undefined) return { preferences: defaultPreferences, notices: [] }
  let stored: Record<string, unknown>
  try {
    stored = objectOf(text)
  } catch (error) {
    return replaced(file, error instanceof Error ? error.message : String(error))
  }
  const current = migratePreferences(stored)
  if (current === undefined) {
    return replaced(file, `its version ${JSON.stringify(stored.version)} is not one this Toril knows`)
  }
  const { preferences, unusable } = salvagePreferences(current, defaultPreferences)
  if (unusable.length === 0) return { preferences, notices: [] }
  // The next update writes the file anew: what could not be used must not vanish with it.
  const aside = `${file}.broken-${new Date().toISOString().replaceAll(':', '-')}`
  await copyFile(file, aside)
  await writeStoredFile(file, { version: preferencesVersion, ...preferences })
  const message = `Defaults are used for these preferences, which had a value they cannot have: ${unusable.join(', ')}. The file as it was is kept as ${basename(aside)}.`
  return { preferences, notices: [{ code: 'PREFERENCES_REPAIRED', message }] }
}

/**
 * Opens the preferences. A file that is no JSON, or of an unknown version, is put aside and defaults
 * are used; of one with some broken fields the others are kept. `notices` says so. Rejects UNAVAILABLE
 * when the file can be neither read nor put aside.
 */
export async function createPreferencesStore(options: PreferencesStoreOptions): Promise<PreferencesStore> {
  const { file, environment } = options
  const jobsDir = environment.TORIL_JOBS_DIR
  const listeners = new Set<(now: Preferences, before: Preferences) => void>()
  let loaded: Loaded
  try {
    await mkdir(dirname(file), { recursive: true })
    loaded = await load(file)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new TorilError('UNAVAILABLE', `The preferences file ${file} cannot be used: ${why}.`, { cause: error })
  }
  let stored = loaded.preferences
  // One update at a time: each is checked against what the one before has made.
  let writing: Promise<unknown> = Promise.resolve()

  function effective(): Preferences {
    return jobsDir === undefined ? stored : { ...stored, jobs: { ...stored.jobs, folder: resolve(jobsDir) } }
  }

  async function apply(patch: PreferencesPatch): Promise<Preferences> {
    const next = mergePreferences(stored, patch)
    const before = effective()
    if (jobsDir !== undefined && patch.jobs?.folder !== undefined && patch.jobs.folder !== before.jobs.folder) {
      throw new TorilError(
        'SET_BY_ENVIRONMENT',
        'jobs.folder is set by the environment variable TORIL_JOBS_DIR. Change it there, or unset it.',
      )
    }
    // The environment's value must not be left in the file when the variable is gone.
    if (jobsDir !== undefined) next.jobs = stored.jobs
    try {
      await writeStoredFile(file, { version: preferencesVersion, ...next })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new TorilError('UNAVAILABLE', `The preferences could not be stored: ${why}.`, { cause: error })
    }
    stored = next
    const now = effective()
    for (const listener of listeners) listener(now, before)
    return now
  }

  return {
    current: effective,
    update(patch) {
      const result = writing.then(() => apply(patch))
      writing = result.catch(() => undefined)
      return result
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    notices: loaded.notices,
  }
}
