import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import {
  profileDraftSchema,
  profilePatchSchema,
  profileSettingsSchema,
  secretPathsOf,
  settingsOf,
  type ConnectionProfile,
  type ProfileSecrets,
  type ProfileSettings,
  type SecretChanges,
  type SecretPath,
} from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { Issue } from '../../../contract/json.ts'
import type * as z from 'zod'
import { notAName } from './not-a-name.ts'
import { readRecords, writeRecords, type ProfileRecord, type ProfileRecords } from './profile-records.ts'
import type { GivenProfile, ProfileStore } from './profile-store.ts'
import type { SecretBox } from './secret-box.ts'
import { goesElsewhere, mustBeGivenAgain } from './secret-destination.ts'
import { createSecretStore } from './secret-store.ts'
import { exportProfiles, readExported } from './transfer.ts'

export interface ProfileStoreOptions {
  /** Absolute; there are `profiles.json` and `secrets.json`. */
  dataDir: string
  box: SecretBox
  /** `TORIL_PROFILE`: a profile of its own, or the id or name of a stored one. */
  chosen?: GivenProfile | string
}

/** The id of the profile that `TORIL_PROFILE` itself holds. */
export const givenId = 'environment'

function invalid(issues: Issue[]): TorilError {
  const told = issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')
  return new TorilError('INVALID_PROFILE', `${told}. Nothing was changed.`, { issues })
}

function checked<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalid(
    parsed.error.issues.map(({ path, message }) => ({
      path: path.map((key) => (typeof key === 'number' ? key : String(key))),
      message,
    })),
  )
}

function settingsIn({
  id: _id,
  createdAt: _created,
  updatedAt: _updated,
  ...settings
}: ProfileRecord): ProfileSettings {
  return settings
}

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/**
 * Opens the stored profiles and their sealed secrets. What is damaged is left or put aside, and `notices` says
 * so. Rejects UNAVAILABLE when the files can be neither read nor put aside, PROFILE_NOT_FOUND when
 * `TORIL_PROFILE` names none.
 */
export async function createProfileStore(options: ProfileStoreOptions): Promise<ProfileStore> {
  const file = join(options.dataDir, 'profiles.json')
  const [loaded, secrets] = await Promise.all([
    readRecords(file),
    createSecretStore(join(options.dataDir, 'secrets.json'), options.box),
  ]).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error)
    const message = `The files of profiles in ${options.dataDir} cannot be used: ${why}.`
    throw new TorilError('UNAVAILABLE', message, { cause: error })
  })
  let records: ProfileRecords = loaded.records
  // What cannot be written now stays as it was, and is tried again at the next start.
  await secrets.bind(records.profiles).catch(() => undefined)
  const { chosen } = options
  const given = typeof chosen === 'object' ? givenProfile(chosen) : undefined
  const chosenId = typeof chosen === 'string' ? idOf(chosen) : given?.id
  const listeners = new Set<() => void>()
  // One change at a time: each is checked against what the one before has made.
  let changing: Promise<unknown> = Promise.resolve()

  function givenProfile({ settings, secrets: held }: GivenProfile): ConnectionProfile {
    const at = new Date().toISOString()
    return { id: givenId, ...settings, createdAt: at, updatedAt: at, secretsSet: Object.keys(held) as SecretPath[] }
  }

  function idOf(text: string): string {
    const found =
      records.profiles.find(({ id }) => id === text) ?? records.profiles.find(({ name }) => sameName(name, text.trim()))
    if (found !== undefined) return found.id
    const names = records.profiles.map(({ name }) => name).join(', ')
    throw new TorilError('PROFILE_NOT_FOUND', `TORIL_PROFILE names no profile: ${notAName(text)}. There are: ${names}.`)
  }

  function presented(record: ProfileRecord): ConnectionProfile {
    const fitting = secretPathsOf(record)
    return { ...record, secretsSet: secrets.pathsOf(record.id).filter((path) => fitting.includes(path)) }
  }

  const currentId = (): string => chosenId ?? records.current

  function recordOf(id: string): ProfileRecord {
    const found = records.profiles.find((record) => record.id === id)
    if (found !== undefined) return found
    if (given !== undefined && id === givenId) {
      const message = 'This profile is set by the environment variable TORIL_PROFILE. Change it there.'
      throw new TorilError('SET_BY_ENVIRONMENT', message)
    }
    throw new TorilError('PROFILE_NOT_FOUND', `There is no profile ${id}.`)
  }

  function get(id: string): ConnectionProfile {
    return given !== undefined && id === givenId ? given : presented(recordOf(id))
  }

  function refuseName(name: string, except?: string): void {
    const taken = records.profiles.some((record) => record.id !== except && sameName(record.name, name))
    if (taken) throw invalid([{ path: ['name'], message: 'is the name of another profile' }])
  }

  function refuseSecrets(settings: ProfileSettings, changes: SecretChanges): void {
    const fitting = secretPathsOf(settings)
    const strange = Object.entries(changes).filter(
      ([path, text]) => text !== null && !fitting.some((fit) => fit === path),
    )
    const message = 'cannot be set, because the profile has nothing that asks for it'
    if (strange.length > 0) throw invalid(strange.map(([path]) => ({ path: ['secrets', path], message })))
  }

  /** Rejects UNAVAILABLE, and then nothing was changed: `undo` takes back what was stored beside the profiles. */
  async function write(next: ProfileRecords, undo?: () => Promise<void>): Promise<void> {
    try {
      await writeRecords(file, next)
    } catch (error) {
      await undo?.().catch(() => undefined)
      const why = error instanceof Error ? error.message : String(error)
      throw new TorilError('UNAVAILABLE', `The profiles could not be stored: ${why}.`, { cause: error })
    }
    records = next
  }

  function change<Value>(work: () => Promise<Value>): Promise<Value> {
    const result = changing.then(work).then((value) => {
      for (const listener of listeners) listener()
      return value
    })
    changing = result.catch(() => undefined)
    return result
  }

  function newRecord(settings: ProfileSettings): ProfileRecord {
    const at = new Date().toISOString()
    return { id: randomUUID(), ...settings, createdAt: at, updatedAt: at }
  }

  /** `Name`, else `Name 2`, `Name 3`, … */
  function freeName(name: string, taken: readonly string[]): string {
    for (let number = 1; ; number += 1) {
      const suffix = number === 1 ? '' : ` ${number}`
      const candidate = `${name.slice(0, 60 - suffix.length)}${suffix}`
      if (!taken.some((other) => sameName(other, candidate))) return candidate
    }
  }

  function secretsOf(profile: ConnectionProfile | ProfileRecord, part?: 'queue' | 'history'): ProfileSecrets {
    const all = profile.id === givenId && typeof chosen === 'object' ? chosen.secrets : secrets.open(profile, part)
    const wanted = Object.entries(all).filter(([path]) => part === undefined || path.startsWith(`${part}.`))
    return Object.fromEntries(wanted)
  }

  return {
    list: () => ({
      profiles: [...(given === undefined ? [] : [given]), ...records.profiles.map(presented)],
      currentId: currentId(),
      fixedByEnvironment: chosenId !== undefined,
    }),
    current: () => get(currentId()),
    get,
    secretsOf,
    create: (input) =>
      change(async () => {
        const draft = checked(profileDraftSchema, input)
        const settings = settingsOf(draft)
        refuseName(settings.name)
        const record = newRecord(settings)
        const undo = await secrets.change([{ owner: record, changes: draft.secrets ?? {} }])
        await write({ ...records, profiles: [...records.profiles, record] }, undo)
        return presented(record)
      }),
    update: (id, input) =>
      change(async () => {
        const before = recordOf(id)
        const { secrets: changes = {}, folder, ...patch } = checked(profilePatchSchema, input)
        const { folder: old, ...rest } = settingsIn(before)
        const kept = folder === undefined ? old : (folder ?? undefined)
        const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined))
        const merged = { ...rest, ...named, ...(kept === undefined ? {} : { folder: kept }) }
        const settings = checked(profileSettingsSchema, merged)
        refuseName(settings.name, id)
        refuseSecrets(settings, changes)
        const fitting = secretPathsOf(settings)
        const stay = secrets.pathsOf(id).filter((path) => fitting.includes(path) && changes[path] === undefined)
        // One that was led elsewhere by hand may be led back.
        const led = stay.filter(
          (path) => goesElsewhere(path, before, settings) && !secrets.isFor({ ...settings, id }, path),
        )
        if (led.length > 0) throw invalid(led.map((path) => ({ path: ['secrets', path], message: mustBeGivenAgain })))
        const record = { ...before, ...settings, updatedAt: new Date().toISOString() }
        if (settings.folder === undefined) delete record.folder
        const undo = await secrets.change([{ owner: record, changes }])
        await write({ ...records, profiles: records.profiles.map((other) => (other.id === id ? record : other)) }, undo)
        return presented(record)
      }),
    remove: (id) =>
      change(async () => {
        const { name } = recordOf(id)
        if (id === currentId()) {
          throw new TorilError('PROFILE_IN_USE', `The profile ${name} is in use. Use another one, then remove it.`)
        }
        if (id === records.current) {
          const message = `The profile ${name} is used when TORIL_PROFILE is not set. Use another one then, before removing it.`
          throw new TorilError('PROFILE_IN_USE', message)
        }
        await write({ ...records, profiles: records.profiles.filter((record) => record.id !== id) })
        await secrets.remove(id)
      }),
    setCurrent: (id) =>
      change(async () => {
        const record = recordOf(id)
        if (chosenId !== undefined) {
          const message = 'The profile is set by the environment variable TORIL_PROFILE. Change it there, or unset it.'
          throw new TorilError('SET_BY_ENVIRONMENT', message)
        }
        await write({ ...records, current: id })
        return presented(record)
      }),
    async export({ ids, passphrase }) {
      const wanted = ids === undefined ? records.profiles : ids.map(recordOf)
      const transferred = wanted.map((record) => ({
        settings: settingsIn(record),
        secrets: passphrase === undefined ? {} : secretsOf(record),
      }))
      return exportProfiles(transferred, passphrase)
    },
    async import(input, passphrase) {
      const { transferred, secretsLeftOut } = await readExported(input, passphrase)
      return change(async () => {
        const names = records.profiles.map(({ name }) => name)
        const added = transferred.map(({ settings, secrets: own }) => {
          const name = freeName(settings.name, names)
          names.push(name)
          return { record: newRecord({ ...settings, name }), own }
        })
        const undo = await secrets.change(added.map(({ record, own }) => ({ owner: record, changes: own })))
        await write({ ...records, profiles: [...records.profiles, ...added.map(({ record }) => record)] }, undo)
        return { profiles: added.map(({ record }) => presented(record)), secretsLeftOut }
      })
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    notices() {
      const ownerOf = (id: string) => records.profiles.find((record) => record.id === id)
      return [...loaded.notices, ...secrets.notices(ownerOf)]
    },
  }
}
