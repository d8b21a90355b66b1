import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts'
import type { Mass, QueueAct } from './mass.ts'

/** A question that must be answered before something that cannot be undone. */
export type Question =
  | { kind: 'kill'; id: string; type: string; thread: string | undefined; since: string | undefined; blocked: boolean }
  /** Before something is done to many jobs. */
  | { kind: 'mass'; mass: Mass }
  | { kind: 'queue-act'; act: QueueAct }
  /** Whether a read-only profile may be changed through for a while. */
  | { kind: 'allow-changes' }
  /** Before the runner moves to another profile. */
  | { kind: 'use-profile'; profile: ConnectionProfile }

export interface UiState {
  question: Question | undefined
  /** The job whose reasons are shown. */
  whyId: string | undefined
  paletteOpen: boolean
  shortcutsOpen: boolean
  /** Grows when the catalog changed: who shows job types reads them again. */
  jobTypesVersion: number
}

export function createUiStore(): StoreApi<UiState> {
  return createStore<UiState>(() => ({
    question: undefined,
    whyId: undefined,
    paletteOpen: false,
    shortcutsOpen: false,
    jobTypesVersion: 0,
  }))
}
