import { basename } from 'node:path'
import {
  secretPathSchema,
  type ProfileSecrets,
  type SecretChanges,
  type SecretPath,
} from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import { readStoredFile, setAside, writeStoredFile } from '../../stored-file.ts'
import type { SecretBox } from './secret-box.ts'

const fileVersion = 1

/** What is sealed, on the disk and here: nothing is kept in clear. */
interface Sealed {
  box: string
  sealed: string
}

export interface Notice {
  code: string
  message: string
}

export interface SecretStore {
  /** Which secrets a profile has, those that cannot be opened included. */
  pathsOf(profileId: string): SecretPath[]
  /** All of a profile, or of one part of it, in clear. Throws SECRETS_LOCKED naming the first that cannot be opened. */
  open(profileId: string, part?: 'queue' | 'history'): ProfileSecrets
  /**
   * Stores what is new, takes away what is null, and whatever is not in `fitting`. Rejects SECRETS_LOCKED or
   * UNAVAILABLE, and then nothing was changed.
   */
  change(profileId: string, changes: SecretChanges, fitting: readonly SecretPath[]): Promise<void>
  /** The same for many profiles in one write. */
  changeAll(changes: Map<string, { changes: SecretChanges; fitting: readonly SecretPath[] }>): Promise<void>
  remove(profileId: string): Promise<void>
  /** What cannot be opened, and why. `nameOf` gives the name of a profile; undefined for one that is gone. */
  notices(nameOf: (profileId: string) => string | undefined): Notice[]
}

type Stored = Record<string, Record<string, unknown>>

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sealedOf(value: unknown): Sealed | undefined {
  if (!isRecord(value) || typeof value['box'] !== 'string' || typeof value['sealed'] !== 'string') return undefined
  return { box: value['box'], sealed: value['sealed'] }
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

const placeOf = (profileId: string, path: string): string => `${profileId} ${path}`

/**
 * Opens the file of sealed secrets. One that is damaged is put aside; a single entry that is, or that no key
 * opens, is left as it is and told of. Rejects when the file can be neither read nor put aside.
 */
export async function createSecretStore(file: string, box: SecretBox): Promise<SecretStore> {
  const loaded = await load(file)
  let stored = loaded.stored

  function openOne(profileId: string, path: string): string {
    const entry = sealedOf(stored[profileId]?.[path])
    if (entry === undefined) throw new TorilError('SECRETS_LOCKED', 'It is damaged.')
    if (entry.box !== box.kind) {
      const other = entry.box === 'safe-storage' ? 'the keychain of the desktop app' : 'a key file'
      throw new TorilError('SECRETS_LOCKED', `It was sealed with ${other}, which is not used here.`)
    }
    return box.open(entry.sealed, placeOf(profileId, path))
  }

  async function write(next: Stored): Promise<void> {
    try {
      await writeStoredFile(file, { version: fileVersion, profiles: next })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new TorilError('UNAVAILABLE', `The passwords could not be stored: ${why}.`, { cause: error })
    }
    stored = next
  }

  function changed(profileId: string, changes: SecretChanges, fitting: readonly SecretPath[]): Record<string, unknown> {
    const kept = Object.entries(stored[profileId] ?? {}).filter(
      ([path]) => fitting.includes(path as SecretPath) && changes[path as SecretPath] === undefined,
    )
    const added = Object.entries(changes).flatMap(([path, text]) =>
      text === null ? [] : [[path, { box: box.kind, sealed: box.seal(text, placeOf(profileId, path)) }] as const],
    )
    return Object.fromEntries([...kept, ...added])
  }

  const pathsOf = (profileId: string): SecretPath[] =>
    Object.keys(stored[profileId] ?? {}).flatMap((path) => secretPathSchema.safeParse(path).data ?? [])

  async function changeAll(
    all: Map<string, { changes: SecretChanges; fitting: readonly SecretPath[] }>,
  ): Promise<void> {
    const next = { ...stored }
    for (const [profileId, { changes, fitting }] of all) {
      const entries = changed(profileId, changes, fitting)
      if (Object.keys(entries).length === 0) delete next[profileId]
      else next[profileId] = entries
    }
    // A profile without secrets leaves the file alone, which then need not even exist.
    if (JSON.stringify(next) !== JSON.stringify(stored)) await write(next)
  }

  return {
    pathsOf,
    open(profileId, part) {
      const wanted = pathsOf(profileId).filter((path) => part === undefined || path.startsWith(`${part}.`))
      return Object.fromEntries(
        wanted.map((path) => {
          try {
            return [path, openOne(profileId, path)]
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            throw new TorilError('SECRETS_LOCKED', `${path} cannot be opened. ${why}`, { cause: error })
          }
        }),
      )
    },
    change: (profileId, changes, fitting) => changeAll(new Map([[profileId, { changes, fitting }]])),
    changeAll,
    async remove(profileId) {
      if (stored[profileId] === undefined) return
      const { [profileId]: _gone, ...rest } = stored
      await write(rest)
    },
    notices(nameOf) {
      const reasons = new Map<string, string[]>()
      for (const profileId of Object.keys(stored)) {
        const name = nameOf(profileId)
        if (name === undefined) continue
        for (const path of pathsOf(profileId)) {
          try {
            openOne(profileId, path)
          } catch (error) {
            const why = error instanceof Error ? error.message : String(error)
            reasons.set(why, [...(reasons.get(why) ?? []), `${path} of the profile ${name}`])
          }
        }
      }
      const locked = [...reasons].map(([why, which]) => ({
        code: 'SECRETS_LOCKED',
        message: `These stored passwords cannot be opened: ${which.join(', ')}. ${why}`,
      }))
      return [...loaded.notices, ...locked]
    },
  }
}
