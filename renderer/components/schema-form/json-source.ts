import type { Json } from '../../../electron/contract/json.ts'
import { pointerOf, type JsonPath } from './json-path.ts'
import { tokenizeJson, type JsonToken } from './json-tokens.ts'

/** What keeps a text from being JSON, and where. Lines and columns count from 1. */
export interface JsonSyntaxProblem {
  line: number
  column: number
  /** A sentence without its full stop. */
  message: string
}

/** A stretch of the text: the value at one path. */
export interface JsonSpan {
  line: number
  from: number
  to: number
}

export type JsonSource =
  { ok: true; value: Json; spans: ReadonlyMap<string, JsonSpan> } | { ok: false; problem: JsonSyntaxProblem }

class Stop extends Error {
  readonly at: number
  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** Reads JSON and remembers where each value stands; or says in plain words what is wrong on which line. */
export function parseJson(text: string): JsonSource {
  const lineStarts = [0]
  for (let index = 0; index < text.length; index += 1) if (text[index] === '\n') lineStarts.push(index + 1)
  const lineOf = (at: number): number => {
    const after = lineStarts.findIndex((start) => start > at)
    return after === -1 ? lineStarts.length : after
  }
  const spans = new Map<string, JsonSpan>()
  try {
    walk(text, (path, from, to) => spans.set(pointerOf(path), { line: lineOf(from), from, to }))
    // JSON.parse builds the value: it alone knows every rule of numbers, escapes and `__proto__`.
    return { ok: true, value: JSON.parse(text) as Json, spans }
  } catch (error) {
    const at = error instanceof Stop ? error.at : 0
    const line = lineOf(at)
    const message = error instanceof Error ? error.message : 'This is not JSON'
    return { ok: false, problem: { line, column: at - (lineStarts[line - 1] ?? 0) + 1, message } }
  }
}

function walk(text: string, onValue: (path: JsonPath, from: number, to: number) => void): void {
  const tokens = tokenizeJson(text).filter((token) => token.kind !== 'space')
  let index = 0
  const end: JsonToken = { kind: 'bad', from: text.trimEnd().length, text: '' }
  const peek = (): JsonToken => tokens[index] ?? end
  const take = (): JsonToken => {
    const token = peek()
    index += 1
    return token
  }
  const expect = (punctuation: string, message: string): void => {
    const token = take()
    if (token.text !== punctuation) throw new Stop(token === end ? end.from : token.from, message)
  }

  const value = (path: JsonPath): number => {
    const token = take()
    let to = token.from + token.text.length
    if (token.text === '{') to = members(path)
    else if (token.text === '[') to = items(path)
    else if (token.kind !== 'string' && token.kind !== 'number' && token.kind !== 'word') {
      throw new Stop(token.from, describe(token))
    }
    onValue(path, token.from, to)
    return to
  }

  const members = (path: JsonPath): number => {
    const keys = new Set<string>()
    for (let first = true; ; first = false) {
      const token = take()
      if (first && token.text === '}') return token.from + 1
      if (token.kind !== 'key') {
        if (token.text === '}') throw new Stop(token.from, 'There is a comma too many before }')
        throw new Stop(
          token.from,
          token.kind === 'string' ? 'A : is missing after the name' : 'A name in double quotes is missing',
        )
      }
      const key = JSON.parse(token.text) as string
      if (keys.has(key)) throw new Stop(token.from, `“${key}” is there twice`)
      keys.add(key)
      expect(':', 'A : is missing after the name')
      value([...path, key])
      const next = take()
      if (next.text === '}') return next.from + 1
      if (next.text !== ',')
        throw new Stop(next.from, next === end ? 'A } is missing at the end' : 'A comma is missing before this')
    }
  }

  const items = (path: JsonPath): number => {
    for (let count = 0; ; count += 1) {
      if (peek().text === ']') {
        const token = take()
        if (count > 0) throw new Stop(token.from, 'There is a comma too many before ]')
        return token.from + 1
      }
      value([...path, count])
      const next = take()
      if (next.text === ']') return next.from + 1
      if (next.text !== ',')
        throw new Stop(next.from, next === end ? 'A ] is missing at the end' : 'A comma is missing before this')
    }
  }

  value([])
  if (peek() !== end) throw new Stop(peek().from, 'There is something after the end of the value')
}

function describe(token: JsonToken): string {
  if (token.text === '') return 'A value is missing'
  if (token.text.startsWith('"')) return 'This text has no closing quote, or holds a character JSON does not allow'
  if (token.text.startsWith("'")) return 'Text needs double quotes'
  if (token.kind === 'punctuation') return `A value is missing before ${token.text}`
  return `“${token.text.slice(0, 24)}” is not a value. Text needs double quotes`
}
