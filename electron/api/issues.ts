import type { Issue } from '../contract/json.ts'

/** The part of a zod issue that the wording needs; any Standard Schema issue has `message` and maybe `path`. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
  readonly [detail: string]: unknown
}

/** `options.backoff.delayMs`, `input[2]`; empty for the value as a whole. */
export function fieldOf(path: Issue['path']): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  )
}

/** One sentence that names the first field and says how many more are wrong. */
export function sentenceOf(issues: readonly Issue[]): string {
  const [first] = issues
  if (first === undefined) return 'The request is malformed.'
  const field = fieldOf(first.path)
  const start = `${field === '' ? 'The request' : field} ${first.message}`
  const more = issues.length - 1
  return more === 0 ? `${start}.` : `${start}, and ${more} more ${more === 1 ? 'field is' : 'fields are'} wrong.`
}

/** Schema issues in plain words: `must be …`, to follow the name of the field. `value` is what was checked. */
export function issuesOf(schemaIssues: readonly SchemaIssue[], value: unknown): Issue[] {
  return schemaIssues.flatMap((issue) => {
    const path = (issue.path ?? []).map((segment) => keyOf(typeof segment === 'object' ? segment.key : segment))
    if (issue['code'] === 'unrecognized_keys' && Array.isArray(issue['keys'])) {
      return issue['keys'].map((key) => ({ path: [...path, String(key)], message: 'is not a known field' }))
    }
    const missing = path.length > 0 && valueAt(value, path) === undefined
    return [{ path, message: missing ? 'is required' : wordsFor(issue) }]
  })
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === 'symbol' ? key.toString() : key
}

function valueAt(value: unknown, path: Issue['path']): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
}

function wordsFor(issue: SchemaIssue): string {
  const { code, origin, minimum, maximum, expected, values, format } = issue
  switch (code) {
    case 'invalid_type':
      return `must be ${typeNames[String(expected)] ?? String(expected)}`
    case 'too_small':
      return `must ${bound(origin, 'at least', minimum)}`
    case 'too_big':
      return `must ${bound(origin, 'at most', maximum)}`
    case 'invalid_value':
      return Array.isArray(values) ? `must be ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}` : issue.message
    case 'invalid_format':
      return format === 'datetime' ? 'must be a time in UTC such as 2026-11-24T14:03:27.120Z' : plain(issue.message)
    case 'invalid_union':
      if (Array.isArray(issue['options'])) return `must be one of ${issue['options'].join(', ')}`
      return 'has a value that is not allowed'
    default:
      return plain(issue.message)
  }
}

function bound(origin: unknown, side: string, limit: unknown): string {
  const count = String(limit)
  if (origin === 'string') return `have ${side} ${count} ${count === '1' ? 'character' : 'characters'}`
  if (origin === 'array') return `have ${side} ${count} ${count === '1' ? 'entry' : 'entries'}`
  return `be ${side} ${count}`
}

/** zod's own sentences start with a capital and `Invalid input:`; ours go on after the name of the field. */
function plain(message: string): string {
  const text = message.replace(/^Invalid input: /, '').replace(/\.$/, '')
  return text.startsWith('expected ') ? `must be ${text.slice('expected '.length)}` : text
}
