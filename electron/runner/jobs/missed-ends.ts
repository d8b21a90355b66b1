import { isFinished, type Attempt, type Job } from '../../contract/job.ts'
import type { History } from '../history/history.ts'
import type { JobQueue, QueuedJob } from '../queue/job-queue.ts'
import { recordOf } from './attempt-processor.ts'
import { endedWith } from './ended-attempt.ts'
import type { JobBoard } from './job-board.ts'

export interface MissedEndsParts {
  board: JobBoard
  history: History
  queue: Pick<JobQueue, 'get'>
  /** The job of the queue as callers see it. */
  read: (queued: QueuedJob) => Job
}

/**
 * Ends that the queue has and the history does not: their runner died between the two, after others had heard of the
 * end or before.
 */
export interface MissedEnds {
  /** Writes the end of a finished job down, that of its last attempt included, as far as the queue and this runner know. */
  write(queued: QueuedJob): Promise<void>
  /** The same for whichever of these finished jobs the history does not have whole. Rejects UNAVAILABLE. */
  ensure(ids: readonly string[]): Promise<void>
}

export function createMissedEnds({ board, history, queue, read }: MissedEndsParts): MissedEnds {
  const { reader, writer } = history

  async function write(queued: QueuedJob): Promise<void> {
    const { id } = queued
    const revision = board.revision(id)
    const kept = await reader.job(id)
    // It was run again or told of meanwhile: whoever did so writes that down.
    if (board.running(id) !== undefined || board.revision(id) !== revision) return
    const job = read(queued)
    const sameRun = kept?.createdAt === job.createdAt ? kept.attempts : []
    const heard = board.recent(id)
    const attempts = heard?.createdAt === job.createdAt ? withHeard(sameRun, heard.attempts) : sameRun
    // Together, so that nobody reads the end without its attempt.
    writer.saveJob(recordOf(job))
    for (const attempt of attempts) if (!sameRun.includes(attempt)) writer.saveAttempt(id, attempt)
    closeAttempt(queued, job, attempts)
  }

  function closeAttempt(queued: QueuedJob, job: Job, attempts: readonly Attempt[]): void {
    const last = attempts.at(-1)
    // The queue does not count an attempt that was lost.
    const counted = attempts.filter(({ outcome }) => outcome !== 'lost').length
    if (last?.finishedAt !== undefined && counted >= queued.attemptsMade) return
    // Failed by the queue itself, or for want of its type: nobody made an attempt.
    if (last === undefined && (queued.attemptsMade === 0 || job.error?.code === 'UNKNOWN_JOB_TYPE')) return
    const open: Attempt = last !== undefined && last.finishedAt === undefined ? last : unseenAttempt(queued, job, last)
    writer.saveAttempt(job.id, endedWith(open, job))
  }

  return {
    write,
    async ensure(ids) {
      const whole = await reader.whole([...ids])
      for (const id of ids) {
        if (whole.has(id) || board.running(id) !== undefined) continue
        const queued = await queue.get(id)
        if (queued !== undefined && isFinished(read(queued).state)) await write(queued)
      }
      await writer.flush()
    },
  }
}

/** By number: an end that was heard of stands against none. */
function withHeard(kept: Attempt[], heard: Attempt[]): Attempt[] {
  const byNumber = new Map(kept.map((attempt) => [attempt.number, attempt]))
  for (const attempt of heard) {
    if (attempt.finishedAt !== undefined && byNumber.get(attempt.number)?.finishedAt === undefined) {
      byNumber.set(attempt.number, attempt)
    }
  }
  return [...byNumber.values()].toSorted((one, other) => one.number - other.number)
}

function unseenAttempt(queued: QueuedJob, job: Job, last: Attempt | undefined): Attempt {
  return {
    number: Math.max(1, queued.attemptsMade, (last?.number ?? 0) + 1),
    executor: job.options.executor ?? 'thread',
    runner: queued.runner ?? 'unknown',
    startedAt: job.startedAt ?? job.createdAt,
  }
}
