import { randomInt } from 'node:crypto'
import type { IQueueBackend, Job, JobsOptions, Queue } from 'bullmq'
import { fittingOptions, progressSchema, type Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import { decodeError } from './error-text.ts'
import type { QueuedJob, QueuedOptions, QueueState } from './job-queue.ts'
import { cleanJson, cleanText } from './sanitize-json.ts'
import { bearsMark, runnerNamed } from './taker-mark.ts'

export type BullJob = Job<Json, Json, string>
export type BullQueue = Queue<Json, Json, string, Json, Json, string, IQueueBackend>

/** Toril's own options, under one key of BullMQ's: both backends keep keys they do not know. */
interface TorilOptions {
  timeoutMs?: number
  memoryMb?: number
  executor?: 'thread' | 'inline'
  /** The input is null, which PostgreSQL's backend reads back as {}. */
  nullInput?: true
}
export type BullOptions = JobsOptions & { toril?: TorilOptions }

/** Of 40 bits, so that runners never meet. One that begins in the lower half has room for what follows in its millisecond. */
const tailEnd = 2 ** 39
const tailStep = 2 ** 16

/**
 * Ids are Toril's own and sort in the order of their making. BullMQ's counters start anew with every Redis, while one
 * history sees many; and an `add` that may or may not have arrived can be repeated under the same id.
 */
export function createJobIds(now: () => number = Date.now): () => string {
  let lastMs = 0
  let tail = 0
  return () => {
    const ms = Math.max(lastMs, now())
    tail = ms === lastMs ? tail + 1 + randomInt(tailStep) : randomInt(tailEnd)
    lastMs = ms
    return `${ms.toString(36)}-${tail.toString(16).padStart(10, '0')}`
  }
}

export function bullOptions(id: string, input: Json, options: QueuedOptions): BullOptions {
  const { attempts, backoff, priority, delayMs, deduplicationId, timeoutMs, memoryMb, executor } = options
  return {
    jobId: id,
    attempts,
    backoff: { type: backoff.type, delay: backoff.delayMs },
    // Only the last one is read; a thousand attempts must not pile up a thousand stacks.
    stackTraceLimit: 1,
    ...(priority === undefined || priority === 0 ? {} : { priority }),
    ...(delayMs === undefined || delayMs === 0 ? {} : { delay: delayMs }),
    ...(deduplicationId === undefined ? {} : { deduplication: { id: cleanText(deduplicationId) } }),
    toril: {
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
      ...(executor === undefined ? {} : { executor }),
      ...(input === null ? { nullInput: true } : {}),
    },
  }
}

/** Foreign producers write what they like: only what has the right form is taken over. */
function queuedOptions(opts: BullOptions): Partial<QueuedOptions> {
  const { attempts, backoff, priority, delay, deduplication } = opts
  const toril = typeof opts.toril === 'object' ? opts.toril : {}
  return fittingOptions({
    ...(typeof attempts === 'number' && attempts >= 1 ? { attempts } : {}),
    ...(typeof backoff === 'object' && (backoff.type === 'exponential' || backoff.type === 'fixed')
      ? { backoff: { type: backoff.type === 'fixed' ? 'fixed' : 'exponential', delayMs: numberOr0(backoff.delay) } }
      : {}),
    ...(typeof priority === 'number' && priority > 0 ? { priority } : {}),
    ...(typeof delay === 'number' && delay > 0 ? { delayMs: delay } : {}),
    ...(deduplication?.id === undefined ? {} : { deduplicationId: deduplication.id }),
    ...(typeof toril.timeoutMs === 'number' ? { timeoutMs: toril.timeoutMs } : {}),
    ...(typeof toril.memoryMb === 'number' ? { memoryMb: toril.memoryMb } : {}),
    ...(toril.executor === 'thread' || toril.executor === 'inline' ? { executor: toril.executor } : {}),
  })
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' && !Number.isNaN(value) ? value : 0
}

function progressOf(progress: unknown): Progress | undefined {
  // A plain number is BullMQ's habit, 0 to 100; 0 is also its "none".
  if (typeof progress === 'number') {
    return progress > 0 ? { ratio: Math.min(progress / 100, 1) } : undefined
  }
  if (typeof progress !== 'object' || progress === null) return undefined
  const parsed = progressSchema.safeParse(progress)
  return parsed.success ? parsed.data : undefined
}

const latestMs = Date.UTC(9999, 11, 31)

/** A time that another program got wrong (none, or in microseconds) must not keep its job from being shown. */
function timeOf(epochMs: number): number {
  return Number.isFinite(epochMs) ? Math.min(Math.max(epochMs, 0), latestMs) : 0
}

/** The job as the rest of the runner sees it. `state` comes from where it was found: the job itself does not say. */
export function queuedJob(job: BullJob, state: QueueState, delayUntil?: number): QueuedJob {
  const opts: BullOptions = job.opts
  const failure =
    job.failedReason === undefined || job.failedReason === null
      ? undefined
      : decodeError(job.failedReason, job.stacktrace?.at(-1))
  const progress = progressOf(job.progress)
  return {
    id: job.id ?? '',
    type: job.name,
    input: opts.toril?.nullInput === true ? null : cleanJson(job.data),
    options: queuedOptions(opts),
    state,
    cancelled: state === 'failed' && failure?.cancelled === true,
    ...(state === 'completed' ? { result: job.returnvalue ?? null } : {}),
    ...(failure === undefined || state === 'completed' ? {} : { error: failure.error }),
    ...(progress === undefined ? {} : { progress }),
    attemptsMade: job.attemptsMade,
    stalledCount: job.stalledCounter,
    createdAt: timeOf(job.timestamp),
    ...(delayUntil === undefined ? {} : { delayUntil: timeOf(delayUntil) }),
    ...(job.processedOn === undefined || job.processedOn === null ? {} : { startedAt: timeOf(job.processedOn) }),
    ...(job.finishedOn === undefined || job.finishedOn === null ? {} : { finishedAt: timeOf(job.finishedOn) }),
    ...takerOf(job),
  }
}

function takerOf(job: BullJob): Pick<QueuedJob, 'runner' | 'byToril'> {
  const { processedBy } = job
  const runner = runnerNamed(job)
  if (runner !== undefined) return { runner, byToril: true }
  // With the mark it is the name of who had it before one without a name.
  return typeof processedBy === 'string' && !bearsMark(processedBy) ? { runner: processedBy } : {}
}

/** BullMQ tells prioritized waiting jobs apart; Toril does not. */
export function queueState(state: string): QueueState | undefined {
  switch (state) {
    case 'waiting':
    case 'prioritized':
    case 'wait':
    case 'paused':
      return 'waiting'
    case 'delayed':
    case 'waiting-children':
    case 'active':
    case 'completed':
    case 'failed':
      return state
    default:
      return undefined
  }
}
