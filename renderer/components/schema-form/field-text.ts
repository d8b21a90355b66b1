import type { Json } from '../../../electron/contract/json.ts'
import { isObject } from './json-path.ts'
import type { Field } from './field.ts'

/** A number as JSON writes it: what a person types into a number field. */
const numberShape = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** What a text box shows for a value. */
export function textOfValue(value: Json | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * The value of what was typed into a number field. Text that is no number stays text: then the check says so,
 * at the field and in the JSON, and nothing typed is lost.
 */
export function numberOfText(text: string): Json | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const number = numberShape.test(trimmed) ? Number(trimmed) : Number.NaN
  return Number.isFinite(number) ? number : text
}

/** Whether the control of a field can show this value without losing any of it; if not, it is shown as JSON. */
export function fits(field: Field, value: Json | undefined): boolean {
  if (value === undefined || (value === null && field.nullable)) return true
  switch (field.kind) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number' || typeof value === 'string'
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return (
        typeof value !== 'object' ||
        field.choices.some((choice) => JSON.stringify(choice.value) === JSON.stringify(value))
      )
    case 'chips':
      return Array.isArray(value) && value.every((item) => typeof item === 'string' || typeof item === 'number')
    case 'table':
      return (
        Array.isArray(value) &&
        value.every((row) => isObject(row) && field.columns.every((column) => fits(column.field, row[column.key])))
      )
    case 'group':
      return isObject(value)
    case 'constant':
    case 'variants':
    case 'json':
      return true
  }
}
