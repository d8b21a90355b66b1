import type { Json } from '../../../electron/contract/json.ts'
import type { Field } from './field.ts'

/**
 * A value to start a field with: its default, else the least that has its shape. What only the user can know
 * (a text, a number, a choice) is left out, so that it is asked for instead of guessed.
 */
export function initialValue(field: Field): Json | undefined {
  if (field.default !== undefined) return field.default
  switch (field.kind) {
    case 'constant':
      return field.value
    case 'boolean':
      return false
    case 'chips':
    case 'table':
      return []
    case 'group': {
      const members: { [key: string]: Json } = {}
      for (const { key, required, field: member } of field.members) {
        const value = required || member.default !== undefined ? initialValue(member) : undefined
        // Assigning would lose a member called `__proto__`.
        if (value !== undefined)
          Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true })
      }
      return members
    }
    case 'variants':
      return field.variants[0] === undefined ? undefined : initialValue(field.variants[0].field)
    case 'text':
    case 'number':
    case 'choice':
    case 'json':
      return undefined
  }
}

/** What a field holds once it is emptied: `null` where that is allowed and the field must be there, else nothing. */
export function emptyValue(field: Field, required: boolean): Json | undefined {
  return field.nullable && required ? null : undefined
}
