import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { JobTypeDefaults } from '../electron/contract/job-type.ts'
import type { JobContext } from './context.ts'

/** A schema of any Standard Schema library (zod, valibot, arktype), or plain JSON Schema. */
export type JobSchema<Value = unknown> = StandardSchemaV1<unknown, Value> | PlainJsonSchema
export type PlainJsonSchema = { readonly [keyword: string]: unknown; readonly '~standard'?: never }

type GivenTo<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferInput<Schema> : unknown
type ValueOf<Schema> = Schema extends StandardSchemaV1 ? StandardSchemaV1.InferOutput<Schema> : unknown

/**
 * A job type: what it takes, what it gives, and how it runs. It is a plain object, so a file of a
 * jobs folder may also `export default { name, title, input, output, defaults, run }` with no import.
 */
export interface JobDefinition<Input extends JobSchema = JobSchema, Output extends JobSchema = JobSchema> {
  /** Lower-case letters and digits joined by `-`, unique in the catalog; the file is `<name>.job.ts`. */
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly input: Input
  readonly output?: Output
  readonly defaults?: JobTypeDefaults
  /** An input to start from in the enqueue form; what has a default may be left out. */
  readonly example?: GivenTo<Input>
  /**
   * Does the work. What it throws fails the attempt, and is tried again unless the error has
   * `retryable: false`; what it returns must fit `output` and be JSON.
   */
  run(input: ValueOf<Input>, context: JobContext): Promise<ValueOf<Output>> | ValueOf<Output>
}

/** Types a definition; at run time it gives back what it was given. */
export function defineJob<const Input extends JobSchema, const Output extends JobSchema>(
  definition: JobDefinition<Input, Output>,
): JobDefinition<Input, Output> {
  return definition
}
