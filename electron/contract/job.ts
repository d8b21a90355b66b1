import * as z from 'zod'
import {
  bytesSchema,
  delayMsSchema,
  jsonSchema,
  longestDelayMs,
  longestTimerMs,
  timerMsSchema,
  timeSchema,
} from './json.ts'

/** `cancelled` is Toril's own: BullMQ keeps such a job as failed, Toril does not count it as a failure. */
export const jobStates = [
  'waiting',
  'delayed',
  'waiting-children',
  'active',
  'completed',
  'failed',
  'cancelled',
] as const
export const jobStateSchema = z.enum(jobStates)
export type JobState = z.infer<typeof jobStateSchema>

/** States a job never leaves by itself. */
export const finishedStates = ['completed', 'failed', 'cancelled'] as const satisfies readonly JobState[]
export function isFinished(state: JobState): boolean {
  return (finishedStates as readonly JobState[]).includes(state)
}

/** How an attempt ended. `lost`: its runner died under it; the job is taken up again. */
export const attemptOutcomes = [
  'completed',
  'failed',
  'cancelled',
  'timed-out',
  'out-of-memory',
  'crashed',
  'lost',
] as const
export const attemptOutcomeSchema = z.enum(attemptOutcomes)
export type AttemptOutcome = z.infer<typeof attemptOutcomeSchema>

/** Where an attempt runs: a worker thread that can be killed, or the runner's own process, which cannot. */
export const executorNames = ['thread', 'inline'] as const
export const executorNameSchema = z.enum(executorNames)
export type ExecutorName = z.infer<typeof executorNameSchema>

/** `exponential` waits delayMs · 2^(attempt − 1), `fixed` waits delayMs each time. */
export const backoffSchema = z.strictObject({
  type: z.enum(['exponential', 'fixed']),
  delayMs: delayMsSchema,
})
export type Backoff = z.infer<typeof backoffSchema>

/** 1 TB. V8 takes some far larger numbers for no limit at all. */
export const mostMemoryMb = 1_048_576

/** Heap of a thread in MB. */
export const memoryMbSchema = z.int().min(16).max(mostMemoryMb)

/** What a caller may set for one job; anything left out comes from the job type, then from the preferences. */
export const jobOptionsSchema = z.strictObject({
  attempts: z.int().min(1).max(1000).optional(),
  backoff: backoffSchema.optional(),
  timeoutMs: timerMsSchema.min(1).optional(),
  memoryMb: memoryMbSchema.optional(),
  executor: executorNameSchema.optional(),
  /** 0 (default) is taken first, then 1, 2, … as in BullMQ. At most 2,097,152, BullMQ's own limit. */
  priority: z.int().min(0).max(2_097_152).optional(),
  delayMs: delayMsSchema.optional(),
  /** While a job with this id has not finished, another enqueue answers that job instead of a new one. */
  deduplicationId: z.string().min(1).max(512).optional(),
})
export type JobOptions = z.infer<typeof jobOptionsSchema>

/** The bounds of the options that are whole numbers. */
const optionBounds = [
  ['attempts', 1, 1000],
  ['timeoutMs', 1, longestTimerMs],
  ['memoryMb', 16, mostMemoryMb],
  ['priority', 0, 2_097_152],
  ['delayMs', 0, longestDelayMs],
] as const

/** Options that other programs wrote, or an older version: what is out of bounds becomes the nearest that is not. */
export function fittingOptions<Options extends JobOptions>(options: Options): Options {
  const fitting: JobOptions = { ...options }
  const fit = (value: number, least: number, most: number): number => Math.min(Math.max(Math.round(value), least), most)
  for (const [name, least, most] of optionBounds) {
    const value = options[name]
    if (value !== undefined) fitting[name] = fit(value, least, most)
  }
  const { backoff } = options
  if (backoff !== undefined) fitting.backoff = { ...backoff, delayMs: fit(backoff.delayMs, 0, longestDelayMs) }
  return fitting as Options
}

/** How far a job is. `ratio` from 0 to 1; `done` of `total` in the job's own unit. */
export const progressSchema = z.object({
  ratio: z.number().min(0).max(1).optional(),
  done: z.number().optional(),
  total: z.number().optional(),
  message: z.string().optional(),
})
export type Progress = z.infer<typeof progressSchema>

/** An error as data. `code` is machine-readable: INVALID_INPUT, INVALID_OUTPUT, TIMED_OUT, OUT_OF_MEMORY,
 *  THREAD_CRASHED, CANCELLED, LOST, UNKNOWN_JOB_TYPE, or JOB_FAILED / the thrown error's own code. */
export const jobErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  stack: z.string().optional(),
})
export type JobError = z.infer<typeof jobErrorSchema>

export const attemptSchema = z.object({
  number: z.int().min(1),
  executor: executorNameSchema,
  /** Id of the runner that ran it. */
  runner: z.string(),
  /** Label of the thread, e.g. `T3`; absent for inline. */
  thread: z.string().optional(),
  startedAt: timeSchema,
  finishedAt: timeSchema.optional(),
  outcome: attemptOutcomeSchema.optional(),
  cpuMs: z.number().min(0).optional(),
  peakHeapBytes: bytesSchema.optional(),
  error: jobErrorSchema.optional(),
  /** Who ended it before its time: `panel`, `cli`, `rest`, or the name a caller gave. Absent unless somebody did. */
  cancelledBy: z.string().optional(),
  /** Why, in the words of who asked. */
  cancelReason: z.string().optional(),
})
export type Attempt = z.infer<typeof attemptSchema>

/** Why a job is not running, or not yet finished. `message` is a sentence for people. */
export const waitingReasonSchema = z.object({
  code: z.enum([
    'QUEUE_PAUSED',
    'DELAYED_UNTIL',
    'BACKING_OFF',
    'NO_RUNNER_FOR_TYPE',
    'NO_RUNNER',
    'RATE_LIMITED',
    'GLOBAL_CONCURRENCY',
    'CONCURRENCY_LIMIT',
    'ALL_THREADS_BUSY',
    'WAITING_FOR_CHILDREN',
    'NEXT_IN_LINE',
    'CANCELLING',
  ]),
  message: z.string(),
  /** With CANCELLING: when its thread is ended, unless it stops before; absent where it is not, or not any more. */
  killAt: timeSchema.optional(),
})
export type WaitingReason = z.infer<typeof waitingReasonSchema>

/** Ends the reason of a job that no runner of Toril takes, in a queue that other programs use too: nothing need be wrong. */
export const leftToOthers = 'A worker of another program may.'

export const jobSchema = z.object({
  id: z.string(),
  type: z.string(),
  state: jobStateSchema,
  input: jsonSchema,
  result: jsonSchema.optional(),
  error: jobErrorSchema.optional(),
  progress: progressSchema.optional(),
  attempts: z.array(attemptSchema),
  options: jobOptionsSchema,
  waitingReason: waitingReasonSchema.optional(),
  createdAt: timeSchema,
  startedAt: timeSchema.optional(),
  finishedAt: timeSchema.optional(),
})
export type Job = z.infer<typeof jobSchema>

/** A job as one row of a list: no input or result, which may be large. */
export const jobSummarySchema = jobSchema.omit({ input: true, result: true, attempts: true, options: true }).extend({
  /** At most 120 characters of the input, for people. */
  inputPreview: z.string(),
  /** Number of the current or last attempt; 0 before the first. */
  attempt: z.int().min(0),
  maxAttempts: z.int().min(1),
  /** Of the current or last attempt, as in `attempts`. */
  runner: z.string().optional(),
  thread: z.string().optional(),
})
export type JobSummary = z.infer<typeof jobSummarySchema>

export const logLevels = ['debug', 'info', 'warn', 'error'] as const
export const logLineSchema = z.object({
  /** Grows with each line within a job, from 1. Lines that were not kept have numbers too, so theirs are missing. */
  seq: z.int().min(1),
  at: timeSchema,
  level: z.enum(logLevels),
  attempt: z.int().min(1),
  text: z.string(),
})
export type LogLine = z.infer<typeof logLineSchema>
export type LogLevel = LogLine['level']

/** What `GET /jobs/{id}/events` streams; the stream ends after the job has finished. */
export const jobEventSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('job'), job: jobSchema }),
  z.object({ kind: z.literal('progress'), progress: progressSchema }),
  z.object({ kind: z.literal('log'), lines: z.array(logLineSchema) }),
])
export type JobEvent = z.infer<typeof jobEventSchema>

const previewLength = 120

/** The short form of an input: a lone string or number as it is, an object as `key value` pairs. */
export function previewOf(input: unknown): string {
  const text =
    typeof input === 'object' && input !== null && !Array.isArray(input)
      ? Object.entries(input)
          .map(([key, value]) => `${key} ${typeof value === 'string' ? value : (JSON.stringify(value) ?? '')}`)
          .join(', ')
      : typeof input === 'string'
        ? input
        : (JSON.stringify(input) ?? '')
  return text.length > previewLength ? `${text.slice(0, previewLength - 1)}…` : text
}

/** The row of a job. */
export function summarize(job: Job, defaultAttempts: number): JobSummary {
  const { input, result: _result, attempts, options, ...rest } = job
  const last = attempts.at(-1)
  return {
    ...rest,
    inputPreview: previewOf(input),
    attempt: last?.number ?? 0,
    maxAttempts: options.attempts ?? defaultAttempts,
    ...(last === undefined ? {} : { runner: last.runner }),
    ...(last?.thread === undefined ? {} : { thread: last.thread }),
  }
}
