import { createStore, type StoreApi } from 'zustand/vanilla'

/** What was changed in the form of a profile and waits to be saved, by path. */
export interface ProfileEdits {
  values: Readonly<Record<string, string>>
  /** Passwords that were typed, or null for one that is to be removed. They leave this window only with Save or Test. */
  secrets: Readonly<Record<string, string | null>>
}

export interface ProfileDraftsState {
  /** By the key of the form: the id of the profile, or `new`. Kept while another screen is looked at. */
  edits: ReadonlyMap<string, ProfileEdits>
  /** Undefined, or edits without a change, forget them. */
  put(key: string, edits: ProfileEdits | undefined): void
}

export function createProfileDraftsStore(): StoreApi<ProfileDraftsState> {
  return createStore<ProfileDraftsState>((set) => ({
    edits: new Map(),
    put: (key, edits) =>
      set((state) => {
        const next = new Map(state.edits)
        const empty = edits === undefined || Object.keys({ ...edits.values, ...edits.secrets }).length === 0
        if (empty) next.delete(key)
        else next.set(key, edits)
        return { edits: next }
      }),
  }))
}
