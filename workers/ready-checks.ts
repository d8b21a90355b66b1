import { createRequire } from 'node:module'
import type { JobDefinition, PlainJsonSchema } from './define-job.ts'
import type { ReadyChecks } from './protocol.ts'
import { isStandardSchema, newAjv, type Check } from './validate.ts'

/**
 * A plain JSON Schema made into the JavaScript that checks a value, so that a thread need not load the compiler:
 * that would take 8 to 10 MB in each. The catalog's thread has it anyway.
 */

/** What tells one schema from another: its JSON text. Undefined when it cannot be written as JSON. */
export function schemaText(schema: PlainJsonSchema): string | undefined {
  try {
    return JSON.stringify(schema)
  } catch {
    return undefined
  }
}

/** The checks of a definition's plain JSON Schemas. Those that cannot be made are left out. */
export async function readyChecks(definition: Pick<JobDefinition, 'input' | 'output'>): Promise<ReadyChecks> {
  const checks: ReadyChecks = {}
  for (const direction of ['input', 'output'] as const) {
    const schema = definition[direction]
    const text = schema === undefined || isStandardSchema(schema) ? undefined : schemaText(schema)
    if (text === undefined) continue
    const ajv = await newAjv({ source: true })
    const { default: standalone } = await import('ajv/dist/standalone/index.js')
    const write = 'default' in standalone ? standalone.default : standalone
    try {
      // Of the text, which is all that is compared: a schema may hold what JSON cannot.
      const javaScript = write(ajv, ajv.compile(JSON.parse(text) as PlainJsonSchema))
      checks[direction] = { schema: text, javaScript }
    } catch {
      // Then the thread compiles it itself, and says what is wrong with it.
    }
  }
  return checks
}

/** Makes a check of its JavaScript, which the catalog has written; what it needs at run time is small. */
export function loadCheck(javaScript: string): Check {
  const module: { exports: unknown } = { exports: undefined }
  // Ajv itself makes its checks in this way.
  // eslint-disable-next-line typescript/no-implied-eval
  const run = new Function('module', 'exports', 'require', javaScript) as (...scope: unknown[]) => void
  run(module, {}, createRequire(import.meta.url))
  return module.exports as Check
}
