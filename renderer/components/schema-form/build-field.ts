import type { Json } from '../../../electron/contract/json.ts'
import { isScalar, type Choice, type Field, type Member, type ScalarField, type Variant } from './field.ts'
import {
  asSchema,
  flatten,
  isJson,
  propertiesOf,
  readList,
  readNumber,
  readSchemas,
  readText,
  requiredOf,
  typesOf,
  type Schema,
} from './json-schema.ts'
import { labelOf } from '../words.ts'

/** Up to this many choices stand side by side; more go into a list. */
const segmentedChoices = 4
/** A whole number gets a slider where its range has at most this many steps: a hand can still meet each. */
const sliderSteps = 1000
/** Groups inside groups, this deep; deeper parts are edited as JSON. */
const maxDepth = 5
const multilineFrom = 200

interface Place {
  root: Schema
  depth: number
  label: string
}

/** The form of a JSON Schema: which control edits which part. Never throws: what it cannot read becomes JSON. */
export function buildField(schema: Schema, label = 'Input'): Field {
  return build(schema, { root: schema, depth: 0, label })
}

function build(raw: Schema, place: Place): Field {
  const { schema, nullable } = withoutNull(flatten(raw, place.root), place.root)
  const description = readText(schema, 'description')
  const fallback = schema['default'] ?? flatten(raw, place.root)['default']
  const base = {
    label: readText(schema, 'title') ?? place.label,
    nullable,
    ...(description === undefined ? {} : { description }),
    ...(isJson(fallback) ? { default: fallback } : {}),
  }
  const shape = shapeOf(schema, { ...place, label: base.label })
  return { ...base, ...shape } as Field
}

type Shape = Field extends infer Kind ? (Kind extends Field ? Omit<Kind, keyof FieldCommon> : never) : never
type FieldCommon = Pick<Field, 'label' | 'description' | 'nullable' | 'default'>

function shapeOf(schema: Schema, place: Place): Shape {
  if ('const' in schema && isJson(schema['const'])) return { kind: 'constant', value: schema['const'] }
  const choices = choicesOf(schema, place.root)
  if (choices !== undefined) {
    return { kind: 'choice', look: choices.length <= segmentedChoices ? 'segmented' : 'select', choices }
  }
  const alternatives = alternativesOf(schema)
  if (alternatives.length > 0) return variantsOf(schema, alternatives, place)
  const types = typesOf(schema)
  if (types.length > 1)
    return variantsOf(
      schema,
      types.map((type) => ({ type })),
      place,
    )
  switch (types[0] ?? impliedType(schema)) {
    case 'string':
      return textOf(schema)
    case 'number':
      return numberOf(schema, false)
    case 'integer':
      return numberOf(schema, true)
    case 'boolean':
      return { kind: 'boolean' }
    case 'null':
      return { kind: 'constant', value: null }
    case 'array':
      return listOf(schema, place)
    case 'object':
      return groupOf(schema, place)
    default:
      return { kind: 'json' }
  }
}

function impliedType(schema: Schema): string | undefined {
  if (asSchema(schema['properties']) !== undefined) return 'object'
  if (schema['items'] !== undefined) return 'array'
  if (schema['pattern'] !== undefined || schema['format'] !== undefined) return 'string'
  return schema['minimum'] !== undefined || schema['maximum'] !== undefined ? 'number' : undefined
}

/** Takes `null` out of the types, so that `string | null` is a text field that may be empty. */
function withoutNull(schema: Schema, root: Schema): { schema: Schema; nullable: boolean } {
  const types = typesOf(schema)
  if (types.length > 1 && types.includes('null')) {
    const rest = types.filter((type) => type !== 'null')
    const { enum: members, ...others } = schema
    const named = Array.isArray(members) ? { enum: members.filter((member) => member !== null) } : {}
    return { schema: { ...others, ...named, type: rest.length === 1 ? rest[0] : rest }, nullable: true }
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const parts = readSchemas(schema, keyword)
    const others = parts.filter((part) => flatten(part, root)['type'] !== 'null')
    if (others.length === parts.length || others.length === 0) continue
    const { [keyword]: _parts, ...rest } = schema
    const only = others.length === 1 ? others[0] : undefined
    return {
      schema: only === undefined ? { ...rest, [keyword]: others } : { ...flatten(only, root), ...rest },
      nullable: true,
    }
  }
  return { schema, nullable: false }
}

/** The members of an enum, or of a choice between constants, which may have titles. */
function choicesOf(schema: Schema, root: Schema): Choice[] | undefined {
  const members = readList(schema, 'enum').filter(isJson)
  if (members.length > 0) return members.map((value) => ({ label: choiceLabel(value), value }))
  const parts = alternativesOf(schema).map((part) => flatten(part, root))
  if (parts.length < 2 || !parts.every((part) => 'const' in part && isJson(part['const']))) return undefined
  return parts.map((part) => {
    const value = part['const'] as Json
    return { label: readText(part, 'title') ?? choiceLabel(value), value }
  })
}

function choiceLabel(value: Json): string {
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value)
}

function alternativesOf(schema: Schema): Schema[] {
  const parts = readSchemas(schema, 'oneOf')
  return parts.length > 0 ? parts : readSchemas(schema, 'anyOf')
}

function variantsOf(schema: Schema, alternatives: Schema[], place: Place): Shape {
  if (place.depth >= maxDepth) return { kind: 'json' }
  const { oneOf: _oneOf, anyOf: _anyOf, title: _title, description: _description, ...shared } = schema
  const variants = alternatives.map((alternative, index): Variant => {
    const own = flatten(alternative, place.root)
    // What stands beside the alternatives holds for each of them: fold it in.
    const whole: Schema = {
      ...flatten({ allOf: [own, shared] }, place.root),
      ...(own['type'] === undefined ? {} : { type: own['type'] }),
    }
    const field = build(whole, { ...place, depth: place.depth + 1 })
    return { label: variantLabel(own, field, index), schema: whole, field }
  })
  return { kind: 'variants', variants }
}

const typeNames: Partial<Record<Field['kind'], string>> = {
  text: 'Text',
  number: 'Number',
  boolean: 'Yes or no',
  chips: 'List',
  table: 'List',
  group: 'Object',
}

function variantLabel(schema: Schema, field: Field, index: number): string {
  const title = readText(schema, 'title')
  if (title !== undefined) return title
  if (field.kind === 'group') {
    const mark = field.members.find((member) => member.field.kind === 'constant')
    if (mark?.field.kind === 'constant') return labelOf(choiceLabel(mark.field.value))
    return field.members[0]?.field.label ?? `Shape ${index + 1}`
  }
  if (field.kind === 'constant') return choiceLabel(field.value)
  return typeNames[field.kind] ?? `Shape ${index + 1}`
}

function textOf(schema: Schema): Shape {
  const format = readText(schema, 'format')
  const example = readList(schema, 'examples').find((value) => typeof value === 'string')
  const longest = readNumber(schema, 'maxLength')
  return {
    kind: 'text',
    multiline:
      format === 'multiline' ||
      format === 'textarea' ||
      (longest !== undefined && longest > multilineFrom && format === undefined && schema['pattern'] === undefined),
    ...(format === undefined ? {} : { format }),
    ...(typeof example === 'string' ? { placeholder: example } : {}),
  }
}

function numberOf(schema: Schema, integer: boolean): Shape {
  const above = readNumber(schema, 'exclusiveMinimum')
  const below = readNumber(schema, 'exclusiveMaximum')
  // Safe-integer limits are how zod says "any whole number": no limit a person would care for.
  const minimum = limit(
    readNumber(schema, 'minimum') ?? (integer && above !== undefined ? Math.floor(above) + 1 : undefined),
  )
  const maximum = limit(
    readNumber(schema, 'maximum') ?? (integer && below !== undefined ? Math.ceil(below) - 1 : undefined),
  )
  const multiple = readNumber(schema, 'multipleOf')
  const step = multiple !== undefined && multiple > 0 ? multiple : undefined
  const bounded = minimum !== undefined && maximum !== undefined && maximum > minimum
  return {
    kind: 'number',
    integer,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(step === undefined ? {} : { step }),
    slider: integer && bounded && (maximum - minimum) / (step ?? 1) <= sliderSteps,
  }
}

function limit(value: number | undefined): number | undefined {
  return value === undefined || Math.abs(value) >= Number.MAX_SAFE_INTEGER ? undefined : value
}

function listOf(schema: Schema, place: Place): Shape {
  const items = asSchema(schema['items'])
  // A tuple has its own rule for each place: no control for that.
  if (items === undefined || schema['prefixItems'] !== undefined || place.depth >= maxDepth) return { kind: 'json' }
  const item = build(items, { ...place, depth: place.depth + 1 })
  if (item.nullable) return { kind: 'json' }
  if (item.kind === 'text' && !item.multiline) return { kind: 'chips', item: 'text', suggestions: [] }
  if (item.kind === 'number') return { kind: 'chips', item: 'number', suggestions: [] }
  if (item.kind === 'choice' && item.choices.every(({ value }) => typeof value === 'string')) {
    return { kind: 'chips', item: 'text', suggestions: item.choices.map(({ value }) => value) }
  }
  if (item.kind === 'group' && item.members.length > 0 && item.members.every(isColumn)) {
    return { kind: 'table', columns: item.members }
  }
  return { kind: 'json' }
}

function isColumn(member: Member): member is Member<ScalarField> {
  return isScalar(member.field)
}

function groupOf(schema: Schema, place: Place): Shape {
  const properties = propertiesOf(schema)
  if (place.depth >= maxDepth) return { kind: 'json' }
  // An object with free keys has no fields to show; the top one may be truly empty.
  if (properties.length === 0 && (place.depth > 0 || schema['additionalProperties'] !== false)) {
    if (place.depth > 0 || isFree(schema)) return { kind: 'json' }
  }
  const required = requiredOf(schema)
  const members = properties.map(([key, property]): Member => {
    const field = build(property, { root: place.root, depth: place.depth + 1, label: labelOf(key) })
    return { key, required: required.has(key), field }
  })
  return { kind: 'group', members }
}

function isFree(schema: Schema): boolean {
  return (
    asSchema(schema['additionalProperties']) !== undefined ||
    schema['patternProperties'] !== undefined ||
    schema['additionalProperties'] === true
  )
}
