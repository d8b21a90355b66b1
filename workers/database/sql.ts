import type { Sql } from './types.ts'

class SqlPiece implements Sql {
  readonly strings: readonly string[]
  readonly values: readonly unknown[]
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings
    this.values = values
  }
}

/** Takes pieces of SQL among the values apart, so that only values to be bound are left. */
export function sql(strings: readonly string[], ...values: unknown[]): Sql {
  const texts = [strings[0] ?? '']
  const bound: unknown[] = []
  for (const [index, value] of values.entries()) {
    const after = strings[index + 1] ?? ''
    if (value instanceof SqlPiece) {
      texts[texts.length - 1] += value.strings[0] ?? ''
      texts.push(...value.strings.slice(1))
      bound.push(...value.values)
      texts[texts.length - 1] += after
    } else {
      texts.push(after)
      bound.push(value)
    }
  }
  return new SqlPiece(texts, bound)
}

/** Throws for an empty list, which no SQL has a place for. */
export function join(values: readonly unknown[], separator = ', '): Sql {
  if (values.length === 0) throw new TypeError('db.join needs at least one value: SQL has no empty list.')
  return sql(['', ...values.slice(1).map(() => separator), ''], ...values)
}

/** The text with `$1`, `$2`, … and the values for them. Throws TypeError when a query was given as plain text. */
export function bind(method: string, query: readonly string[] | Sql, values: unknown[]): [string, unknown[]] {
  if (!(query instanceof SqlPiece) && !(Array.isArray(query) && 'raw' in query)) {
    const hint = `Write db.${method}\`…\`, or use db.${method}Unsafe for text.`
    throw new TypeError(`db.${method} is a tag of a template. ${hint}`)
  }
  const piece = query instanceof SqlPiece ? query : sql(query as readonly string[], ...values)
  return [piece.strings.reduce((text, next, index) => `${text}$${index}${next}`), [...piece.values]]
}
