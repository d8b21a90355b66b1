import type { AttemptOutcome, ExecutorName, JobError, LogLine, Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'

export interface AttemptRequest {
  jobId: string
  type: string
  input: Json
  attempt: number
  /** Enforced by the executor; undefined for none. */
  timeoutMs?: number
  /** Heap limit of the thread in MB; undefined for the default. */
  memoryMb?: number
}

/** Called while the attempt runs; progress is coalesced (latest wins, at most 20 a second), log lines come in order. */
export interface AttemptListener {
  /** The attempt has a place to run, e.g. thread `T2`. */
  onStart(place: { thread?: string }): void
  onProgress(progress: Progress): void
  /** Lines without seq and attempt, which the caller gives. */
  onLogs(lines: Pick<LogLine, 'at' | 'level' | 'text'>[], dropped: number): void
}

/** How an attempt ended. Every progress and log line was delivered before it resolves. */
export interface AttemptReport {
  outcome: Exclude<AttemptOutcome, 'lost'>
  result?: Json
  error?: JobError
  /** False where another try cannot help: invalid input, unknown type. */
  retryable: boolean
  cpuMs?: number
  peakHeapBytes?: number
}

export interface AttemptRun {
  /** Never rejects. */
  readonly report: Promise<AttemptReport>
  /** Aborts `ctx.signal` of the job. Still waiting for a thread: ends at once as cancelled. */
  cancel(reason: string): void
  /** Ends the thread at once. False where it cannot be done (inline). */
  kill(reason: string): boolean
}

export interface Executor {
  readonly name: ExecutorName
  run(request: AttemptRequest, listener: AttemptListener): AttemptRun
}
