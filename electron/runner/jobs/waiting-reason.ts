import type { Job, JobState, WaitingReason } from '../../contract/job.ts'
import type { WhyCheck } from '../../contract/why.ts'
import { waitingChecks } from './waiting-checks.ts'
import type { JobFacts, WaitingFacts } from './waiting-facts.ts'

const latestMs = Date.UTC(9999, 11, 31)

/** When a delayed job becomes ready, epoch ms: its delay, or the back-off after its last attempt. */
export function readyAt(job: Job): number {
  const last = job.attempts.at(-1)
  if (last?.finishedAt === undefined) return Date.parse(job.createdAt) + (job.options.delayMs ?? 0)
  const backoff = job.options.backoff
  if (backoff === undefined) return Date.parse(last.finishedAt)
  // The formula of BullMQ's built-in strategies.
  const failed = job.attempts.filter((attempt) => attempt.outcome !== 'lost').length
  const delay = backoff.type === 'fixed' ? backoff.delayMs : backoff.delayMs * 2 ** (failed - 1)
  // Doubled often enough it is past all dates.
  return Math.min(Date.parse(last.finishedAt) + delay, latestMs)
}

/** The reason a job gives in its row: the first check that fails, or that it is next. */
export function reasonOf(checks: readonly WhyCheck[]): WaitingReason {
  const { code, message } = checks.find((check) => !check.ok) ?? {
    code: 'NEXT_IN_LINE' as const,
    message: 'Next in line. It starts at any moment.',
  }
  return { code, message }
}

/**
 * A job that waits, with its state as callers should see it now: a delayed one whose time has come waits;
 * one put aside because nobody knows its type waits too. Undefined of a job that does not wait.
 */
export function asWaiting(job: Job, facts: WaitingFacts, own: JobFacts = {}): { job: Job; own: JobFacts } | undefined {
  if (job.state !== 'waiting' && job.state !== 'delayed' && job.state !== 'waiting-children') return undefined
  if (job.state !== 'delayed') return { job, own }
  const movedUntil = facts.movedUntil(job.id)
  const delayUntil = own.delayUntil ?? movedUntil ?? readyAt(job)
  const known = facts.takers().some((taker) => taker.jobTypes.includes(job.type))
  // Put aside without a delay of its own, for want of a runner.
  const mayBePutAside = movedUntil === undefined && job.attempts.length === 0 && job.options.delayMs === undefined
  const parked = mayBePutAside && !known
  const state: JobState = parked || delayUntil <= facts.now ? 'waiting' : 'delayed'
  return { job: { ...job, state }, own: { ...own, delayUntil } }
}

/** A job as callers should see it now, with the reason why it waits. */
export function presented(job: Job, facts: WaitingFacts, own: JobFacts = {}): Job {
  const waiting = asWaiting(job, facts, own)
  if (waiting === undefined) return job
  const { waitingReason: _old, ...rest } = waiting.job
  return { ...rest, waitingReason: reasonOf(waitingChecks(waiting.job, facts, waiting.own)) }
}
