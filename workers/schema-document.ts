import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { JsonSchemaDocument } from '../electron/contract/job-type.ts'
import type { JobSchema } from './define-job.ts'
import { compileSchema, isStandardSchema } from './validate.ts'

type Direction = 'input' | 'output'
type Convert = (schema: JobSchema) => unknown

const draft = 'draft-2020-12'

/** Standard JSON Schema, which zod 4.2, ArkType 2.1.28 and others offer themselves. */
function ownConverter(schema: JobSchema, direction: Direction): Convert | undefined {
  const standard = schema['~standard'] as { jsonSchema?: Record<Direction, (options: object) => unknown> } | undefined
  const convert = standard?.jsonSchema?.[direction]
  return convert === undefined ? undefined : () => convert({ target: draft })
}

async function converterOf(schema: JobSchema, direction: Direction, beside: string | undefined): Promise<Convert> {
  const own = ownConverter(schema, direction)
  if (own !== undefined) return own
  const { vendor } = (schema as { '~standard': { vendor: string } })['~standard']
  if (vendor === 'zod' && '_zod' in schema) {
    const { toJSONSchema } = await import('zod')
    return (value) => toJSONSchema(value as unknown as Parameters<typeof toJSONSchema>[0], { io: direction })
  }
  const { toJsonSchema } = schema as { toJsonSchema?: unknown }
  if (typeof toJsonSchema === 'function') return () => toJsonSchema.call(schema) as unknown
  if (vendor === 'valibot') return valibotConverter(direction, beside)
  throw new Error(`schemas of ${vendor} have no JSON Schema. Use zod, valibot, arktype or plain JSON Schema`)
}

/** Valibot keeps this in a package of its own, looked for beside the job file. */
async function valibotConverter(direction: Direction, beside: string | undefined): Promise<Convert> {
  const name = '@valibot/to-json-schema'
  try {
    const found = createRequire(beside ?? import.meta.url).resolve(name)
    const module = (await import(/* @vite-ignore */ pathToFileURL(found).href)) as Record<string, unknown>
    const convert = module.toJsonSchema as (schema: unknown, options: object) => unknown
    return (schema) => convert(schema, { target: draft, typeMode: direction })
  } catch (cause) {
    throw new Error(`valibot needs the package ${name} beside the job to show its schema. Install it there`, { cause })
  }
}

/**
 * The schema as JSON Schema, draft 2020-12. `beside` is the job file, where a library's own converter is
 * looked for. Rejects with a sentence that says why the schema cannot be shown.
 */
export async function schemaDocument(
  schema: JobSchema,
  direction: Direction,
  beside?: string,
): Promise<JsonSchemaDocument> {
  if (!isStandardSchema(schema)) {
    // Compiled once here, so that a mistake shows in the catalog and not in the first attempt.
    await compileSchema(schema)
    return JSON.parse(JSON.stringify(schema)) as JsonSchemaDocument
  }
  const convert = await converterOf(schema, direction, beside)
  return JSON.parse(JSON.stringify(convert(schema))) as JsonSchemaDocument
}
