import type { Json } from '../../../electron/contract/json.ts'
import type { Schema } from './json-schema.ts'

export interface Choice {
  label: string
  value: Json
}

interface FieldBase {
  label: string
  description?: string
  /** `null` is allowed as well: what an emptied required field becomes. */
  nullable: boolean
  default?: Json
}

/** Values small enough for a cell of a table or a chip. */
export type ScalarField = FieldBase &
  (
    | { kind: 'text'; multiline: boolean; format?: string; placeholder?: string }
    | { kind: 'number'; integer: boolean; minimum?: number; maximum?: number; step?: number; slider: boolean }
    | { kind: 'boolean' }
    | { kind: 'choice'; look: 'segmented' | 'select'; choices: Choice[] }
  )

/** How one part of an input is edited. Read once from the JSON Schema; it holds no value. */
export type Field =
  | ScalarField
  | (FieldBase &
      (
        | { kind: 'constant'; value: Json }
        | { kind: 'chips'; item: 'text' | 'number'; suggestions: Json[] }
        | { kind: 'table'; columns: Member<ScalarField>[] }
        | { kind: 'group'; members: Member[] }
        | { kind: 'variants'; variants: Variant[] }
        /** Whatever the form has no control for: JSON, in place. */
        | { kind: 'json' }
      ))

export interface Member<Kind extends Field = Field> {
  key: string
  required: boolean
  field: Kind
}

/** One shape of several: what the picker offers. */
export interface Variant {
  label: string
  schema: Schema
  field: Field
}

export function isScalar(field: Field): field is ScalarField {
  return field.kind === 'text' || field.kind === 'number' || field.kind === 'boolean' || field.kind === 'choice'
}
