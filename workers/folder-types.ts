import type { JobContext } from './context.ts'

/** What the services.ts of this folder gives. */
export type OwnServices = object

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** How far a job is; `ratio` from 0 to 1, or `done` of `total`. */
export interface Progress {
  ratio?: number | undefined
  done?: number | undefined
  total?: number | undefined
  message?: string | undefined
}

/** What a job is run with unless its options or the preferences say otherwise. */
export interface JobTypeDefaults {
  /** Tries in all, from 1. */
  attempts?: number | undefined
  /** `exponential` waits delayMs · 2^(attempt − 1), `fixed` waits delayMs each time. */
  backoff?: { type: 'exponential' | 'fixed'; delayMs: number } | undefined
  /** Past it the attempt is ended as timed out. */
  timeoutMs?: number | undefined
  /** Heap limit of the thread in MB, at least 16. */
  memoryMb?: number | undefined
  /** `thread`, unless the job needs no isolation: an inline job cannot be stopped against its will. */
  executor?: 'thread' | 'inline' | undefined
  /** 0 is taken first, then 1, 2, … */
  priority?: number | undefined
}

/** JSON Schema, draft 2020-12. */
export type JsonSchema = { readonly [keyword: string]: unknown; readonly '~standard'?: never }

/** A schema of zod, valibot, arktype or any other library of https://standardschema.dev. */
export interface StandardSchema {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => unknown
  }
}

/** A job type, the default export of `<name>.job.ts`: `export default { … } satisfies Job<Input, Output>`. */
export interface Job<Input = unknown, Output = unknown> {
  /** That of the file without `.job.ts`: lower-case letters and digits joined by `-`. */
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly input: JsonSchema | StandardSchema
  readonly output?: JsonSchema | StandardSchema
  readonly defaults?: JobTypeDefaults
  /** An input to start from in the form. */
  readonly example?: unknown
  /**
   * Does the work. What it throws fails the attempt, and is tried again unless the error has
   * `retryable: false`; what it returns must fit `output` and be JSON.
   */
  run(input: Input, context: JobContext<OwnServices>): Promise<Output> | Output
}
