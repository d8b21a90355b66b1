import type { Job, JobOptions, JobState } from '../../contract/job.ts'
import type { QueuedJob, QueuedOptions } from '../queue/job-queue.ts'

function isoOf(epochMs: number): string {
  return new Date(epochMs).toISOString()
}

/** The options of a job as callers see them. */
export function optionsOf(queued: Partial<QueuedOptions>): JobOptions {
  const { attempts, backoff, priority, delayMs, deduplicationId, timeoutMs, memoryMb, executor } = queued
  return {
    ...(attempts === undefined ? {} : { attempts }),
    ...(backoff === undefined ? {} : { backoff }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(executor === undefined ? {} : { executor }),
    ...(priority === undefined ? {} : { priority }),
    ...(delayMs === undefined ? {} : { delayMs }),
    ...(deduplicationId === undefined ? {} : { deduplicationId }),
  }
}

export function stateOf(queued: QueuedJob): JobState {
  return queued.state === 'failed' && queued.cancelled ? 'cancelled' : queued.state
}

/** A job as the queue alone tells it: no attempts, which only the history has. */
export function jobFromQueue(queued: QueuedJob): Job {
  return {
    id: queued.id,
    type: queued.type,
    state: stateOf(queued),
    input: queued.input,
    ...(queued.result === undefined ? {} : { result: queued.result }),
    ...(queued.error === undefined ? {} : { error: queued.error }),
    ...(queued.progress === undefined ? {} : { progress: queued.progress }),
    attempts: [],
    options: optionsOf(queued.options),
    createdAt: isoOf(queued.createdAt),
    ...(queued.startedAt === undefined ? {} : { startedAt: isoOf(queued.startedAt) }),
    ...(queued.finishedAt === undefined ? {} : { finishedAt: isoOf(queued.finishedAt) }),
  }
}
