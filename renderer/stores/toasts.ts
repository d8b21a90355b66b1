import { createStore, type StoreApi } from 'zustand/vanilla'
import type { GlyphName } from '../lib/glyphs.ts'

export interface Toast {
  id: number
  title: string
  detail?: string
  glyph?: GlyphName
  /** `alert` is read out at once; used for failures and kills. */
  role?: 'status' | 'alert'
  /** Until it is closed: what was waited for may fail while nobody looks. */
  stays?: boolean
  action?: { label: string; run(): void }
}

export interface ToastsState {
  toasts: readonly Toast[]
  show(toast: Omit<Toast, 'id'>): void
  dismiss(id: number): void
}

const atMost = 3

export function createToastsStore(): StoreApi<ToastsState> {
  let nextId = 1
  return createStore<ToastsState>((set) => ({
    toasts: [],
    show: (toast) => {
      const id = nextId
      nextId += 1
      set((state) => ({ toasts: [...state.toasts, { ...toast, id }].slice(-atMost) }))
    },
    dismiss: (id) => set((state) => ({ toasts: state.toasts.filter((toast) => toast.id !== id) })),
  }))
}
