import { setTimeout as delay } from 'node:timers/promises'
import { Queue } from 'bullmq'

/** One way of working off a queue of no-op jobs on the same Redis. */
export interface Contender {
  readonly name: 'inline' | 'sandboxed' | 'toril'
  readonly queueName: string
  /** Called when the paused queue is full and before the clock starts, so that only the work is timed. */
  settle?(jobs: number): Promise<void>
  /** Called when the clock has stopped: answers how many of the jobs so far completed. */
  completed(): Promise<number>
  /** How long what was done is still being written down after the clock has stopped, ms. */
  aftermathMs?(jobs: number): Promise<number>
  close(): Promise<void>
}

export const concurrency = 8
export const threads = 2
/** Finished jobs kept in the queue: Toril's own default, given to all, because keeping them costs. */
export const keep = { removeOnComplete: { count: 10 }, removeOnFail: { count: 5 } }

const pollMs = 10
const hearAtMostMs = 2_000
const bulk = 500

/** A queue as any foreign producer would open it. */
export function openQueue(name: string, port: number): Queue {
  return new Queue(name, { connection: { host: '127.0.0.1', port } })
}

async function isEmpty(queue: Queue): Promise<boolean> {
  const counts = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed')
  return Object.values(counts).every((count) => count === 0)
}

/** What one round cost. */
export interface Round {
  /** From the resume until nothing is left in the queue. */
  ms: number
  /** CPU time of this process meanwhile, its threads included; of neither Redis nor the database. */
  cpuMs: number
}

/**
 * Fills the paused queue, resumes it, and times it until nothing is left in it. The same steps for every
 * contender. Rejects when a job failed on the way, or `signal` aborts.
 */
export async function timeRound(contender: Contender, queue: Queue, jobs: number, signal: AbortSignal): Promise<Round> {
  const before = await contender.completed()
  await queue.pause()
  for (let added = 0; added < jobs; added += bulk) {
    signal.throwIfAborted()
    const count = Math.min(bulk, jobs - added)
    await queue.addBulk(Array.from({ length: count }, () => ({ name: 'no-op', data: {} })))
  }
  await contender.settle?.(jobs)
  const cpuBefore = process.cpuUsage()
  const startedAt = performance.now()
  await queue.resume()
  while (!(await isEmpty(queue))) await delay(pollMs, undefined, { signal })
  const ms = performance.now() - startedAt
  const cpu = process.cpuUsage(cpuBefore)
  // The server may have told us of the last job before it told the worker.
  const until = performance.now() + hearAtMostMs
  while ((await contender.completed()) - before < jobs && performance.now() < until) await delay(pollMs)
  const done = (await contender.completed()) - before
  if (done !== jobs) throw new Error(`${contender.name} completed ${done} of ${jobs} jobs.`)
  return { ms, cpuMs: (cpu.user + cpu.system) / 1000 }
}
