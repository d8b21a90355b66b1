import { basename } from 'node:path'
import {
  secretPathSchema,
  secretPathsOf,
  type ProfileSecrets,
  type ProfileSettings,
  type SecretChanges,
  type SecretPath,
} from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import { readStoredFile, setAside, writeStoredFile } from '../../stored-file.ts'
import { isFor, openSecret, sealedFor, sealSecret } from './sealed-secret.ts'
import type { SecretBox } from './secret-box.ts'

const fileVersion = 1

export interface Notice {
  code: string
  message: string
}

/** A stored profile, as far as its secrets are about it. */
export type Owner = ProfileSettings & { id: string }

export interface SecretStore {
  /** Which secrets a profile has, those that cannot be opened included. */
  pathsOf(profileId: string): SecretPath[]
  /**
   * All of a profile, or of one part of it, in clear, to be used as `owner` says. Throws SECRETS_LOCKED naming the
   * first that cannot be opened, or was entered for something else.
   */
  open(owner: Owner, part?: 'queue' | 'history'): ProfileSecrets
  /** Whether the secret was entered for where `owner` leads. */
  isFor(owner: Owner, path: SecretPath): boolean
  /**
   * Stores what is new, takes away what is null and whatever nothing of the owner asks for. What stays is bound to
   * what the owner is now. Rejects SECRETS_LOCKED or UNAVAILABLE, and then nothing was changed. Answers what makes
   * it undone.
   */
  change(changes: readonly { owner: Owner; changes: SecretChanges }[]): Promise<() => Promise<void>>
  /** Binds those that were sealed before secrets were bound to what they are for. */
  bind(owners: readonly Owner[]): Promise<void>
  remove(profileId: string): Promise<void>
  /** What cannot be opened, and why. `ownerOf` gives the profile of an id; undefined for one that is gone. */
  notices(ownerOf: (profileId: string) => Owner | undefined): Notice[]
}

type Stored = Record<string, Record<string, unknown>>

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(text: string): Stored {
  let file: unknown
  try {
    file = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text.
    throw new Error('it is not valid JSON')
  }
  if (!isRecord(file) || file['version'] !== fileVersion || !isRecord(file['profiles'])) {
    throw new Error(`it is not of version ${fileVersion}`)
  }
  const { profiles } = file
  return Object.fromEntries(
    Object.entries(profiles).filter((entry): entry is [string, Record<string, unknown>] => isRecord(entry[1])),
  )
}

async function load(file: string): Promise<{ stored: Stored; notices: Notice[] }> {
  const text = await readStoredFile(file)
  if (text === undefined) return { stored: {}, notices: [] }
  try {
    return { stored: parse(text), notices: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const aside = basename(await setAside(file, new Date()))
    const message = `The file of sealed passwords could not be used: ${why}. It was kept as ${aside}. Enter the passwords of your profiles again.`
    return { stored: {}, notices: [{ code: 'SECRETS_SET_ASIDE', message }] }
  }
}

/**
 * Opens the file of sealed secrets. One that is damaged is put aside; a single entry that is, or that no key
 * opens, is left as it is and told of. Rejects when the file can be neither read nor put aside.
 */
export async function createSecretStore(file: string, box: SecretBox): Promise<SecretStore> {
  const loaded = await load(file)
  let stored = loaded.stored

  const openOne = (owner: Owner, path: SecretPath): string =>
    openSecret(box, { profileId: owner.id, path }, stored[owner.id]?.[path], owner)

  async function write(next: Stored): Promise<void> {
    try {
      await writeStoredFile(file, { version: fileVersion, profiles: next })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new TorilError('UNAVAILABLE', `The passwords could not be stored: ${why}.`, { cause: error })
    }
    stored = next
  }

  function changed(owner: Owner, changes: SecretChanges): Record<string, unknown> {
    const profileId = owner.id
    const fitting = secretPathsOf(owner)
    const kept = Object.entries(stored[profileId] ?? {}).flatMap(([name, entry]) => {
      const path = fitting.find((known) => known === name)
      if (path === undefined || changes[path] !== undefined) return []
      return [[path, sealedFor(box, { profileId, path }, entry, owner)] as const]
    })
    const added = Object.entries(changes).flatMap(([name, text]) => {
      const path = secretPathSchema.parse(name)
      return text === null ? [] : [[path, sealSecret(box, { profileId, path }, text, owner)] as const]
    })
    return Object.fromEntries([...kept, ...added])
  }

  const pathsOf = (profileId: string): SecretPath[] =>
    Object.keys(stored[profileId] ?? {}).flatMap((path) => secretPathSchema.safeParse(path).data ?? [])

  function askedFor(owner: Owner): SecretPath[] {
    const fitting = secretPathsOf(owner)
    return pathsOf(owner.id).filter((path) => fitting.includes(path))
  }

  async function change(all: readonly { owner: Owner; changes: SecretChanges }[]): Promise<() => Promise<void>> {
    const before = stored
    const next = { ...stored }
    for (const { owner, changes } of all) {
      const entries = changed(owner, changes)
      if (Object.keys(entries).length === 0) delete next[owner.id]
      else next[owner.id] = entries
    }
    // A profile without secrets leaves the file alone, which then need not even exist.
    if (JSON.stringify(next) === JSON.stringify(stored)) return () => Promise.resolve()
    await write(next)
    return () => write(before)
  }

  return {
    pathsOf,
    open(owner, part) {
      const wanted = askedFor(owner).filter((path) => part === undefined || path.startsWith(`${part}.`))
      return Object.fromEntries(
        wanted.map((path) => {
          try {
            return [path, openOne(owner, path)]
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            throw new TorilError('SECRETS_LOCKED', `${path} of ${owner.name} cannot be used. ${why}`, { cause: error })
          }
        }),
      )
    },
    isFor: (owner, path) => isFor({ profileId: owner.id, path }, stored[owner.id]?.[path], owner),
    change,
    async bind(owners) {
      const next = { ...stored }
      for (const owner of owners) {
        const entries = Object.entries(stored[owner.id] ?? {}).map(([name, entry]) => {
          const path = secretPathSchema.safeParse(name).data
          const old = path !== undefined && isRecord(entry) && entry['purpose'] === undefined
          return [name, old ? sealedFor(box, { profileId: owner.id, path }, entry, owner) : entry] as const
        })
        if (entries.length > 0) next[owner.id] = Object.fromEntries(entries)
      }
      if (JSON.stringify(next) !== JSON.stringify(stored)) await write(next)
    },
    async remove(profileId) {
      if (stored[profileId] === undefined) return
      const { [profileId]: _gone, ...rest } = stored
      await write(rest)
    },
    notices(ownerOf) {
      const reasons = new Map<string, string[]>()
      for (const owner of Object.keys(stored).flatMap((id) => ownerOf(id) ?? [])) {
        for (const path of askedFor(owner)) {
          try {
            openOne(owner, path)
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            reasons.set(why, [...(reasons.get(why) ?? []), `${path} of the profile ${owner.name}`])
          }
        }
      }
      const locked = [...reasons].map(([why, which]) => ({
        code: 'SECRETS_LOCKED',
        message: `These stored passwords cannot be used: ${which.join(', ')}. ${why}`,
      }))
      return [...loaded.notices, ...locked]
    },
  }
}
