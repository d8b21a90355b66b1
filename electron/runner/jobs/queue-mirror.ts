import { isFinished, type Job } from '../../contract/job.ts'
import type { History } from '../history/history.ts'
import { messageOf, unlessAway } from '../outage.ts'
import type { JobQueue, QueuedJob, QueueEvent, QueueState, Settled } from '../queue/job-queue.ts'
import { recordOf } from './attempt-processor.ts'
import { createGoneJobs, removedError } from './gone-jobs.ts'
import type { JobBoard } from './job-board.ts'
import { jobFromQueue } from './job-from-queue.ts'
import { createMissedEnds } from './missed-ends.ts'
import { createMovedJobs } from './moved-jobs.ts'
import type { UnknownTypes } from './unknown-types.ts'

export interface QueueMirrorParts {
  runnerId: string
  board: JobBoard
  history: History
  queue: JobQueue
  unknownTypes: Pick<UnknownTypes, 'holds' | 'adopt' | 'forget'>
  /** Whether the runner that ends a job tells of it: then its word is waited for, which says more than the queue. */
  othersTell: () => boolean
  /** Queue and history have been compared: what the history counts may have changed. */
  onCompared: () => void
  onProblem: (message: string) => void
}

export interface QueueMirror {
  /** The queue has stored what became of an attempt of this runner. */
  settled(settled: Settled): void
  /** Something happened in the queue, whoever did it. */
  event(event: QueueEvent): void
  /**
   * Compares queue and history, page by page, and puts the history right. One of them away: it is tried again
   * until it succeeds, for what an earlier run could not write down is known to nobody else.
   */
  reconcile(): Promise<void>
  /** Whether the latest comparison has succeeded. */
  reconciled(): boolean
  /** Makes sure that the history has the ends of these finished jobs of the queue, which are about to leave it. Rejects UNAVAILABLE. */
  ensureEnds(ids: readonly string[]): Promise<void>
  /** When a job becomes ready that another program has moved to a later time, epoch ms. */
  movedUntil(id: string): number | undefined
  close(): void
}

const pageSize = 500
/** For so long after a job's end, events about it are echoes of what this runner did itself. */
const settleMs = 5_000
/** Events about one job are gathered for so long before it is looked up. */
const gatherMs = 20
/** And so long when another runner is about to tell more of it. It does so within 100 ms, unless it is very busy. */
const hearsayMs = 3_000
/** A comparison that failed is tried again after this. */
const compareAgainMs = 2_000
/** After an outage of the runner at most this many jobs of the history are looked up one by one. */
const unfinishedLimit = 100_000

/** Keeps the history and the board in step with the queue, which is the truth about a job's state. */
export function createQueueMirror(parts: QueueMirrorParts): QueueMirror {
  const { board, history, queue, unknownTypes, onProblem } = parts
  const notFound = unlessAway(onProblem, 'A job that changed in the queue could not be looked up')
  const gone = createGoneJobs({ board, history, queue, onProblem })
  const moved = createMovedJobs()
  const followed = new Set<string>()
  const expected = new Map<string, NodeJS.Timeout>()
  /** Nobody has told of their end: what the queue says has to do. */
  const overdue = new Set<string>()
  let gathering: NodeJS.Timeout | undefined
  let again: NodeJS.Timeout | undefined
  let closed = false
  let reconciled = false
  let told = false
  /** Of the latest comparison. */
  let turn = 0

  /** As callers see it: a job put aside for want of a runner waits, though the queue has it delayed. */
  function read(queued: QueuedJob): Job {
    const job = jobFromQueue(queued)
    return job.state === 'delayed' && unknownTypes.holds(job.id) ? { ...job, state: 'waiting' } : job
  }

  const missedEnds = createMissedEnds({ board, history, queue, read })

  /** Looks a job up soon. The events of one change come close together, and one look answers them all. */
  function follow(id: string): void {
    followed.add(id)
    if (!closed) gathering ??= setTimeout(lookUp, gatherMs)
  }

  /** Looks an ended job up, unless another runner has told of it by then. */
  function expect(id: string): void {
    if (closed || expected.has(id)) return
    const timer = setTimeout(() => {
      expected.delete(id)
      overdue.add(id)
      if (!isFinished(board.recent(id)?.state ?? 'waiting')) follow(id)
    }, hearsayMs)
    expected.set(id, timer)
  }

  function lookUp(): void {
    gathering = undefined
    const ids = [...followed]
    followed.clear()
    for (const id of ids) {
      const mayEnd = overdue.delete(id) || !parts.othersTell()
      // Taken or finished here meanwhile: what is read of it would not be adopted.
      if (board.running(id) !== undefined || hasJustEnded(board.recent(id))) continue
      const revision = board.revision(id)
      queue
        .get(id)
        .then((queued) => {
          if (queued === undefined || closed) return
          // Something happened here while it was read: what was read is old, or of before.
          if (board.revision(id) !== revision) follow(id)
          else if (mayEnd || !isFinished(read(queued).state)) adopt(queued)
          else expect(id)
        })
        // Away: the connection reports it, and the comparison follows when it is back.
        .catch(notFound)
    }
  }

  /** Takes over what the queue says of a job this runner does not hold. */
  function adopt(queued: QueuedJob): void {
    moved.saw(queued)
    if (board.running(queued.id) !== undefined) return
    // Taken here: the processor is about to hold it, puts it aside, or has just let go of it, and says so itself.
    if (queued.state === 'active' && queued.runner === parts.runnerId) return
    const known = board.recent(queued.id)
    // What was read may be older than what this runner has done since.
    if (hasJustEnded(known)) return
    if (known === undefined) {
      const job = read(queued)
      history.writer.saveJob(recordOf(job))
      board.changed(job)
      return
    }
    const fresh = read(queued)
    // An attempt has ended here and the queue is still to store it: what it says now is of before.
    if (known.state === 'active' && known.attempts.at(-1)?.finishedAt !== undefined && !isFinished(fresh.state)) return
    for (const left of ['result', 'error', 'finishedAt'] as const) if (fresh[left] === undefined) delete known[left]
    Object.assign(known, { ...fresh, attempts: known.attempts })
    history.writer.saveJob(recordOf(known))
    board.changed(known)
  }

  function settled(event: Settled): void {
    const job = board.recent(event.id)
    if (job === undefined) {
      // A job failed by the queue itself, e.g. stalled too often.
      follow(event.id)
      return
    }
    // Told late, e.g. after a short back-off: it says nothing of what was made of the job since.
    if (!isFinished(event.state) && goesOnElsewhere(job)) {
      follow(event.id)
      return
    }
    applySettled(job, event)
    history.writer.saveJob(recordOf(job))
    board.changed(job)
  }

  /** Another runner has taken it since, or has ended it already. */
  function goesOnElsewhere(job: Job): boolean {
    const last = job.attempts.at(-1)
    if (last === undefined || last.runner === parts.runnerId) return false
    return isFinished(job.state) || last.finishedAt === undefined
  }

  function applySettled(job: Job, event: Settled): void {
    delete job.waitingReason
    if (event.state === 'waiting' || event.state === 'delayed') {
      job.state = unknownTypes.holds(job.id) ? 'waiting' : event.state
      return
    }
    job.state = event.state === 'failed' && job.error?.code === 'CANCELLED' ? 'cancelled' : event.state
    job.finishedAt = new Date().toISOString()
  }

  async function reconcileState(state: QueueState): Promise<Set<string>> {
    const seen = new Set<string>()
    for (let offset = 0; !closed; offset += pageSize) {
      const before = board.changes
      const page = await queue.page(state, offset, pageSize)
      const ids = page.map((queued) => queued.id)
      const states = await history.reader.states(ids)
      const whole = state === 'completed' || state === 'failed' ? await history.reader.whole(ids) : new Set<string>()
      for (const queued of page) {
        seen.add(queued.id)
        moved.saw(queued)
        if (wasPutAside(queued)) unknownTypes.adopt(queued)
        const now = read(queued).state
        const isKnown = states.get(queued.id) === now && (!isFinished(now) || whole.has(queued.id))
        if (board.running(queued.id) !== undefined || isKnown) continue
        // Retried meanwhile, say: the page has its old end.
        if (board.revision(queued.id) > before) follow(queued.id)
        else await takeOver(queued, board.recent(queued.id) !== undefined)
      }
      if (page.length < pageSize) break
    }
    return seen
  }

  /** The history has another state than the queue, or not all of its end. */
  async function takeOver(queued: QueuedJob, touched: boolean): Promise<void> {
    if (isFinished(read(queued).state)) await missedEnds.write(queued)
    else if (!touched) history.writer.saveJob(recordOf(read(queued)))
    // What this runner has touched may have moved on since the page was read.
    if (touched) follow(queued.id)
  }

  async function reconcile(): Promise<void> {
    // Read first: what is unfinished now and not in the queue afterwards has left it in between or before.
    const unfinished = await history.reader.unfinished(unfinishedLimit)
    const live = new Set<string>()
    for (const state of ['completed', 'failed', 'waiting-children', 'delayed', 'waiting', 'active'] as const) {
      for (const id of await reconcileState(state)) live.add(id)
    }
    for (const id of unfinished) {
      if (closed) return
      if (live.has(id) || board.running(id) !== undefined || (await queue.get(id)) !== undefined) continue
      const known = board.recent(id)
      if (known !== undefined && isFinished(known.state)) continue
      // Another runner may have finished and trimmed it since.
      if (isFinished((await history.reader.states([id])).get(id) ?? 'waiting')) continue
      history.writer.saveJob({ id, state: 'cancelled', error: removedError, finishedAt: new Date().toISOString() })
    }
    await history.writer.flush()
  }

  async function compare(): Promise<void> {
    clearTimeout(again)
    // What ended in an outage may not be in the history until this is done.
    reconciled = false
    turn += 1
    const own = turn
    try {
      await reconcile()
      if (!closed && own === turn) reconciled = true
      if (!closed) parts.onCompared()
      told = false
    } catch (error) {
      if (closed) return
      if (!told) onProblem(`Queue and history could not be compared yet: ${messageOf(error)}`)
      told = true
      clearTimeout(again)
      again = setTimeout(() => void compare(), compareAgainMs)
      again.unref()
    }
  }

  return {
    settled,
    event(event) {
      if (event.kind === 'removed' || (event.kind === 'state' && event.state !== 'delayed')) moved.forget(event.id)
      if (event.kind === 'removed') unknownTypes.forget(event.id)
      if (event.kind === 'state' && isFinished(event.state)) unknownTypes.forget(event.id)
      if (event.kind === 'removed') return gone.heard(event.id)
      if (event.kind === 'paused' || event.kind === 'resumed') return
      // What this runner holds or enqueued itself, it knows better and sooner.
      if (board.running(event.id) !== undefined) return
      if (event.kind === 'added' && board.recent(event.id) !== undefined) return
      if (event.kind === 'state' && board.recent(event.id)?.state === event.state) return
      if (event.kind === 'state' && isFinished(board.recent(event.id)?.state ?? 'waiting')) return
      if (event.kind === 'state' && isFinished(event.state) && parts.othersTell()) expect(event.id)
      else follow(event.id)
    },
    reconcile: compare,
    reconciled: () => reconciled,
    ensureEnds: (ids) => missedEnds.ensure(ids),
    movedUntil: (id) => moved.until(id),
    close() {
      closed = true
      gone.close()
      clearTimeout(gathering)
      clearTimeout(again)
      for (const timer of expected.values()) clearTimeout(timer)
      expected.clear()
    },
  }
}

function hasJustEnded(job: Job | undefined): boolean {
  return job?.finishedAt !== undefined && Math.abs(Date.now() - Date.parse(job.finishedAt)) < settleMs
}

/**
 * Delayed by a runner of Toril, though its producer asked for no delay and no attempt has failed: no runner knew its
 * type. What another program's worker moved to a later time looks the same but for who had it.
 */
function wasPutAside(queued: QueuedJob): boolean {
  return (
    queued.byToril === true &&
    queued.state === 'delayed' &&
    queued.attemptsMade === 0 &&
    queued.options.delayMs === undefined
  )
}
