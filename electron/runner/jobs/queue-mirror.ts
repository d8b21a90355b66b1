import { isFinished, type Job } from '../../contract/job.ts'
import type { History } from '../history/history.ts'
import type { JobQueue, QueuedJob, QueueEvent, QueueState, Settled } from '../queue/job-queue.ts'
import { recordOf } from './attempt-processor.ts'
import type { JobBoard } from './job-board.ts'
import { jobFromQueue, stateOf } from './job-from-queue.ts'

export interface QueueMirrorParts {
  board: JobBoard
  history: History
  queue: JobQueue
  onProblem: (message: string) => void
}

export interface QueueMirror {
  /** The queue has stored what became of an attempt of this runner. */
  settled(settled: Settled): void
  /** Something happened in the queue, whoever did it. */
  event(event: QueueEvent): void
  /** Compares queue and history once, page by page, and puts the history right. */
  reconcile(): Promise<void>
  close(): void
}

const pageSize = 500
/** For so long after a job's end, events about it are echoes of what this runner did itself. */
const settleMs = 5_000
/** After an outage of the runner at most this many jobs of the history are looked up one by one. */
const unfinishedLimit = 100_000

/** Keeps the history and the board in step with the queue, which is the truth about a job's state. */
export function createQueueMirror({ board, history, queue, onProblem }: QueueMirrorParts): QueueMirror {
  let closed = false

  function follow(id: string): void {
    queue
      .get(id)
      .then((queued) => {
        if (queued !== undefined && !closed) adopt(queued)
      })
      .catch(() => undefined) // Away: the connection reports it, and reconcile follows when it is back.
  }

  /** Takes over what the queue says of a job this runner does not hold. */
  function adopt(queued: QueuedJob): void {
    if (board.running(queued.id) !== undefined) return
    const known = board.recent(queued.id)
    // What was read may be older than what this runner has done since.
    if (known?.finishedAt !== undefined && Date.now() - Date.parse(known.finishedAt) < settleMs) return
    if (known === undefined) {
      const job = jobFromQueue(queued)
      history.writer.saveJob(recordOf(job))
      board.changed(job)
      return
    }
    const fresh = jobFromQueue(queued)
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
    applySettled(job, event)
    history.writer.saveJob(recordOf(job))
    board.changed(job)
  }

  function applySettled(job: Job, event: Settled): void {
    delete job.waitingReason
    if (event.state === 'waiting' || event.state === 'delayed') {
      job.state = event.state
      return
    }
    job.state = event.state === 'failed' && job.error?.code === 'CANCELLED' ? 'cancelled' : event.state
    job.finishedAt = new Date().toISOString()
  }

  async function reconcileState(state: QueueState): Promise<Set<string>> {
    const seen = new Set<string>()
    for (let offset = 0; !closed; offset += pageSize) {
      const page = await queue.page(state, offset, pageSize)
      const states = await history.reader.states(page.map((queued) => queued.id))
      for (const queued of page) {
        seen.add(queued.id)
        if (board.running(queued.id) !== undefined || states.get(queued.id) === stateOf(queued)) continue
        history.writer.saveJob(recordOf(jobFromQueue(queued)))
      }
      if (page.length < pageSize) break
    }
    return seen
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
      const error = { code: 'REMOVED', message: 'The job was taken out of the queue from outside.' }
      history.writer.saveJob({ id, state: 'cancelled', error, finishedAt: new Date().toISOString() })
    }
    await history.writer.flush()
  }

  return {
    settled,
    event(event) {
      if (event.kind === 'removed') return
      if (event.kind === 'paused' || event.kind === 'resumed') return
      // What this runner holds or enqueued itself, it knows better and sooner.
      if (board.running(event.id) !== undefined) return
      if (event.kind === 'added' && board.recent(event.id) !== undefined) return
      if (event.kind === 'state' && board.recent(event.id)?.state === event.state) return
      if (event.kind === 'state' && isFinished(board.recent(event.id)?.state ?? 'waiting')) return
      follow(event.id)
    },
    async reconcile() {
      await reconcile().catch((error: unknown) => {
        onProblem(`Queue and history could not be compared: ${error instanceof Error ? error.message : String(error)}`)
      })
    },
    close() {
      closed = true
    },
  }
}
