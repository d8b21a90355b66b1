import type { Preferences, PreferencesPatch } from '../../contract/preferences.ts'

/** The preferences on disk and live. The environment beats what is stored, without being stored. */
export interface PreferencesStore {
  current(): Preferences
  /** Checks, stores atomically, then tells the listeners. Rejects INVALID_PREFERENCES or SET_BY_ENVIRONMENT. */
  update(patch: PreferencesPatch): Promise<Preferences>
  onChange(listener: (now: Preferences, before: Preferences) => void): () => void
  /** What the user should know, e.g. that a broken file was put aside. */
  readonly notices: { code: string; message: string }[]
}
