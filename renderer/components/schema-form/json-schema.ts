import type { Json } from '../../../electron/contract/json.ts'
import { isObject, stepsOf } from './json-path.ts'

/** A schema as it comes: any JSON object. Keywords are read one by one, never trusted to have the right shape. */
export type Schema = Readonly<Record<string, unknown>>

export function asSchema(value: unknown): Schema | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Schema) : undefined
}

export function readText(schema: Schema, keyword: string): string | undefined {
  const value = schema[keyword]
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function readNumber(schema: Schema, keyword: string): number | undefined {
  const value = schema[keyword]
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function readList(schema: Schema, keyword: string): readonly unknown[] {
  const value = schema[keyword]
  return Array.isArray(value) ? value : []
}

/** The schemas of a list such as `oneOf`; what is none is left out. */
export function readSchemas(schema: Schema, keyword: string): Schema[] {
  return readList(schema, keyword)
    .map(asSchema)
    .filter((part) => part !== undefined)
}

/** The types a schema names; empty when it names none. */
export function typesOf(schema: Schema): string[] {
  const type = schema['type']
  if (typeof type === 'string') return [type]
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === 'string') : []
}

export function propertiesOf(schema: Schema): [string, Schema][] {
  const properties = asSchema(schema['properties'])
  if (properties === undefined) return []
  return Object.entries(properties).flatMap(([key, value]): [string, Schema][] => {
    const property = value === true ? {} : asSchema(value)
    return property === undefined ? [] : [[key, property]]
  })
}

export function requiredOf(schema: Schema): ReadonlySet<string> {
  return new Set(readList(schema, 'required').filter((key): key is string => typeof key === 'string'))
}

/** References are followed this far; beyond stands a loop. */
const maxReferences = 16

/**
 * The schema with its local `$ref` (`#`, `#/$defs/x`) followed and its `allOf` folded in, so that a form can
 * read it flat. A reference that leads nowhere, or round in circles, leaves a schema that accepts anything.
 */
export function flatten(schema: Schema, root: Schema, followed = 0): Schema {
  if (followed > maxReferences) return {}
  const { $ref: reference, allOf: _parts, ...rest } = schema
  const target = typeof reference === 'string' ? find(root, reference) : undefined
  const parts = readSchemas(schema, 'allOf')
  return [...(target === undefined ? [] : [target]), ...parts].reduce<Schema>(
    (merged, part) => merge(merged, flatten(part, root, followed + 1)),
    rest,
  )
}

function find(root: Schema, reference: string): Schema | undefined {
  if (reference === '#') return root
  if (!reference.startsWith('#/')) return undefined
  let current: unknown = root
  for (const step of stepsOf(decodeURIComponent(reference.slice(1)))) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, step)) return undefined
    current = (current as Record<string, unknown>)[step]
  }
  return asSchema(current)
}

function merge(left: Schema, right: Schema): Schema {
  const properties = { ...asSchema(left['properties']), ...asSchema(right['properties']) }
  const required = [...requiredOf(left), ...requiredOf(right)]
  return {
    ...right,
    ...left,
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  }
}

/** Whether a value read from a schema (a default, an enum member) is JSON. */
export function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isJson)
  return isObject(value) && Object.values(value).every(isJson)
}
