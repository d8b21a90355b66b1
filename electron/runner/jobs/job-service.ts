import type { JobList } from '../../contract/contract.ts'
import { TorilError } from '../../contract/errors.ts'
import { isFinished, type Job } from '../../contract/job.ts'
import type { CancelElsewhere } from '../cluster/cancel-elsewhere.ts'
import type { CancelWishes } from '../cluster/cancel-wishes.ts'
import type { KeptCancels } from '../cluster/kept-cancels.ts'
import type { History } from '../history/history.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import type { JobListInput, Runner } from '../runner.ts'
import { recordOf } from './attempt-processor.ts'
import { createCancel } from './cancel-job.ts'
import { createEnqueue, type EnqueueParts } from './enqueue.ts'
import { endedWith } from './ended-attempt.ts'
import type { JobBoard } from './job-board.ts'
import { createInspect } from './inspect-job.ts'
import { queryOf } from './job-query.ts'
import { jobEvents } from './job-events.ts'
import { batchSafely, type BatchSafety } from './batch-safely.ts'
import { jobFromQueue } from './job-from-queue.ts'
import { reopened } from './reopened.ts'
import type { WaitingFacts } from './waiting-facts.ts'
import { presented } from './waiting-reason.ts'
import { createWhy, type WhyParts } from './why-job.ts'

export interface JobServiceParts extends EnqueueParts {
  history: History
  board: JobBoard
  queue: JobQueue
  /** As last read; lists and streams need no look of their own. */
  waitingFacts: () => WaitingFacts
  /** Reads the limits of the queue again. */
  lookAgain: () => Promise<unknown>
  factsNow: WhyParts['factsNow']
  endedPerMinute: WhyParts['endedPerMinute']
  onCancelled: (job: Job) => void
  /** The job is gone from queue and history. */
  onRemoved: (id: string) => void
  cancelElsewhere: CancelElsewhere
  wishes: Pick<CancelWishes, 'forget'>
  keptCancels: KeptCancels
  safety: BatchSafety
}

function notFound(id: string): TorilError {
  return new TorilError('JOB_NOT_FOUND', `There is no job ${id}.`)
}

/** A job that changes again and again while it is read is answered as it was read last. */
const maxReads = 10

/** The operations on jobs, over queue, history and what this runner holds in memory. */
export function createJobService(parts: JobServiceParts): Runner['jobs'] {
  const { board, history, queue } = parts
  const enqueue = createEnqueue(parts)

  /** What runs here, as it is this moment, over what was read. */
  function overlay(job: Job): Job {
    const running = board.running(job.id)
    const newest = running?.job ?? board.recent(job.id)
    // A job's number can come again after its queue was wiped: only the same job is overlaid.
    if (newest === undefined || newest.createdAt !== job.createdAt) return job
    const attempts = newest.attempts.length >= job.attempts.length ? newest.attempts : job.attempts
    // A copy: the board's own list grows with the next attempt.
    return { ...newest, attempts: [...attempts] }
  }

  /** The job as it is at one moment, though history, queue and board are asked one after another. */
  async function get(id: string): Promise<Job> {
    for (let reads = 1; ; reads += 1) {
      const running = board.running(id)
      if (running !== undefined) return { ...running.job, attempts: [...running.job.attempts] }
      const revision = board.revision(id)
      const job = await readJob(id)
      const changed = board.running(id) !== undefined || board.revision(id) !== revision
      if (changed && reads < maxReads) continue
      if (job === undefined) throw notFound(id)
      return job
    }
  }

  async function readJob(id: string): Promise<Job | undefined> {
    const kept = await history.reader.job(id)
    if (kept !== undefined && isFinished(kept.state)) return kept
    const queued = await queue.get(id)
    if (queued === undefined) return kept && presented(overlay(kept), parts.waitingFacts())
    await parts.lookAgain()
    const told = jobFromQueue(queued)
    // The end of one that the history missed is written by the comparison of both, together with its attempt.
    const unseen = kept === undefined && board.recent(id) === undefined && !isFinished(told.state)
    if (unseen) parts.writer.saveJob(recordOf(told))
    const { delayUntil } = queued
    return presented(
      withState(overlay(kept ?? told), told, queued.attemptsMade),
      parts.waitingFacts(),
      delayUntil === undefined ? {} : { delayUntil },
    )
  }

  /** The queue knows the state first; with an end, also what came of it. */
  function withState(known: Job, told: Job, attemptsMade: number): Job {
    if (!isFinished(told.state)) {
      // It was retried elsewhere, or its end is not stored yet: then nobody is to see that end.
      const { result: _result, finishedAt: _finished, ...open } = isFinished(known.state) ? reopened(known) : known
      return { ...open, state: told.state }
    }
    if (known.state === told.state) return known
    // What is known is of an attempt before the last.
    const { waitingReason: _over, result: _result, error: _error, finishedAt: _finished, ...rest } = known
    // It ran elsewhere, and its runner is about to tell how its attempt ended.
    const attempts = rest.attempts.map((attempt) =>
      attempt.finishedAt === undefined && attempt.number >= attemptsMade ? endedWith(attempt, told) : attempt,
    )
    return { ...told, ...rest, attempts, state: told.state }
  }

  async function list(input: JobListInput): Promise<JobList> {
    const page = await history.reader.search(queryOf(input))
    const facts = parts.waitingFacts()
    return { ...page, jobs: page.jobs.map((job) => presented(overlay(job), facts)) }
  }

  async function remove(id: string): Promise<void> {
    if (board.running(id) !== undefined) throw activeError(id)
    const inQueue = await queue.get(id)
    if (inQueue !== undefined && !(await queue.remove(id))) {
      if ((await queue.get(id)) !== undefined) throw activeError(id)
    }
    const inHistory = await history.removeJob(id)
    if (inQueue === undefined && !inHistory) throw notFound(id)
    board.removed(id)
    parts.onRemoved(id)
  }

  function activeError(id: string): TorilError {
    return new TorilError('JOB_ACTIVE', `Job ${id} is running. Cancel it before removing it.`)
  }

  async function retry(id: string): Promise<Job> {
    const job = await get(id)
    if (!isFinished(job.state))
      throw new TorilError('JOB_NOT_FINISHED', `Job ${id} is ${job.state}, so it cannot be retried.`)
    await parts.keptCancels.drop(id)
    await parts.wishes.forget(id)
    if (!(await queue.retry(id))) {
      // The queue has let go of it: the same input and options make a new job.
      const { deduplicationId: _once, delayMs: _delay, ...options } = job.options
      return enqueue(job.type, job.input, options)
    }
    // A thread may have been on it before the answer came: then the board knows better than this.
    const attempts = board.recent(id)?.attempts ?? job.attempts
    if (board.running(id) === undefined && attempts.length <= job.attempts.length) note(reopened(job))
    return get(id)
  }

  function note(job: Job): void {
    history.writer.saveJob(recordOf(job))
    board.changed(job)
  }

  async function promote(id: string): Promise<Job> {
    if (!(await queue.promote(id))) {
      const job = await get(id)
      throw new TorilError('JOB_NOT_DELAYED', `Job ${id} is ${job.state}, not delayed.`)
    }
    const job = await get(id)
    const { delayMs: _delay, ...options } = job.options
    // Taken meanwhile, the board holds the job as its attempt knows it, result included: a copy must not replace it.
    if (job.state !== 'delayed' && job.state !== 'waiting') return job
    const promoted: Job = { ...job, options, state: 'waiting' }
    if (board.running(id) === undefined) {
      history.writer.saveJob({ id, options, state: promoted.state })
      board.changed(promoted)
    }
    return presented(promoted, parts.waitingFacts())
  }

  const cancel = createCancel({
    queue,
    writer: history.writer,
    board,
    get,
    graceMs: () => parts.preferences().cancel.graceMs,
    kept: parts.keptCancels,
    elsewhere: parts.cancelElsewhere,
    onCancelled: parts.onCancelled,
  })

  return {
    enqueue: async (type, input, options) => presented(await enqueue(type, input, options), parts.waitingFacts()),
    list,
    get,
    why: createWhy({ queue, board, get, factsNow: parts.factsNow, endedPerMinute: parts.endedPerMinute }),
    remove,
    async logs(id, after, limit) {
      await get(id)
      const page = await history.reader.logs(id, after, limit)
      return { ...page, dropped: page.dropped + (board.running(id)?.log.dropped ?? 0) }
    },
    events: (id, signal) => jobEvents({ board, get, id, signal }),
    cancel,
    async batch({ action, ids, reason, dryRun, confirm, ...matching }, { by, signal }) {
      const cancelling = { by, ...(reason === undefined ? {} : { reason }) }
      const acts = { cancel: (id: string) => cancel(id, cancelling), retry, remove }
      return batchSafely({
        search: (page) => history.reader.search(page),
        get,
        which: ids === undefined ? queryOf({ ...matching, limit: 1 }) : { ids },
        action,
        act: acts[action],
        safety: parts.safety,
        asked: { dryRun, confirm },
        signal,
      })
    },
    retry,
    promote,
    ...createInspect({ board, get }),
  }
}
