import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { Ajv, CodeOptions, ErrorObject } from 'ajv'
import type { Issue } from '../electron/contract/json.ts'
import type { JobSchema, PlainJsonSchema } from './define-job.ts'

export type Validated = { value: unknown } | { issues: Issue[] }
export type Validate = (value: unknown) => Validated | Promise<Validated>

/** A check as Ajv makes it: says whether the value fits, and leaves the errors on itself. Fills in defaults. */
export interface Check {
  (value: unknown): unknown
  errors?: ErrorObject[] | null | undefined
}
export type ReadyCheck = (schema: PlainJsonSchema) => Promise<Check | undefined>

/** A schema that the validator itself cannot take. */
export class BrokenSchemaError extends Error {}

export function isStandardSchema(schema: JobSchema): schema is StandardSchemaV1<unknown, unknown> {
  // ArkType's schemas are functions.
  return (typeof schema === 'object' || typeof schema === 'function') && schema !== null && '~standard' in schema
}

function key(segment: PropertyKey | StandardSchemaV1.PathSegment): string | number {
  const value = typeof segment === 'object' ? segment.key : segment
  return typeof value === 'number' ? value : String(value)
}

function fromStandard(schema: StandardSchemaV1<unknown, unknown>): Validate {
  const answer = (result: StandardSchemaV1.Result<unknown>): Validated =>
    result.issues === undefined
      ? { value: result.value }
      : { issues: result.issues.map(({ path, message }) => ({ path: Array.from(path ?? [], key), message })) }
  return (value) => {
    const result = schema['~standard'].validate(value)
    return result instanceof Promise ? result.then(answer) : answer(result)
  }
}

function issueOf(error: ErrorObject): Issue {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part))
  const { missingProperty, additionalProperty } = error.params as Record<string, unknown>
  if (typeof missingProperty === 'string') return { path: [...path, missingProperty], message: 'is required' }
  if (typeof additionalProperty === 'string') return { path: [...path, additionalProperty], message: 'is not known' }
  return { path, message: error.message ?? 'is not valid' }
}

/** Loaded only where it is used: it takes a thread about 10 MB. */
export async function newAjv(code: CodeOptions = {}): Promise<Ajv> {
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  const options = { allErrors: true, useDefaults: true, strict: false, validateFormats: false, logger: false } as const
  return new Ajv2020({ ...options, code })
}

/** Validates with a check of Ajv's making. */
export function validateWith(check: Check): (value: unknown) => Validated {
  return (value) => {
    // useDefaults writes into the value, which belongs to the caller.
    const copy = structuredClone(value)
    return check(copy) ? { value: copy } : { issues: (check.errors ?? []).map(issueOf) }
  }
}

async function fromJsonSchema(schema: PlainJsonSchema, ready: ReadyCheck | undefined): Promise<Validate> {
  try {
    return validateWith((await ready?.(schema)) ?? (await newAjv()).compile(schema))
  } catch (error) {
    throw new BrokenSchemaError(error instanceof Error ? error.message : String(error), { cause: error })
  }
}

/**
 * Makes a validator of any Standard Schema or plain JSON Schema (draft 2020-12). Rejects BrokenSchemaError.
 * `ready` may have a check of a plain JSON Schema that was compiled elsewhere.
 */
export async function compileSchema(schema: JobSchema, ready?: ReadyCheck): Promise<Validate> {
  return isStandardSchema(schema) ? fromStandard(schema) : fromJsonSchema(schema, ready)
}

/** One sentence of what is wrong, naming each field, e.g. `a: is required; b: must be number`. */
export function describeIssues(issues: readonly Issue[]): string {
  const shown = issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
  const more = issues.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
