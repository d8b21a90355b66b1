import { createStore, type StoreApi } from 'zustand/vanilla'

export interface UiState {
  paletteOpen: boolean
  shortcutsOpen: boolean
  /** Grows when the catalog changed: who shows job types reads them again. */
  jobTypesVersion: number
}

export function createUiStore(): StoreApi<UiState> {
  return createStore<UiState>(() => ({ paletteOpen: false, shortcutsOpen: false, jobTypesVersion: 0 }))
}
