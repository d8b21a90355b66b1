import type { Json } from '../../../electron/contract/json.ts'

/** Where a value stands in a document: keys and indexes from the root. */
export type JsonPath = readonly (string | number)[]

/** The path as a JSON pointer (RFC 6901): unique, so it serves as a map key and an element id. */
export function pointerOf(path: JsonPath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The keys of a pointer, all as text: a pointer does not say whether `0` is a key or an index. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

export function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value at the path; undefined where the document does not reach. */
export function valueAt(document: Json | undefined, path: JsonPath): Json | undefined {
  let current = document
  for (const step of path) {
    if (Array.isArray(current)) current = typeof step === 'number' ? current[step] : undefined
    else if (isObject(current)) current = Object.hasOwn(current, step) ? current[String(step)] : undefined
    else return undefined
  }
  return current
}

/**
 * The document with the value at the path replaced, as a new document; `undefined` takes it out. Objects on
 * the way are made where they are missing, and what is in the way and of another shape is replaced.
 */
export function withValueAt(document: Json | undefined, path: JsonPath, value: Json | undefined): Json | undefined {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'number') {
    const list = Array.isArray(document) ? [...document] : []
    const next = withValueAt(list[step], rest, value)
    if (next === undefined) list.splice(step, 1)
    else list[step] = next
    return list
  }
  const object = isObject(document) ? document : {}
  const next = withValueAt(Object.hasOwn(object, step) ? object[step] : undefined, rest, value)
  if (next !== undefined) return { ...object, [step]: next }
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== step))
}

/** Whether two JSON values are the same, the order of keys aside. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, index) => sameJson(value, right[index]))
  }
  if (!isObject(left) || !isObject(right)) return false
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
  )
}
