import { readStored, writeStored, type Store } from './stored-list.ts'

const key = 'toril.recent-types.v1'
const shown = 4

/** Names of the job types enqueued last from this panel, newest first. */
export function recentTypes(store: Store): string[] {
  const list = readStored(store, key)
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string').slice(0, shown) : []
}

export function rememberType(store: Store, type: string): void {
  writeStored(store, key, [type, ...recentTypes(store).filter((name) => name !== type)].slice(0, shown))
}
