import { TorilError } from '../../contract/errors.ts'
import { isFinished, type Attempt, type Job, type JobError, type LogLine } from '../../contract/job.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { CancelWish, CancelWishes } from '../cluster/cancel-wishes.ts'
import type { AttemptListener, AttemptReport, AttemptRequest, Executor } from '../executors/executor.ts'
import type { History } from '../history/history.ts'
import { unlessAway } from '../outage.ts'
import type { Processor, Taken, Verdict } from '../queue/job-queue.ts'
import { AttemptLog } from './attempt-log.ts'
import { cancelledError } from './cancel-options.ts'
import { takenError } from './end-taken.ts'
import { within } from '../queue/within.ts'
import type { JobBoard, RunningAttempt } from './job-board.ts'
import { jobFromQueue } from './job-from-queue.ts'
import { lostAttempt } from './lost-attempts.ts'
import { reopened } from './reopened.ts'
import type { UnknownTypes } from './unknown-types.ts'

export interface AttemptProcessorParts {
  runnerId: string
  board: JobBoard
  catalog: Catalog
  history: History
  executors: Record<Executor['name'], Executor>
  unknownTypes: UnknownTypes
  maxLogLines: () => number
  /** Whether a job that was taken before is to be cancelled instead. Rejects UNAVAILABLE. */
  wishes: Pick<CancelWishes, 'of' | 'forget'>
  stopping: () => boolean
  /** False: paused or drained. */
  takes: () => boolean
  onOutcome: (outcome: NonNullable<Attempt['outcome']>) => void
  onProblem: (message: string) => void
}

/** Progress reaches the history at most this often; the last one always does, with the job's end. */
const progressSaveMs = 1_000
/** A job taken before waits so long for a history that is away. */
const awayMs = 1_000
/** So long a job that goes back waits for the history to have its attempt. */
const writtenWithinMs = 1_000

/**
 * Runs one attempt of a job the queue handed over, and says what is to become of the job. This is where
 * the truth about an attempt is made: outcome, times, error, progress and logs.
 */
export function createAttemptProcessor(parts: AttemptProcessorParts): Processor {
  const { board, catalog, history } = parts

  /** The job as known before this attempt. First attempts of jobs enqueued here need no read. */
  async function jobBefore(taken: Taken): Promise<Job> {
    const recent = sameJob(board.recent(taken.job.id), taken)
    if (taken.started === 1) {
      if (recent !== undefined) return recent
      const job = jobFromQueue(taken.job)
      history.writer.saveJob(recordOf(job))
      return job
    }
    const kept = await history.reader.job(taken.job.id)
    const last = recent ?? kept ?? jobFromQueue(taken.job)
    // From here on nobody is to read the end of a run before this one.
    const known: Job = { ...(isFinished(last.state) ? reopened(last) : last), state: 'active' }
    delete known.result
    delete known.finishedAt
    // What this runner saw of the job may be less than what another one, or an earlier run, wrote down.
    if (kept !== undefined && kept.attempts.length > known.attempts.length) known.attempts = kept.attempts
    for (const [index, attempt] of known.attempts.entries()) {
      if (attempt.finishedAt !== undefined) continue
      const ended = kept?.attempts.find(
        ({ number, finishedAt }) => number === attempt.number && finishedAt !== undefined,
      )
      if (ended === undefined) endLost(known.id, attempt)
      else known.attempts.splice(index, 1, ended)
    }
    history.writer.saveJob(recordOf(known))
    return known
  }

  /** Undefined while the history cannot be read: its attempts and lines would be numbered over. */
  async function stateBefore(taken: Taken): Promise<{ job: Job; logSeq: number; wish?: CancelWish } | undefined> {
    try {
      const job = await jobBefore(taken)
      if (taken.started === 1) return { job, logSeq: 0 }
      const { total, dropped } = await history.reader.logs(job.id, 0, 1)
      const logSeq = total + dropped
      const wish = await parts.wishes.of(job.id, job.createdAt)
      return { job, logSeq, ...(wish === undefined ? {} : { wish }) }
    } catch (error) {
      if (error instanceof TorilError && error.code === 'UNAVAILABLE') return undefined
      throw error
    }
  }

  function endLost(jobId: string, attempt: Attempt): void {
    Object.assign(attempt, lostAttempt(attempt))
    parts.onOutcome('lost')
    history.writer.saveAttempt(jobId, attempt)
  }

  function listenerFor(running: RunningAttempt, taken: Taken): AttemptListener {
    let savedAt = 0
    const { job, attempt } = running
    return {
      onStart(place) {
        running.started = true
        attempt.startedAt = new Date().toISOString()
        if (place.thread !== undefined) attempt.thread = place.thread
        job.startedAt = attempt.startedAt
        job.attempts.push(attempt)
        delete job.waitingReason
        history.writer.saveAttempt(job.id, attempt)
        const begun = { id: job.id, state: job.state, startedAt: attempt.startedAt }
        // How far an attempt before was says nothing of this one; what is left out of a record stays.
        delete job.progress
        history.writer.saveJob(attempt.number === 1 ? begun : { ...begun, progress: {} })
        board.changed(job)
      },
      onProgress(progress) {
        job.progress = progress
        taken.saveProgress(progress)
        const now = performance.now()
        if (now - savedAt >= progressSaveMs) {
          savedAt = now
          history.writer.saveJob({ id: job.id, progress })
        }
        board.progressed(job, progress)
      },
      onLogs(lines, dropped) {
        keepLines(job.id, running.log.add(lines, dropped))
      },
    }
  }

  function keepLines(jobId: string, lines: LogLine[]): void {
    if (lines.length === 0) return
    history.writer.saveLogs(jobId, lines)
    board.emit(jobId, { kind: 'log', lines })
  }

  function finish(running: RunningAttempt, report: AttemptReport): Verdict {
    const { job, attempt } = running
    const finishedAt = new Date().toISOString()
    keepLines(job.id, running.log.end())
    attempt.finishedAt = finishedAt
    const outcome = running.taken !== undefined && report.outcome === 'cancelled' ? 'lost' : report.outcome
    attempt.outcome = outcome
    if (outcome === 'lost') attempt.error = takenError(running.taken?.by)
    else if (report.error !== undefined) attempt.error = report.error
    if (report.cpuMs !== undefined) attempt.cpuMs = report.cpuMs
    if (report.peakHeapBytes !== undefined) attempt.peakHeapBytes = report.peakHeapBytes
    // Also of one that crashed or ran out of time when it was to stop: its outcome is the truth, and so is this.
    if (report.outcome !== 'completed' && running.cancel !== undefined) {
      attempt.cancelledBy = running.cancel.by
      attempt.cancelReason = running.cancel.reason
    }
    // Cancelled before it had a thread: it is no attempt, but its outcome belongs into the history.
    if (!running.started && report.outcome !== 'cancelled') {
      attempt.startedAt = finishedAt
      job.attempts.push(attempt)
    }
    if (job.attempts.includes(attempt)) history.writer.saveAttempt(job.id, attempt)
    parts.onOutcome(outcome)
    return verdictOf(running, report)
  }

  function verdictOf(running: RunningAttempt, report: AttemptReport): Verdict {
    const { job } = running
    if (report.outcome === 'completed') {
      const result = report.result ?? null
      job.result = result
      delete job.error
      return { kind: 'complete', result }
    }
    const error = report.error ?? { code: 'JOB_FAILED', message: `The attempt ended as ${report.outcome}.` }
    // Whatever ended an attempt that was to stop, the job follows the cancel.
    if (running.cancel !== undefined) return verdictOfCancel(job, running.cancel, error)
    if (report.outcome === 'cancelled') return { kind: 'postpone', delayMs: 0 }
    job.error = error
    return { kind: 'fail', error, retry: report.retryable, cancelled: false }
  }

  function verdictOfCancel(job: Job, cancel: NonNullable<RunningAttempt['cancel']>, error: JobError): Verdict {
    if (cancel.then === 'stop') {
      job.error = cancelledError(cancel)
      return { kind: 'fail', error: job.error, retry: false, cancelled: true }
    }
    job.error = error
    // A retry that was asked for is given, also when it is one more than the job has.
    return { kind: 'fail', error, retry: true, oneMore: true, cancelled: false }
  }

  /** No attempt is made of it; the history learns of the job all the same. */
  async function setAside(taken: Taken): Promise<Verdict> {
    const verdict = await parts.unknownTypes.verdictFor(taken)
    // From here on the other runner says what the job is doing.
    if (verdict.kind === 'handed-over') return verdict
    const job = board.recent(taken.job.id) ?? jobFromQueue(taken.job)
    job.state = 'waiting'
    delete job.startedAt
    if (verdict.kind === 'fail') job.error = verdict.error
    history.writer.saveJob(recordOf(job))
    board.changed(job)
    return verdict
  }

  /** Somebody cancelled it while a runner had it that did not answer. */
  function cancelInstead(job: Job, wish: CancelWish): Verdict {
    const { by, reason } = wish
    const error = cancelledError(wish)
    const last = job.attempts.at(-1)
    if (last?.outcome === 'lost') {
      Object.assign(last, { cancelledBy: by, cancelReason: reason })
      history.writer.saveAttempt(job.id, last)
    }
    job.error = error
    board.changed(job)
    // Its time runs out by itself.
    parts.wishes.forget(job.id).catch(unlessAway(parts.onProblem, `The wish to cancel job ${job.id} stays for a while`))
    return { kind: 'fail', error, retry: false, cancelled: true }
  }

  async function run(taken: Taken): Promise<Verdict> {
    const entry = catalog.get(taken.job.type)
    if (entry === undefined) return setAside(taken)
    if (parts.stopping()) return { kind: 'postpone', delayMs: 0 }

    const before = await stateBefore(taken)
    if (before === undefined) return { kind: 'postpone', delayMs: awayMs }
    // Paused while it was looked up: nothing starts after that.
    if (parts.stopping() || !parts.takes()) return { kind: 'postpone', delayMs: 0 }
    const { job, logSeq, wish } = before
    if (wish !== undefined) return cancelInstead(job, wish)
    const defaults = entry.jobType.defaults
    const executor = job.options.executor ?? defaults.executor ?? 'thread'
    const timeoutMs = job.options.timeoutMs ?? defaults.timeoutMs
    const memoryMb = job.options.memoryMb ?? defaults.memoryMb
    job.state = 'active'
    job.waitingReason = { code: 'ALL_THREADS_BUSY', message: 'All threads are busy. Next in line.' }
    const attempt: Attempt = {
      // What another runner did of it may not be in this history.
      number: Math.max(job.attempts.at(-1)?.number ?? 0, taken.started === 1 ? 0 : taken.job.attemptsMade) + 1,
      executor,
      runner: parts.runnerId,
      startedAt: new Date().toISOString(),
    }
    const log = new AttemptLog(attempt.number, logSeq, parts.maxLogLines)
    const running: RunningAttempt = { job, attempt, run: undefined, started: false, log }
    board.hold(running)
    const request: AttemptRequest = {
      jobId: job.id,
      type: job.type,
      input: taken.job.input,
      attempt: attempt.number,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(memoryMb === undefined ? {} : { memoryMb }),
    }
    running.run = parts.executors[executor].run(request, listenerFor(running, taken))
    const report = await running.run.report
    const verdict = finish(running, report)
    // Its runner stops: whoever takes the job next, maybe at once, is to read how this attempt ended.
    if (verdict.kind === 'postpone') await within(history.writer.flush(), writtenWithinMs)
    return verdict
  }

  return async (taken) => {
    try {
      return await run(taken)
    } finally {
      board.release(taken.job.id)
    }
  }
}

/** Ids start over when a queue is wiped; only a job made at the same time is the same job. */
function sameJob(job: Job | undefined, taken: Taken): Job | undefined {
  return job !== undefined && Date.parse(job.createdAt) === taken.job.createdAt ? job : undefined
}

/** What the history keeps of a job in its own row. */
export function recordOf(job: Job): Omit<Job, 'attempts' | 'waitingReason'> {
  const { attempts: _attempts, waitingReason: _reason, ...record } = job
  return record
}
