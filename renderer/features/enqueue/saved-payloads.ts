import type { Json } from '../../../electron/contract/json.ts'
import { isObject } from '../../components/schema-form/json-path.ts'
import { readStored, writeStored, type Store } from './stored-list.ts'

/** An input kept under a name, on this computer, for one job type. */
export interface SavedPayload {
  name: string
  input: Json
}

const keyPrefix = 'toril.payloads.v1.'

/** The payloads of a job type, in the order they were first saved. */
export function savedPayloads(store: Store, type: string): SavedPayload[] {
  const list = readStored(store, keyPrefix + type)
  if (!Array.isArray(list)) return []
  return list.filter(
    (item): item is SavedPayload => isObject(item) && typeof item['name'] === 'string' && 'input' in item,
  )
}

/** Keeps an input; a name that is taken is replaced. Answers whether the browser could keep it. */
export function savePayload(store: Store, type: string, payload: SavedPayload): boolean {
  const list = savedPayloads(store, type)
  const index = list.findIndex(({ name }) => name === payload.name)
  if (index === -1) list.push(payload)
  else list[index] = payload
  return writeStored(store, keyPrefix + type, list)
}

export function deletePayload(store: Store, type: string, name: string): void {
  writeStored(
    store,
    keyPrefix + type,
    savedPayloads(store, type).filter((payload) => payload.name !== name),
  )
}
