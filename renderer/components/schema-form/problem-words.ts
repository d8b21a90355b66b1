import type { OutputUnit } from '@cfworker/json-schema'
import type { Json } from '../../../electron/contract/json.ts'
import { isObject } from './json-path.ts'
import { isJson, readList, type Schema } from './json-schema.ts'
import { joined } from '../words.ts'

const typeWords: Record<string, string> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
}

const formatWords: Record<string, string> = {
  email: 'an e-mail address, such as ana@example.com',
  uri: 'a full URL, such as https://example.com',
  url: 'a full URL, such as https://example.com',
  date: 'a date, such as 2026-11-24',
  time: 'a time, such as 14:03:27Z',
  'date-time': 'a time in UTC, such as 2026-11-24T14:03:27Z',
  duration: 'a duration, such as PT15M',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address, such as 127.0.0.1',
  ipv6: 'an IPv6 address, such as ::1',
  hostname: 'a host name',
  regex: 'a regular expression',
}

/** What a failed keyword asks for, in plain words: `must be at most 100`. `rule` is what the schema says of it. */
export function wordsFor(error: OutputUnit, rule: unknown, owner: Schema | undefined, found: Json | undefined): string {
  const limit = typeof rule === 'number' ? rule : 0
  const shown = typeof rule === 'number' ? rule.toLocaleString('en', { maximumFractionDigits: 20 }) : ''
  switch (error.keyword) {
    case 'type': {
      const names = typeof rule === 'string' ? [rule] : readList({ rule }, 'rule')
      return `must be ${joined(
        names.map((name) => typeWords[String(name)] ?? String(name)),
        'or',
      )}`
    }
    case 'enum':
      return `must be one of ${joined(
        readList({ rule }, 'rule')
          .slice(0, 8)
          .map((choice) => JSON.stringify(choice)),
        'or',
      )}`
    case 'const':
      return `must be ${isJson(rule) ? JSON.stringify(rule) : 'another value'}`
    case 'minimum':
      return `must be at least ${shown}`
    case 'maximum':
      return `must be at most ${shown}`
    case 'exclusiveMinimum':
      return `must be more than ${shown}`
    case 'exclusiveMaximum':
      return `must be less than ${shown}`
    case 'multipleOf':
      return `must be a multiple of ${shown}`
    case 'minLength':
      return found === '' && limit === 1 ? 'must not be empty' : `must have at least ${count(limit, 'character')}`
    case 'maxLength':
      return `must have at most ${count(limit, 'character')}, has ${typeof found === 'string' ? Array.from(found).length : 'more'}`
    case 'pattern':
      // The schema's own words, where it has some for this, beat a regular expression.
      return typeof owner?.['errorMessage'] === 'string' ? owner['errorMessage'] : patternWords(String(rule))
    case 'format':
      return `must be ${formatWords[String(rule)] ?? `in the format ${String(rule)}`}`
    case 'minItems':
      return limit === 1 ? 'must not be empty' : `must have at least ${count(limit, 'entry', 'entries')}`
    case 'maxItems':
      return `must have at most ${count(limit, 'entry', 'entries')}, has ${Array.isArray(found) ? found.length : 'more'}`
    case 'uniqueItems':
      return 'must not hold the same entry twice'
    case 'minProperties':
      return `must have at least ${count(limit, 'member')}`
    case 'maxProperties':
      return `must have at most ${count(limit, 'member')}, has ${isObject(found) ? Object.keys(found).length : 'more'}`
    case 'false':
      return 'is not known here. Remove it'
    case 'not':
      return 'must not have this value'
    case 'contains':
      return 'lacks an entry it must have'
    case 'oneOf':
    case 'anyOf':
      return error.error.includes('(0 matches)') || error.keyword === 'anyOf'
        ? 'fits none of the shapes it may have'
        : 'fits more than one shape, and must fit exactly one'
    default:
      return `does not fit: ${error.error}`
  }
}

function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`
}

const classWords: Record<string, string> = {
  'a-z': 'lower-case letters',
  'A-Z': 'capital letters',
  '0-9': 'digits',
  '\\d': 'digits',
}

/** The most common pattern, one set of characters throughout, in words; any other as it is. */
function patternWords(pattern: string): string {
  const set = /^\^\[((?:a-z|A-Z|0-9|\\d|\\?[-_. /:@])+)\][+*]\$$/.exec(pattern)?.[1]
  if (set === undefined) return `must match ${pattern}`
  const parts = set.match(/a-z|A-Z|0-9|\\d|\\?[-_. /:@]/g) ?? []
  const words = parts.map((part) => classWords[part] ?? (part.endsWith(' ') ? 'spaces' : part.replace('\\', '')))
  return `may hold only ${joined(words)}`
}
