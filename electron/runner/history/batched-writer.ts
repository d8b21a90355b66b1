import { setTimeout as delay } from 'node:timers/promises'
import { TorilError } from '../../contract/errors.ts'
import { isUnreachable, placeOf, postgresCodeOf, postgresUnavailable } from '../connections/postgres-errors.ts'
import type { Database } from './database.ts'
import type { HistoryWriter } from './history.ts'
import { addAttempt, addFields, addLogs, type PendingJob } from './pending-job.ts'
import { maxPendingCharacters, PendingJobs } from './pending-jobs.ts'
import { batchStatement, writeBatch } from './write-batch.ts'

export interface BatchedWriterOptions {
  sourceId: number
  /** Told when rows could not be kept or written: one sentence. */
  onProblem: (message: string) => void
  /** Told when the database goes away, with the reason, and when it is back. */
  onConnection: (connected: boolean, message?: string) => void
  /** Characters kept at most while the database is away. */
  maxPending?: number
}

export interface BatchedWriter extends HistoryWriter {
  /** Whether something of this job is not in the database yet. */
  isPending(id: string): boolean
  /** Writes what is left, for some seconds also while the database is away; then nothing more is tried. */
  close(): Promise<void>
}

const flushAfterMs = 50
const fullBatch = 500
const firstRetryMs = 100
const longestRetryMs = 3_000
/** A server that has just been killed is back by then: it is at the end that nothing can be written later. */
const closeMs = 5_000

/** Two writers in each other's way: the same batch goes through when tried again. */
const collisions = new Set(['40P01', '40001'])
const collisionTries = 5

interface Waiter {
  stamp: number
  resolve(): void
  reject(error: unknown): void
}

/** The write side of the history: merges by job, writes batches one after another, waits out an outage. */
export function createBatchedWriter(database: Database, options: BatchedWriterOptions): BatchedWriter {
  const statement = batchStatement(database.schema)
  const pending = new PendingJobs(options.maxPending ?? maxPendingCharacters)
  let writing = new Set<string>()
  let waiters: Waiter[] = []
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let retryMs = 0
  let closed = false
  let givenUp = 0

  function settle(): void {
    const oldest = pending.oldest ?? Infinity
    const done = waiters.filter((waiter) => waiter.stamp < oldest)
    waiters = waiters.filter((waiter) => waiter.stamp >= oldest)
    for (const waiter of done) waiter.resolve()
  }

  /** A batch with a row that the database refuses is halved until that row stands alone, and is left out. */
  async function write(batch: PendingJob[], tries = 0): Promise<void> {
    try {
      await writeBatch(database.pool, statement, options.sourceId, batch)
    } catch (error) {
      const code = postgresCodeOf(error) ?? ''
      if (collisions.has(code) && tries < collisionTries) {
        await write(batch, tries + 1)
        return
      }
      // 53 and 58: disk full, out of memory, file errors of the server. They pass, the rows are not to blame.
      if (isUnreachable(error) || collisions.has(code) || /^5[38]/.test(code)) throw error
      const [first] = batch
      if (first === undefined) return
      if (batch.length > 1) {
        const half = Math.ceil(batch.length / 2)
        await write(batch.slice(0, half))
        await write(batch.slice(half))
        return
      }
      const message = error instanceof Error ? error.message : String(error)
      options.onProblem(`The history could not keep job ${first.id}: ${message}.`)
    }
  }

  function fail(error: unknown): void {
    const unavailable = postgresUnavailable(error, database.address)
    if (retryMs === 0) options.onConnection(false, unavailable.message)
    retryMs = Math.min(Math.max(retryMs * 2, firstRetryMs), longestRetryMs)
    const rejected = waiters
    waiters = []
    for (const waiter of rejected) waiter.reject(unavailable)
  }

  function succeed(): void {
    if (retryMs !== 0) options.onConnection(true)
    retryMs = 0
    if (givenUp > 0) {
      const where = placeOf(database.address)
      options.onProblem(`The history gave up ${givenUp} jobs or log lines while ${where} was away.`)
      givenUp = 0
    }
    settle()
  }

  async function drain(): Promise<void> {
    while (pending.count > 0) {
      const batch = pending.take()
      writing = new Set(batch.map((job) => job.id))
      try {
        await write(batch)
      } catch (error) {
        givenUp += pending.putBack(batch)
        fail(error)
        return
      } finally {
        writing = new Set()
      }
      succeed()
      // What came meanwhile is a small batch, and each costs the server as much as a hundred rows: it waits its turn.
      if (waiters.length === 0 && pending.count < fullBatch && !closed) return
    }
  }

  function start(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    running ??= drain().finally(() => {
      running = undefined
      // Somebody may have asked between the last batch and now.
      if (waiters.length === 0) schedule()
      else if (pending.count === 0) settle()
      else void start()
    })
    return running
  }

  function schedule(): void {
    if (pending.count === 0 || running !== undefined || closed) return
    const urgent = retryMs === 0 && pending.count >= fullBatch
    if (timer !== undefined && !urgent) return
    clearTimeout(timer)
    timer = setTimeout(() => void start(), urgent ? 0 : Math.max(retryMs, flushAfterMs))
  }

  function change(id: string, apply: (job: PendingJob) => void): void {
    givenUp += pending.change(id, apply)
    schedule()
  }

  return {
    saveJob: (job) => change(job.id, (pendingJob) => addFields(pendingJob, job)),
    saveAttempt: (jobId, attempt) => change(jobId, (job) => addAttempt(job, attempt)),
    saveLogs(jobId, lines) {
      if (lines.length > 0) change(jobId, (job) => addLogs(job, lines))
    },
    isPending: (id) => pending.has(id) || writing.has(id),
    async flush() {
      if (closed) throw new TorilError('UNAVAILABLE', 'The history is closed.')
      if (pending.count === 0 && running === undefined) return
      const done = new Promise<void>((resolve, reject) => waiters.push({ stamp: pending.stamp, resolve, reject }))
      void start()
      await done
    },
    async close() {
      closed = true
      clearTimeout(timer)
      while (running !== undefined) await running
      const until = performance.now() + closeMs
      for (;;) {
        await drain()
        if (pending.count === 0 || performance.now() >= until) break
        await delay(firstRetryMs)
      }
      if (pending.count > 0)
        options.onProblem(`The history lost ${pending.count} jobs: the database was away at the end.`)
    },
  }
}
