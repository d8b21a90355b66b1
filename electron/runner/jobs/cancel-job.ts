import type { CancelResult } from '../../contract/contract.ts'
import { TorilError } from '../../contract/errors.ts'
import { isFinished, type Job } from '../../contract/job.ts'
import type { CancelElsewhere } from '../cluster/cancel-elsewhere.ts'
import type { KeptCancels } from '../cluster/kept-cancels.ts'
import type { HistoryWriter } from '../history/history.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import { within } from '../queue/within.ts'
import { cancelledError, reasonText, type CancelOptions } from './cancel-options.ts'
import { recordOf } from './attempt-processor.ts'
import type { JobBoard, RunningAttempt } from './job-board.ts'

export interface CancelParts {
  queue: JobQueue
  writer: HistoryWriter
  board: JobBoard
  graceMs: () => number
  /** The job as callers see it; rejects JOB_NOT_FOUND. */
  get: (id: string) => Promise<Job>
  kept: KeptCancels
  /** Cancels what another runner runs, through that runner; undefined when it no longer does. */
  elsewhere: CancelElsewhere
  /** The job has left the queue for good. */
  onCancelled: (job: Job) => void
}

function secondsText(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Number((ms / 1000).toFixed(1))} s`
}

/** How long an answer waits for the queue to store the end of a killed job. */
const storedWithinMs = 2_000
/** And for its thread: one that can be ended is gone long before, also on a busy machine. */
const endedWithinMs = 2_000
const insideCall = 'It lies inside one call into the system, such as execSync, and ends when that returns.'

/** Two steps: ask, then kill after the grace time. A job that does not run yet is taken out at once. */
export function createCancel(parts: CancelParts): (id: string, options: CancelOptions) => Promise<CancelResult> {
  /** The job once its end is stored, so that the answer shows it; as it is, when that takes too long. */
  async function ended({ job: { id } }: RunningAttempt): Promise<Job> {
    const stored = Promise.withResolvers<void>()
    const isOpen = (): boolean => parts.board.running(id) !== undefined || parts.board.recent(id)?.state === 'active'
    const stop = parts.board.onChange((changed) => {
      if (changed === id && !isOpen()) stored.resolve()
    })
    if (isOpen()) await within(stored.promise, storedWithinMs)
    stop()
    return parts.get(id)
  }

  /** False where its thread does not end at once, and says so with the job. */
  async function kill({ job, run }: RunningAttempt, reason: string): Promise<boolean> {
    if (run === undefined || !run.kill(reason)) return false
    if (await within(run.report, endedWithinMs)) return true
    job.waitingReason = { code: 'CANCELLING', message: `Its thread is to end. ${insideCall}` }
    parts.board.changed(job)
    return false
  }

  async function cancelRunning(running: RunningAttempt, options: CancelOptions): Promise<CancelResult> {
    const { job } = running
    const then = options.then ?? 'stop'
    const reason = reasonText(options)
    // Cancelled for good a moment ago, it is to run again after all: nobody is to find that wish then.
    if (then === 'retry' && parts.kept.has(job.id)) await parts.kept.drop(job.id)
    if (running.cancel?.timer) clearTimeout(running.cancel.timer)
    running.cancel = { by: options.by, reason, then }
    // Under way while the job is asked; an answer that leaves the job running waits for it.
    const kept = then === 'stop' ? parts.kept.keep(job, running.cancel) : Promise.resolve(true)
    const unlessKept = async (message: string): Promise<string> =>
      (await kept)
        ? message
        : `${message} The queue cannot be told now: if this runner dies before, the job runs again.`
    if (!running.started) {
      running.run?.cancel(reason)
      return {
        result: 'cancelled',
        message: `#${job.id} is cancelled. It had not started.`,
        job: await ended(running),
      }
    }
    running.run?.cancel(reason)
    if (running.attempt.executor === 'inline') {
      job.waitingReason = { code: 'CANCELLING', message: 'Asked to stop. It runs inline, so it cannot be forced.' }
      parts.board.changed(job)
      return {
        result: 'asked',
        message: await unlessKept(
          `#${job.id} is asked to stop. It runs in the runner's own process, so it cannot be forced.`,
        ),
        job: await parts.get(job.id),
      }
    }
    const graceMs = options.now ? 0 : parts.graceMs()
    if (graceMs === 0) {
      if (await kill(running, reason)) {
        const over = await ended(running)
        const message = `#${job.id} was killed.`
        return { result: 'killed', message: isFinished(over.state) ? message : await unlessKept(message), job: over }
      }
      const message = await unlessKept(`#${job.id} is asked to stop, and its thread to end. ${insideCall}`)
      return { result: 'asked', message, job: await parts.get(job.id) }
    }
    const killAt = new Date(Date.now() + graceMs).toISOString()
    running.cancel.killAt = killAt
    running.cancel.timer = setTimeout(
      () => void kill(running, `${reason} It did not stop within ${secondsText(graceMs)}.`),
      graceMs,
    )
    job.waitingReason = { code: 'CANCELLING', message: `Asked to stop. Its thread is ended at ${killAt}.`, killAt }
    parts.board.changed(job)
    return {
      result: 'asked',
      message: await unlessKept(`#${job.id} is asked to stop. Its thread is ended in ${secondsText(graceMs)}.`),
      killAt,
      job: await parts.get(job.id),
    }
  }

  async function cancelWaiting(job: Job, options: CancelOptions): Promise<CancelResult | undefined> {
    if (!(await parts.queue.remove(job.id))) return undefined
    const { waitingReason: _reason, ...rest } = job
    const cancelled: Job = {
      ...rest,
      state: 'cancelled',
      finishedAt: new Date().toISOString(),
      error: cancelledError({ by: options.by, reason: reasonText(options) }),
    }
    parts.writer.saveJob(recordOf(cancelled))
    parts.board.changed(cancelled)
    parts.onCancelled(cancelled)
    return { result: 'cancelled', message: `#${job.id} is cancelled. It was ${job.state}.`, job: cancelled }
  }

  return async (id, options) => {
    // A job may start between the look and the removal: then the next look finds it running.
    for (let tries = 0; tries < 10; tries += 1) {
      const running = parts.board.running(id)
      if (running !== undefined) return cancelRunning(running, options)
      const job = await parts.get(id)
      if (isFinished(job.state)) {
        throw new TorilError('JOB_FINISHED', `Job ${id} is ${job.state} already, so it cannot be cancelled.`)
      }
      if (job.state !== 'active') {
        if (options.then === 'retry') {
          throw new TorilError(
            'INVALID_REQUEST',
            `Job ${id} has not started, so there is no attempt to stop and retry.`,
            {
              issues: [{ path: ['then'], message: 'Only a running job can be stopped and retried.' }],
            },
          )
        }
        const result = await cancelWaiting(job, options)
        if (result !== undefined) return result
      } else {
        const result = await parts.elsewhere(job, options)
        if (result !== undefined) return result
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new TorilError('RUNNING_ELSEWHERE', `Job ${id} goes from runner to runner just now. Cancel it again.`)
  }
}
