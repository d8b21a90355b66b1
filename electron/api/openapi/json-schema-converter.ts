import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { jsonSchema } from '../../contract/json.ts'

/** Any JSON value, said once: the schema refers to itself, which the converter would unfold into nothing. */
const anyJson = { type: ['object', 'array', 'string', 'number', 'boolean', 'null'] as const, description: 'Any JSON.' }

/** Schemas of the contract as JSON Schema, in the form that readers of OpenAPI cope with best. */
export function createJsonSchemaConverter(): ZodToJsonSchemaConverter {
  return new ZodToJsonSchemaConverter({
    interceptors: [
      ({ schema, next }) => {
        const converted = next()
        const [required, json] = converted
        if (typeof json !== 'object' || '$ref' in json) return converted
        if (schema === (jsonSchema as unknown)) return [true, { ...anyJson, type: [...anyJson.type] }]
        // Some readers take a constant without a type for no schema at all.
        return typeof json.const === 'string' ? [required, { ...json, type: 'string' }] : converted
      },
    ],
  })
}
