import { UnrecoverableError } from 'bullmq'
import { encodeError } from './error-text.ts'
import type { BullJob } from './job-mapping.ts'
import type { Settled, Verdict } from './job-queue.ts'

/** The error that makes BullMQ do what a failure asks for. */
export function failureOf(verdict: Extract<Verdict, { kind: 'fail' }>): Error {
  const { failedReason, stack } = encodeError(verdict.error, verdict.cancelled)
  const error = verdict.retry ? new Error(failedReason) : new UnrecoverableError(failedReason)
  error.stack = stack
  return error
}

/** A processor must not throw. If it does, that is a failed attempt like others. */
export function verdictOfThrown(error: unknown): Verdict {
  const known = error instanceof Error ? error : new Error(String(error))
  const stack = known.stack === undefined ? {} : { stack: known.stack }
  return { kind: 'fail', error: { code: 'INTERNAL', message: known.message, ...stack }, retry: true, cancelled: false }
}

/** By way of the delayed jobs a job comes behind the others; on Redis, moved straight back, it would be the next. */
export function postponedUntil(verdict: Extract<Verdict, { kind: 'postpone' }>): number {
  return Date.now() + Math.max(1, verdict.delayMs)
}

/**
 * What became of a job whose attempt failed, from BullMQ's job after it stored that. Set its `delay` to 0
 * before: BullMQ leaves it as it was when the retry is immediate.
 */
export function settledFailure(id: string, job: BullJob): Settled {
  if (job.finishedOn !== undefined && job.finishedOn !== null) return { id, state: 'failed' }
  return job.delay > 0 ? { id, state: 'delayed', delayUntil: Date.now() + job.delay } : { id, state: 'waiting' }
}

/** The same of an attempt whose retry has begun: where it waited is known from its back-off. */
export function settledRetry(id: string, { opts: { backoff } }: BullJob): Settled {
  const delay = typeof backoff === 'object' ? (backoff.delay ?? 0) : (backoff ?? 0)
  return delay > 0 ? { id, state: 'delayed', delayUntil: Date.now() } : { id, state: 'waiting' }
}
