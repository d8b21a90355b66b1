import type { LogLevel, Progress } from '../electron/contract/job.ts'
import type { JobDatabase } from './database/types.ts'

/**
 * What a job gets from outside. A job imports no database client, no queue and no Electron: whatever
 * it depends on is here, so it can be tested with a fake and run by any executor.
 */
export interface JobServices {
  /** The one Prisma client of the runner; in a thread, a proxy to it over a MessagePort. */
  readonly db: JobDatabase
  /** Absolute folder for files that a job produces; make a folder of your own in it, named by `jobId`. */
  readonly resultsDir: string
  /** What a jobs folder's own `services.ts` adds. */
  readonly [name: string]: unknown
}

/** `Own` is what the jobs folder's `services.ts` adds to the services. */
export interface JobContext<Own extends object = object> {
  readonly jobId: string
  /** Number of this attempt, from 1. */
  readonly attempt: number
  /**
   * Aborted when the job is asked to stop, has run out of time, or runs inline and its runner stops; the code of
   * `reason` says which: `CANCELLED`, `TIMED_OUT` or `RUNNER_STOPPED`.
   */
  readonly signal: AbortSignal
  readonly services: JobServices & Own
  /** Reports how far the job is: a ratio from 0 to 1, or done of total. Cheap: call it as often as you like. */
  progress(progress: number | Progress): void
  /** Writes a log line. `console.*` of a job is captured too. */
  log(text: string, level?: LogLevel): void
}
