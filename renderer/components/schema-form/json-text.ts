import type { Json } from '../../../electron/contract/json.ts'
import { isObject } from './json-path.ts'

/** A list of plain values stands on one line up to this many characters. */
const lineLength = 72

/** JSON as a person would write it: two spaces, and short lists of plain values on one line. */
export function formatJson(value: Json, indent = ''): string {
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]'
    if (value.every((item) => typeof item !== 'object' || item === null)) {
      const line = `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
      if (line.length + indent.length <= lineLength) return line
    }
    return `[\n${value.map((item) => inner + formatJson(item, inner)).join(',\n')}\n${indent}]`
  }
  if (!isObject(value)) return JSON.stringify(value)
  const members = Object.entries(value)
  if (members.length === 0) return '{}'
  const lines = members.map(([key, member]) => `${inner}${JSON.stringify(key)}: ${formatJson(member, inner)}`)
  return `{\n${lines.join(',\n')}\n${indent}}`
}
