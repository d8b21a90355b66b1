import type { ProfileSettings, SecretPath } from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { SecretBox } from './secret-box.ts'
import { isAstray, purposeOf, readPurpose } from './secret-destination.ts'

/** A secret on the disk. */
interface Sealed {
  box: string
  sealed: string
  /** What it is for, in clear and bound to what is sealed. Absent in what was sealed before there was this. */
  purpose?: unknown
}

/** A profile and one of its passwords. */
export interface SecretPlace {
  profileId: string
  path: SecretPath
}

function locked(message: string): TorilError {
  return new TorilError('SECRETS_LOCKED', message)
}

function sealedOf(value: unknown): Sealed | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { box, sealed, purpose } = value as Record<string, unknown>
  if (typeof box !== 'string' || typeof sealed !== 'string') return undefined
  return { box, sealed, ...(purpose === undefined ? {} : { purpose }) }
}

/** What is bound to the sealed text. As a list, because no two lists make the same text. */
function boundTo({ profileId, path }: SecretPlace, purpose: unknown): string {
  return purpose === undefined ? `${profileId} ${path}` : JSON.stringify([profileId, path, purpose])
}

/** Throws SECRETS_LOCKED when the box does not seal now. */
export function sealSecret(box: SecretBox, place: SecretPlace, text: string, settings: ProfileSettings): Sealed {
  const purpose = purposeOf(place.path, settings)
  return { box: box.kind, sealed: box.seal(text, boundTo(place, purpose)), purpose }
}

/**
 * Opens it for a profile with these settings. Throws SECRETS_LOCKED when the box does not open it, or when these
 * settings would send it elsewhere than it was entered for: profiles can be changed in their file, by hand.
 */
export function openSecret(box: SecretBox, place: SecretPlace, entry: unknown, settings: ProfileSettings): string {
  const found = sealedOf(entry)
  if (found === undefined) throw locked('It is damaged.')
  if (found.box !== box.kind) {
    const other = found.box === 'safe-storage' ? 'the keychain of the desktop app' : 'a key file'
    throw locked(`It was sealed with ${other}, which is not used here.`)
  }
  const text = box.open(found.sealed, boundTo(place, found.purpose))
  if (found.purpose === undefined) return text
  const purpose = readPurpose(found.purpose)
  if (purpose === undefined) throw locked('It is damaged.')
  if (!isAstray(purpose, purposeOf(place.path, settings))) return text
  throw locked(
    'It was entered for another server than the profile leads to now, or for one whose certificate was looked at more closely. Enter it again if the profile is right, or else lead it back.',
  )
}

/** Whether it was entered for these settings, and surely so. */
export function isFor({ path }: SecretPlace, entry: unknown, settings: ProfileSettings): boolean {
  const purpose = readPurpose(sealedOf(entry)?.purpose)
  return purpose !== undefined && !isAstray(purpose, purposeOf(path, settings))
}

/**
 * The entry, sealed anew for these settings where they are not exactly what it is sealed for. What cannot be opened,
 * or was entered for something else, stays as it is.
 */
export function sealedFor(box: SecretBox, place: SecretPlace, entry: unknown, settings: ProfileSettings): unknown {
  const purpose = sealedOf(entry)?.purpose
  if (JSON.stringify(purpose) === JSON.stringify(purposeOf(place.path, settings))) return entry
  try {
    return sealSecret(box, place, openSecret(box, place, entry, settings), settings)
  } catch {
    return entry
  }
}
