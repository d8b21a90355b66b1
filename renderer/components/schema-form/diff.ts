import type { Json } from '../../../electron/contract/json.ts'
import { isObject, sameJson, type JsonPath } from './json-path.ts'

/** One place where two documents differ; `before` or `after` is absent where there was, or is, nothing. */
export interface Difference {
  path: JsonPath
  before?: Json
  after?: Json
}

/** Where `after` differs from `before`, in the order of `before`, then what is new. Lists of plain values count as one. */
export function differences(before: Json | undefined, after: Json | undefined, path: JsonPath = []): Difference[] {
  if (sameJson(before, after)) return []
  if (isObject(before) && isObject(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys].flatMap((key) => differences(ownOf(before, key), ownOf(after, key), [...path, key]))
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length && before.some(isNested)) {
    return before.flatMap((item, index) => differences(item, after[index], [...path, index]))
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }]
}

function ownOf(object: { [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function isNested(value: Json): boolean {
  return typeof value === 'object' && value !== null
}

/** A path as people write it: `notify.email`, `rows[2].name`; the whole document is `input`. */
export function pathText(path: JsonPath): string {
  if (path.length === 0) return 'input'
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`))
    .join('')
}
