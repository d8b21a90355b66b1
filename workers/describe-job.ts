import { jobTypeDefaultsSchema, jobTypeNameSchema } from '../electron/contract/job-type.ts'
import type { Issue } from '../electron/contract/json.ts'
import type { JobDefinition } from './define-job.ts'
import { toJson } from './json-value.ts'
import type { JobDescription } from './protocol.ts'
import { schemaDocument } from './schema-document.ts'
import { describeIssues } from './validate.ts'

/** A definition that cannot be used, and what is wrong with it. */
export class BrokenDefinitionError extends Error {
  /** Of the definition, e.g. `input`. */
  readonly field: string
  readonly issues: Issue[] | undefined
  constructor(field: string, message: string, issues?: Issue[]) {
    super(message)
    this.name = 'BrokenDefinitionError'
    this.field = field
    this.issues = issues
  }
}

const nameSchema = jobTypeNameSchema
const defaultsSchema = jobTypeDefaultsSchema.strict()

function checkFields({ name, title, description, defaults = {} }: JobDefinition): void {
  const issues: Issue[] = []
  const collect = (field: string, found: { path: PropertyKey[]; message: string }[] = []): void => {
    for (const { path, message } of found) {
      issues.push({ path: [field, ...path.map((key) => (typeof key === 'number' ? key : String(key)))], message })
    }
  }
  collect('name', nameSchema.safeParse(name).error?.issues)
  if (typeof title !== 'string' || title.trim() === '') collect('title', [{ path: [], message: 'must be a text' }])
  if (description !== undefined && typeof description !== 'string') {
    collect('description', [{ path: [], message: 'must be a text' }])
  }
  collect('defaults', defaultsSchema.safeParse(defaults).error?.issues)
  if (issues.length > 0)
    throw new BrokenDefinitionError(String(issues[0]?.path[0]), `${describeIssues(issues)}.`, issues)
}

async function documentOf(
  definition: JobDefinition,
  direction: 'input' | 'output',
  beside: string | undefined,
): Promise<JobDescription['inputSchema'] | undefined> {
  const schema = definition[direction]
  if (schema === undefined) return undefined
  try {
    return await schemaDocument(schema, direction, beside)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new BrokenDefinitionError(direction, `The ${direction} schema cannot be shown: ${why.replace(/\.$/, '')}.`)
  }
}

/** What the catalog shows of a definition. Rejects BrokenDefinitionError naming the field. */
export async function describeJob(definition: JobDefinition, beside?: string): Promise<JobDescription> {
  checkFields(definition)
  const { name, title, description, defaults = {}, example } = definition
  const inputSchema = (await documentOf(definition, 'input', beside)) ?? {}
  const outputSchema = await documentOf(definition, 'output', beside)
  return {
    name,
    title,
    ...(description === undefined ? {} : { description }),
    inputSchema,
    ...(outputSchema === undefined ? {} : { outputSchema }),
    defaults,
    ...(example === undefined ? {} : { example: toJson(example) }),
  }
}
