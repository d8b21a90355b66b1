import type { JobContext, JobServices } from './context.ts'
import type { JobDefinition } from './define-job.ts'
import { coerceThrown } from './job-error.ts'
import { NotJsonError, toJson } from './json-value.ts'
import type { Ending } from './protocol.ts'
import type { Reporter } from './reporter.ts'
import type { StopSignal } from './stop-signal.ts'
import { compileSchema, describeIssues, type ReadyCheck, type Validate } from './validate.ts'

/** A definition with its schemas compiled, ready to run many times. */
export interface PreparedJob {
  definition: JobDefinition
  input: Validate
  output: Validate | undefined
}

/** Rejects BrokenSchemaError when a schema cannot be compiled. */
export async function prepareJob(definition: JobDefinition, ready?: ReadyCheck): Promise<PreparedJob> {
  return {
    definition,
    input: await compileSchema(definition.input, ready),
    output: definition.output === undefined ? undefined : await compileSchema(definition.output, ready),
  }
}

function invalid(code: string, what: string, issues: string, retryable: boolean): Ending {
  return { kind: 'failed', error: { code, message: `${what} does not fit its schema: ${issues}.` }, retryable }
}

/** The context of one attempt; its functions need no `this`, so a job may take them apart. */
export function createContext(
  task: { jobId: string; attempt: number },
  services: JobServices,
  reporter: Reporter,
  stop: StopSignal,
  poll: () => void,
): JobContext {
  return {
    jobId: task.jobId,
    attempt: task.attempt,
    services,
    get signal() {
      return stop.signal
    },
    progress(progress) {
      poll()
      reporter.progress(progress)
    },
    log(text, level = 'info') {
      poll()
      reporter.log(String(text), level)
    },
  }
}

/** A job says that another try cannot help by throwing an error with `retryable: false`. */
function wantsRetry(thrown: unknown): boolean {
  return (thrown as { retryable?: unknown } | null | undefined)?.retryable !== false
}

/**
 * Checks the input, runs the job, checks what it gave back and makes JSON of it: the same for every
 * executor. Never rejects.
 */
export async function runDefinition(
  job: PreparedJob,
  input: unknown,
  context: JobContext,
  stop: StopSignal,
): Promise<Ending> {
  try {
    const pending = job.input(input)
    const checked = pending instanceof Promise ? await pending : pending
    // The same input would fail each time: no retry.
    if ('issues' in checked) return invalid('INVALID_INPUT', 'The input', describeIssues(checked.issues), false)
    // Asked before it began: a job that only listens for the abort event would never hear of it.
    if (stop.reason !== undefined) throw stop.reason
    const returned: unknown = await job.definition.run(checked.value, context)
    let result = returned
    if (job.output !== undefined) {
      const output = job.output(returned)
      const fits = output instanceof Promise ? await output : output
      if ('issues' in fits) return invalid('INVALID_OUTPUT', 'The result', describeIssues(fits.issues), true)
      result = fits.value
    }
    return { kind: 'completed', result: toJson(result) }
  } catch (thrown) {
    const { code, message } = coerceThrown(thrown, 'JOB_FAILED')
    // The stack of this one would point into Toril, where no user can mend anything.
    if (thrown instanceof NotJsonError) return { kind: 'failed', error: { code, message }, retryable: true }
    return { kind: 'failed', error: coerceThrown(thrown, 'JOB_FAILED'), retryable: wantsRetry(thrown) }
  }
}
