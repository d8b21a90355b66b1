/** The part of `localStorage` that is used here; a test brings its own. */
export type Store = Pick<Storage, 'getItem' | 'setItem'>

/** JSON from the browser's storage, or undefined: it may be missing, broken, or not allowed. */
export function readStored(store: Store, key: string): unknown {
  try {
    const text = store.getItem(key)
    return text === null ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

/** Whether it could be kept: storage may be full or switched off. */
export function writeStored(store: Store, key: string, value: unknown): boolean {
  try {
    store.setItem(key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
