import type { AttemptOutcome, ExecutorName, JobError, LogLine, Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { CpuProfile, StackSample } from '../../contract/profile.ts'

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
  /** Where its code is now. Rejects JOB_NOT_RUNNING, RUNS_INLINE or THREAD_GONE. */
  stack(): Promise<AttemptStack>
  /**
   * Records for `durationMs`, or until `stop` aborts or the attempt ends. Rejects JOB_NOT_RUNNING, THREAD_SILENT
   * when the thread lies inside one call into the system, or THREAD_GONE when it took the recording with it.
   */
  profile(durationMs: number, stop: AbortSignal): Promise<AttemptProfile>
}

export type AttemptStack = Pick<StackSample, 'state' | 'message' | 'frames'>

/** A profile mapped to the source, without what its caller knows. */
export type AttemptProfile = Omit<CpuProfile, '$toril'> & Pick<CpuProfile['$toril'], 'ended' | 'scope' | 'jobFiles'>

export interface Executor {
  readonly name: ExecutorName
  run(request: AttemptRequest, listener: AttemptListener): AttemptRun
}
