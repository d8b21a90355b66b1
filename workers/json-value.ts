import type { Json } from '../electron/contract/json.ts'

/** Thrown by `toJson`: the result of a job is not JSON, and where. */
export class NotJsonError extends Error {
  readonly code = 'RESULT_NOT_JSON'
  constructor(path: readonly string[], what: string) {
    super(`The result is not JSON: ${path.length === 0 ? 'it' : path.join('.')} is ${what}. Return plain values only.`)
    this.name = 'NotJsonError'
  }
}

function convertObject(value: object, path: string[], above: Set<object>): Json {
  if (above.has(value)) throw new NotJsonError(path, 'part of a cycle')
  const { toJSON } = value as { toJSON?: unknown }
  if (typeof toJSON === 'function') return convert(toJSON.call(value, path.at(-1) ?? ''), path, above)
  above.add(value)
  let converted: Json
  if (Array.isArray(value)) {
    converted = value.map((item, index) => convert(item ?? null, [...path, String(index)], above))
  } else {
    const prototype: unknown = Object.getPrototypeOf(value)
    // Map, Set, Promise and typed arrays would silently become {} in JSON: say so instead.
    const tag = Object.prototype.toString.call(value)
    if (tag !== '[object Object]' && prototype !== null) throw new NotJsonError(path, `a ${tag.slice(8, -1)}`)
    // Not by assignment: a key called __proto__ is an ordinary key in JSON.
    converted = Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, convert(item, [...path, key], above)]),
    )
  }
  above.delete(value)
  return converted
}

function convert(value: unknown, path: string[], above: Set<object>): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new NotJsonError(path, String(value))
      // As JSON does with -0.
      return value === 0 ? 0 : value
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : convertObject(value, path, above)
    case 'bigint':
      throw new NotJsonError(path, 'a bigint')
    case 'function':
      throw new NotJsonError(path, 'a function')
    case 'symbol':
      throw new NotJsonError(path, 'a symbol')
  }
}

/**
 * The JSON form of a result: `undefined` is null, properties that are undefined are left out, `toJSON`
 * is honoured (dates become ISO strings). Throws NotJsonError naming the place for all that JSON cannot
 * hold, rather than lose it silently as JSON.stringify does.
 */
export function toJson(value: unknown): Json {
  return convert(value, [], new Set())
}
