import type { JsonNullMark } from './types.ts'

/**
 * What the calls of `services.db` are made of on their way between thread and runner. Structured clone
 * carries dates, bigint and bytes; a Decimal has methods, which it refuses. So a Decimal travels as a
 * boxed string, and so does the name of one of Prisma's nulls: neither JSON nor PostgreSQL has such a
 * value, so it cannot be mistaken.
 */
export interface Packed {
  value: unknown
  /** There is a boxed string somewhere inside. */
  boxed: boolean
}

/** Makes what a boxed string stands for. */
export interface Unboxer {
  decimal(text: string): unknown
  null(kind: JsonNullMark['kind']): unknown
}

const nullKinds = ['DbNull', 'JsonNull', 'AnyNull'] as const

export class NullMark implements JsonNullMark {
  readonly kind: JsonNullMark['kind']
  constructor(kind: JsonNullMark['kind']) {
    this.kind = kind
  }
}

function isDecimal(value: object): boolean {
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Decimal'
}

/** A view into a larger buffer, as Node's small Buffers are, would take all of it along. */
function ownBytes(view: ArrayBufferView): ArrayBufferView {
  return view.byteLength === view.buffer.byteLength && !Buffer.isBuffer(view)
    ? view
    : new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice()
}

/** Copies a value into a form that may cross. Throws TypeError naming what cannot. */
export function pack(value: unknown): Packed {
  let boxed = false
  const box = (text: string): unknown => {
    boxed = true
    return Object(text) as unknown
  }
  const walk = (item: unknown): unknown => {
    if (typeof item === 'function' || typeof item === 'symbol') {
      throw new TypeError(`services.db cannot take a ${typeof item} as a value.`)
    }
    if (typeof item !== 'object' || item === null || item instanceof Date) return item
    if (ArrayBuffer.isView(item)) return ownBytes(item)
    if (Array.isArray(item)) return item.map(walk)
    if (item instanceof NullMark) return box(item.kind)
    if (isDecimal(item)) return box(String(item as unknown))
    if (item instanceof String) return item.valueOf()
    return Object.fromEntries(Object.entries(item).map(([key, inner]) => [key, walk(inner)]))
  }
  return { value: walk(value), boxed }
}

/** Gives a packed value back its Decimals and nulls, in place where it can. */
export function unpack({ value, boxed }: Packed, unboxer: Unboxer): unknown {
  const walk = (item: unknown): unknown => {
    if (typeof item !== 'object' || item === null || item instanceof Date || ArrayBuffer.isView(item)) return item
    if (item instanceof String) {
      const text = item.valueOf()
      const kind = nullKinds.find((name) => name === text)
      return kind === undefined ? unboxer.decimal(text) : unboxer.null(kind)
    }
    const fields = item as Record<string, unknown>
    for (const key of Object.keys(fields)) fields[key] = walk(fields[key])
    return item
  }
  return boxed ? walk(value) : value
}
