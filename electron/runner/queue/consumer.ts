import { DelayedError, UnrecoverableError, WaitingError, Worker, type IQueueBackend } from 'bullmq'
import type { Progress } from '../../contract/job.ts'
import type { Json } from '../../contract/json.ts'
import type { ConnectionWatch } from './connection-watch.ts'
import { encodeError } from './error-text.ts'
import { queuedJob, queueState, type BullJob } from './job-mapping.ts'
import type { Consumer, Processor, QueuedJob, Settled, Verdict } from './job-queue.ts'
import { createProgressSaver } from './progress-saver.ts'
import type { QueueTiming } from './queue-config.ts'
import type { QueueServer } from './queue-server.ts'
import { cleanJson } from './sanitize-json.ts'

export type BullWorker = Worker<Json, Json, string, IQueueBackend>

/** A job whose runner dies is taken up again; one that took so many runners with it is not. */
const maxStalledCount = 10
/** Time between two tries to store a verdict while the server is away. BullMQ's own is 15 s. */
const retryDelayMs = 1_000
/** At most four writes a second and job. */
const progressEveryMs = 250
/** How long a close waits for the server's part, beyond the grace of the jobs. */
const closeMs = 3_000

export interface ConsumerParts {
  name: string
  runnerId: string
  server: QueueServer
  watch: ConnectionWatch
  timing: QueueTiming
  /** Shared with the worker, which reads it with each job that ends. */
  keep: { completed: { count: number }; failed: { count: number } }
  report: (message: string) => void
  processor: Processor
  concurrency: number
  onSettled(settled: Settled): void
  lookUp(id: string): Promise<QueuedJob | undefined>
}

/** A job in the hands of this consumer, from taken to stored. */
interface Held {
  job: BullJob
  token: string
  /** True once the processor has spoken: what is left is the queue's part. */
  decided: boolean
  /** Ends BullMQ's wait for the processor when the job is given back. */
  giveBack: (error: Error) => void
}

/** Starts a BullMQ worker and answers once it takes jobs. Rejects when the server does not let it. */
export async function startConsumer(parts: ConsumerParts): Promise<Consumer> {
  const { server, watch, timing, report } = parts
  const held = new Map<string, Held>()
  const emptied = new Set<() => void>()
  let stopped = false
  let closing: Promise<void> | undefined

  const worker: BullWorker = new Worker<Json, Json, string, IQueueBackend>(
    parts.name,
    (job, token) => process(job, token ?? ''),
    {
      connection: {},
      name: parts.runnerId,
      // A worker whose start is refused spins: it runs only after it is ready.
      autorun: false,
      concurrency: parts.concurrency,
      lockDuration: timing.lockMs,
      stalledInterval: timing.stalledCheckMs,
      maxStalledCount,
      runRetryDelay: retryDelayMs,
      ...(server.trimsItself ? { removeOnComplete: parts.keep.completed, removeOnFail: parts.keep.failed } : {}),
    },
    server.working,
  )
  worker.on('error', (error) => {
    if (!server.isOutage(error)) report(`The queue's worker: ${error.message}`)
    reconcileSoon()
  })
  worker.on('completed', (job) => settle({ id: job.id ?? '', state: 'completed' }))
  worker.on('failed', (job) => {
    if (job?.id !== undefined) settle(settledFailure(job.id, job))
  })

  function settle(settled: Settled): void {
    held.delete(settled.id)
    if (held.size === 0) for (const resolve of emptied) resolve()
    try {
      parts.onSettled(settled)
    } catch (error) {
      report(`A listener of settled jobs failed: ${String(error)}`)
    }
  }

  async function process(job: BullJob, token: string): Promise<Json> {
    const id = job.id ?? ''
    // What a fetch under way brings after the stop goes back as it came.
    if (stopped) {
      await putBack(id, token)
      throw new WaitingError()
    }
    // BullMQ leaves it as it was when a retry is immediate; 0 lets the failure tell a back-off apart.
    job.delay = 0
    const progress = createProgressSaver(async (value) => {
      await job.updateProgress(cleanJson(value as Json) as Progress)
    }, progressEveryMs)
    try {
      const verdict = await new Promise<Verdict>((resolve, reject) => {
        const entry: Held = { job, token, decided: false, giveBack: reject }
        held.set(id, entry)
        const taken = { job: queuedJob(job, 'active'), started: job.attemptsStarted, saveProgress: progress.save }
        parts.processor(taken).then(
          (value) => {
            entry.decided = true
            resolve(value)
          },
          (error: unknown) => {
            entry.decided = true
            resolve(verdictOfThrown(error))
          },
        )
      })
      return await carryOut(verdict, job, token)
    } finally {
      progress.stop()
    }
  }

  async function carryOut(verdict: Verdict, job: BullJob, token: string): Promise<Json> {
    if (verdict.kind === 'complete') return cleanJson(verdict.result)
    if (verdict.kind === 'fail') throw failureOf(verdict)
    // Always by way of the delayed jobs: moved straight back it would be the next to be taken.
    const until = Date.now() + Math.max(1, verdict.delayMs)
    const id = job.id ?? ''
    await insist(() => job.moveToDelayed(until, token))
    settle({ id, state: 'delayed', delayUntil: until })
    throw new DelayedError()
  }

  /** Repeats a move until the server has heard it. Refused (the job is no longer ours): nothing is left to do. */
  async function insist(move: () => Promise<unknown>): Promise<void> {
    for (;;) {
      try {
        await move()
        return
      } catch (error) {
        if (!server.isOutage(error)) return
        await watch.live()
      }
    }
  }

  async function putBack(id: string, token: string): Promise<void> {
    await insist(() => worker.getBackend().moveJobFromActiveToWait(id, token))
  }

  // A verdict may be stored and the answer lost. BullMQ then reports an error, and neither "completed" nor "failed".
  let reconcileTimer: NodeJS.Timeout | undefined
  function reconcileSoon(): void {
    if (reconcileTimer !== undefined || closing !== undefined) return
    reconcileTimer = setTimeout(() => {
      reconcileTimer = undefined
      void reconcile()
    }, retryDelayMs)
    reconcileTimer.unref()
  }

  async function reconcile(): Promise<void> {
    const decided = [...held].filter(([, entry]) => entry.decided)
    for (const [id, entry] of decided) {
      const found = await parts.lookUp(id).catch(() => 'unknown' as const)
      if (found === 'unknown') return reconcileSoon()
      // Settled meanwhile, or taken anew by this very worker.
      if (held.get(id) !== entry) continue
      if (found?.state === 'active') reconcileSoon()
      else settle(settledAs(id, found))
    }
  }

  try {
    await worker.waitUntilReady()
  } catch (error) {
    await worker.close(true).catch(() => undefined)
    throw error
  }
  worker.run().catch((error: unknown) => report(`The queue's worker stopped: ${String(error)}`))

  /** Resolves when no job is held, or after `ms`. */
  function whenEmpty(ms: number): Promise<void> {
    if (held.size === 0 || ms <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms)
      function done(): void {
        clearTimeout(timer)
        emptied.delete(done)
        resolve()
      }
      emptied.add(done)
    })
  }

  async function stopTaking(): Promise<void> {
    stopped = true
    await worker.pause(true)
  }

  async function close(graceMs: number): Promise<void> {
    await stopTaking()
    await whenEmpty(graceMs)
    const unfinished = [...held].filter(([, entry]) => !entry.decided)
    const returned = Promise.all(unfinished.map(([id, entry]) => giveBack(id, entry)))
    await within(returned, closeMs)
    clearTimeout(reconcileTimer)
    // Without a server an orderly close would wait for ever; a job whose end it could not hear is taken up again.
    const orderly = watch.current().state === 'live'
    if (!orderly || !(await within(worker.close(), closeMs))) await abandon()
  }

  async function giveBack(id: string, entry: Held): Promise<void> {
    await putBack(id, entry.token)
    entry.giveBack(new WaitingError())
    settle({ id, state: 'waiting' })
  }

  async function abandon(): Promise<void> {
    await within(worker.close(true), closeMs)
    await within(worker.disconnect(), closeMs)
  }

  return {
    setConcurrency(concurrency) {
      const grows = concurrency > worker.concurrency
      worker.concurrency = concurrency
      // BullMQ looks at the number only when a job ends; resuming wakes its loop at once.
      if (grows && !stopped) void worker.pause(true).then(() => (stopped ? undefined : worker.resume()))
    },
    active: () => [...held.keys()],
    stopTaking,
    async start() {
      stopped = false
      await worker.resume()
    },
    close(graceMs) {
      closing ??= close(graceMs)
      return closing
    },
  }
}

/** True when the promise settled in time; its rejection counts as settled. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const done = promise.then(
    () => true,
    () => true,
  )
  const inTime = await Promise.race([done, late])
  clearTimeout(timer)
  return inTime
}

function verdictOfThrown(error: unknown): Verdict {
  const known = error instanceof Error ? error : new Error(String(error))
  return {
    kind: 'fail',
    error: { code: 'INTERNAL', message: known.message, ...(known.stack === undefined ? {} : { stack: known.stack }) },
    retry: true,
    cancelled: false,
  }
}

function failureOf(verdict: Extract<Verdict, { kind: 'fail' }>): Error {
  const { failedReason, stack } = encodeError(verdict.error, verdict.cancelled)
  const error = verdict.retry ? new Error(failedReason) : new UnrecoverableError(failedReason)
  error.stack = stack
  return error
}

function settledFailure(id: string, job: BullJob): Settled {
  if (job.finishedOn !== undefined && job.finishedOn !== null) return { id, state: 'failed' }
  return job.delay > 0 ? { id, state: 'delayed', delayUntil: Date.now() + job.delay } : { id, state: 'waiting' }
}

/** A job that is gone was stored as finished and trimmed at once. */
function settledAs(id: string, found: QueuedJob | undefined): Settled {
  const state = queueState(found?.state ?? 'completed')
  if (state === 'completed' || state === 'failed') return { id, state }
  if (state === 'delayed') {
    return { id, state, ...(found?.delayUntil === undefined ? {} : { delayUntil: found.delayUntil }) }
  }
  return { id, state: 'waiting' }
}
