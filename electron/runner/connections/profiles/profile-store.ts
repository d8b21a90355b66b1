import type { ProfileList } from '../../../contract/profile-api.ts'
import type {
  ConnectionProfile,
  ProfileDraft,
  ProfilePatch,
  ProfileSecrets,
  ProfileSettings,
} from '../../../contract/connection-profile.ts'
import type { ProfileFile } from '../../../contract/profile-file.ts'
import type { Notice } from './secret-store.ts'

/** What an import brought. */
export interface Imported {
  profiles: ConnectionProfile[]
  /** The file holds passwords, and no passphrase was given. */
  secretsLeftOut: boolean
}

/** The connection profiles on disk. Secrets go in and are never answered; only `secretsOf` opens them, for connecting. */
export interface ProfileStore {
  list(): ProfileList
  /** The profile the runner is to use, or the one it uses. */
  current(): ConnectionProfile
  /** Throws PROFILE_NOT_FOUND. */
  get(id: string): ConnectionProfile
  /**
   * Those of a part or all, in clear, for whoever connects as this profile says. Throws SECRETS_LOCKED, also when they
   * were entered for another server than that.
   */
  secretsOf(profile: ConnectionProfile, part?: 'queue' | 'history'): ProfileSecrets
  /** Rejects INVALID_PROFILE with the fields, or SECRETS_LOCKED; then nothing was changed. So do the others. */
  create(draft: ProfileDraft): Promise<ConnectionProfile>
  update(id: string, patch: ProfilePatch): Promise<ConnectionProfile>
  /** Rejects PROFILE_IN_USE for the current one. */
  remove(id: string): Promise<void>
  /** Makes another one the current one, in the file alone. Rejects SET_BY_ENVIRONMENT when TORIL_PROFILE says which. */
  setCurrent(id: string): Promise<ConnectionProfile>
  /** All, or those with these ids. With a passphrase their secrets are in it, sealed. */
  export(options: { ids?: readonly string[] | undefined; passphrase?: string | undefined }): Promise<ProfileFile>
  /** All of the file or nothing. Rejects INVALID_PROFILE_FILE or WRONG_PASSPHRASE. */
  import(file: unknown, passphrase?: string): Promise<Imported>
  /** Told after each change. */
  onChange(listener: () => void): () => void
  /** What the user should know of damaged files and secrets that cannot be opened. */
  notices(): Notice[]
}

/** A profile that the environment brings and no file holds. */
export interface GivenProfile {
  settings: ProfileSettings
  secrets: ProfileSecrets
}
