import type { Json } from '../../electron/contract/json.ts'
import { meterCpu, type CpuTimes } from './cpu.ts'
import type { BenchServers, PlainQueue } from './servers.ts'
import type { Tally } from './tally.ts'

/** One way of working off a queue of jobs that do next to nothing. */
export interface Contender {
  readonly name: string
  /** The queue as its producer has it. */
  readonly queue: PlainQueue
  readonly tally: Tally
  readonly input: Json
  /** Adds one job as somebody who uses this contender does. */
  add(): Promise<unknown>
  /** Called before its turn: brings it into the shape that this turn measures. */
  prepare?(): Promise<void>
  /** Called when the paused queue is full and before the clock starts, so that only the work is timed. */
  settle?(jobs: number): Promise<void>
  /** Resolves when all that was done is written down; called when the clock has stopped. */
  aftermath?(): Promise<void>
  close(): Promise<void>
}

/** Jobs worked on at once, by each contender. */
export const concurrency = 8
/** Finished jobs kept in the queue: Toril's own default, given to all, because keeping them costs. */
export const keep = { removeOnComplete: { count: 10 }, removeOnFail: { count: 5 } }
export const jobName = 'no-op'

const bulk = 500

/** What one round cost. */
export interface Round {
  /** From the resume until the last job has completed. */
  ms: number
  /** From then until all was written down. */
  aftermathMs: number
  /** From the resume until all was written down. */
  cpu: CpuTimes
}

/**
 * Fills the paused queue, resumes it, and times it until its worker knows that the last job has completed.
 * The same steps for every contender. Rejects when a job failed on the way, or `signal` aborts.
 */
export async function timeRound(
  contender: Contender,
  jobs: number,
  servers: BenchServers,
  signal: AbortSignal,
): Promise<Round> {
  const { queue, tally, input } = contender
  await contender.prepare?.()
  await queue.pause()
  for (let added = 0; added < jobs; added += bulk) {
    signal.throwIfAborted()
    const count = Math.min(bulk, jobs - added)
    await queue.addBulk(Array.from({ length: count }, () => ({ name: jobName, data: input })))
  }
  await contender.settle?.(jobs)
  const done = tally.expect(jobs, signal)
  const cpu = meterCpu(servers.pids)
  const startedAt = performance.now()
  await Promise.all([queue.resume(), done])
  const doneAt = performance.now()
  await contender.aftermath?.()
  const round = { ms: doneAt - startedAt, aftermathMs: performance.now() - doneAt, cpu: cpu() }
  const left = await queue.getJobCounts('waiting', 'prioritized', 'active', 'delayed')
  const rest = Object.values(left).reduce((sum, count) => sum + count, 0)
  if (rest > 0)
    throw new Error(`${contender.name} has ${rest} of ${jobs} jobs left, though it heard of the end of all.`)
  return round
}

/** What the rounds of one contender cost. */
export interface Rounds {
  contender: Contender
  jobsPerSecond: number[]
  rounds: Round[]
}

export interface TurnOptions {
  servers: BenchServers
  jobs: number
  rounds: number
  signal: AbortSignal
  say(line: string): void
}

/** Contenders take turns, and who begins changes; before that each has one smaller round to warm up. */
export async function takeTurns(contenders: readonly Contender[], options: TurnOptions): Promise<Rounds[]> {
  const { servers, jobs, rounds, signal, say } = options
  for (const contender of contenders) await timeRound(contender, Math.ceil(jobs / 4), servers, signal)
  const found = contenders.map((contender): Rounds => ({ contender, jobsPerSecond: [], rounds: [] }))
  for (let round = 0; round < rounds; round++) {
    const first = round % found.length
    for (const each of [...found.slice(first), ...found.slice(0, first)]) {
      const cost = await timeRound(each.contender, jobs, servers, signal)
      each.rounds.push(cost)
      each.jobsPerSecond.push((jobs / cost.ms) * 1000)
      const perSecond = Math.round((jobs / cost.ms) * 1000)
      say(`${servers.backend}, round ${round + 1} of ${rounds}, ${each.contender.name}: ${perSecond} jobs/s`)
    }
  }
  return found
}
