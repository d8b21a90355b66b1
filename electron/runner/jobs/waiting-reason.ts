import type { Job, JobState, WaitingReason } from '../../contract/job.ts'

/** What is needed to say why a job is not running. */
export interface WaitingContext {
  paused: boolean
  /** Does this runner, or another live one, know the type? */
  knowsType: (type: string) => boolean
  now: number
}

/** When a delayed job becomes ready, epoch ms: its delay, or the back-off after its last attempt. */
export function readyAt(job: Job): number {
  const last = job.attempts.at(-1)
  if (last?.finishedAt === undefined) return Date.parse(job.createdAt) + (job.options.delayMs ?? 0)
  const backoff = job.options.backoff
  if (backoff === undefined) return Date.parse(last.finishedAt)
  // The formula of BullMQ's built-in strategies.
  const failed = job.attempts.filter((attempt) => attempt.outcome !== 'lost').length
  const delay = backoff.type === 'fixed' ? backoff.delayMs : backoff.delayMs * 2 ** (failed - 1)
  return Date.parse(last.finishedAt) + delay
}

function clock(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

function noRunnerFor(type: string): WaitingReason {
  return { code: 'NO_RUNNER_FOR_TYPE', message: `No runner handles ${type}. It runs as soon as one does.` }
}

function reasonWhileWaiting(job: Job, context: WaitingContext): WaitingReason {
  if (context.paused) return { code: 'QUEUE_PAUSED', message: 'The queue is paused.' }
  if (!context.knowsType(job.type)) return noRunnerFor(job.type)
  return { code: 'NEXT_IN_LINE', message: 'In line. It runs when a thread is free.' }
}

function reasonWhileDelayed(job: Job, context: WaitingContext): WaitingReason {
  const at = readyAt(job)
  if (job.attempts.length === 0) return { code: 'DELAYED_UNTIL', message: `Starts at ${clock(at)}.` }
  const next = job.attempts.length + 1
  const all = job.options.attempts
  return {
    code: 'BACKING_OFF',
    message: `Retries in ${Math.max(1, Math.ceil((at - context.now) / 1000))} s, attempt ${next}${all === undefined ? '' : ` of ${all}`}.`,
  }
}

/**
 * A job as callers should see it now. A delayed job whose time has come waits; one put aside because
 * nobody knows its type waits too, and says so.
 */
export function presented(job: Job, context: WaitingContext): Job {
  if (job.state !== 'waiting' && job.state !== 'delayed' && job.state !== 'waiting-children') return job
  const { waitingReason: _old, ...rest } = job
  const parked = job.state === 'delayed' && job.attempts.length === 0 && !context.knowsType(job.type)
  const due = job.state === 'delayed' && readyAt(job) <= context.now
  const state: JobState = parked || due ? 'waiting' : job.state
  const waitingReason: WaitingReason =
    state === 'waiting-children'
      ? { code: 'WAITING_FOR_CHILDREN', message: 'Waits for its child jobs.' }
      : state === 'delayed'
        ? reasonWhileDelayed(job, context)
        : reasonWhileWaiting(job, context)
  return { ...rest, state, waitingReason }
}
