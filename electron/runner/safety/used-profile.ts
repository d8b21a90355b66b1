import type { ConnectionProfile } from '../../contract/connection-profile.ts'
import type { ProfileStore } from '../connections/profiles/profile-store.ts'

/** The profiles, with the one that is really in use as the current one. */
export type UsedProfiles = Pick<ProfileStore, 'current' | 'get' | 'onChange'>

/**
 * Which profile the runner uses. While it moves, and when the choice could not be stored, that is not the one that
 * the file names for the next start.
 */
export class UsedProfile implements UsedProfiles {
  readonly #profiles: UsedProfiles
  readonly #listeners = new Set<() => void>()
  #id: string

  constructor(profiles: UsedProfiles) {
    this.#profiles = profiles
    this.#id = profiles.current().id
  }

  /** As it is now. */
  current(): ConnectionProfile {
    return this.#profiles.get(this.#id)
  }

  get(id: string): ConnectionProfile {
    return this.#profiles.get(id)
  }

  set(id: string): void {
    this.#id = id
    for (const listener of this.#listeners) listener()
  }

  /** Told when another one is used, and when profiles change. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    const stop = this.#profiles.onChange(listener)
    return () => {
      this.#listeners.delete(listener)
      stop()
    }
  }
}
