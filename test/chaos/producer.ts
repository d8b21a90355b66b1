import { setTimeout as delay } from 'node:timers/promises'
import type { JobOptions } from '../../electron/contract/job.ts'
import type { Api } from './api.ts'
import type { Random } from './random.ts'

/** How an acknowledged job has to end: `any` when nobody knows whether its cancel was heard. */
export type Ending = 'completed' | 'failed' | 'cancelled' | 'any'

export interface Acknowledged {
  n: number
  ending: Ending
  /** When a cancel was answered with its end as cancelled, though it had begun, epoch ms: nothing of it may happen then. */
  stoppedAt?: number
}

export interface Orders {
  /** By id: what the runner has acknowledged. */
  readonly acknowledged: Map<string, Acknowledged>
  /** Requests that got no answer, or were refused: they may or may not have made a job. */
  readonly unanswered: number
}

export interface ProducerParts {
  api: Api
  random: Random
  ledger: string
  /** Jobs to be acknowledged, spread over the time. */
  jobs: number
  durationMs: number
}

/** Requests at once. */
const hands = 4
/** Enough for whatever happens to its threads; a runner that is killed uses up none. */
const attempts = 50
const backoff = { type: 'fixed', delayMs: 50 } as const
/** A job with the same id for deduplication may wait or run already: then it is the one that is acknowledged. */
const sameIds = 3
/** After so many of the requests a job that runs is cancelled for good. */
const stopped = 0.08

/** Enqueues jobs of all kinds until the number is acknowledged, however often that fails. */
export async function produce(parts: ProducerParts): Promise<Orders> {
  const { api, random, ledger, jobs, durationMs } = parts
  const acknowledged = new Map<string, Acknowledged>()
  let unanswered = 0
  let next = 0

  function order(): { input: object; options: JobOptions; ending: Ending } {
    const way = random.pick({ sleep: 70, spin: 12, exit: 6, throw: 6, fail: 6 })
    const ms = random.pick({ short: 8, long: 2 }) === 'short' ? random.between(0, 60) : random.between(200, 900)
    const cancelled = way !== 'fail' && random.next() < 0.06
    const delayed = cancelled || random.next() < 0.15
    const options: JobOptions = {
      attempts: way === 'fail' ? 1 : attempts,
      backoff,
      ...(delayed ? { delayMs: cancelled ? 60_000 : random.between(50, 3_000) } : {}),
      ...(random.next() < 0.1 ? { priority: random.between(1, 5) } : {}),
      ...(!delayed && way === 'sleep' && random.next() < 0.08
        ? { deduplicationId: `d${random.between(1, sameIds)}` }
        : {}),
      ...(way === 'sleep' && random.next() < 0.15 ? { executor: 'inline' } : {}),
    }
    const ending = way === 'fail' ? 'failed' : cancelled ? 'cancelled' : 'completed'
    next += 1
    return { input: { ledger, n: next, ms, way }, options, ending }
  }

  async function cancel(id: string): Promise<Ending> {
    try {
      const { result } = await api.cancel(id, { reason: 'No longer wanted.' })
      return result === 'cancelled' ? 'cancelled' : 'any'
    } catch {
      return 'any'
    }
  }

  /** A job that runs is cancelled for good, now or with its grace time. One that is just then ended otherwise is left alone. */
  async function stopOne(): Promise<void> {
    const [now, dice] = [random.next() < 0.5, random.next()]
    const { jobs: running } = await api.jobs('state=active&limit=50')
    const ours = running.filter(({ id, waitingReason }) => acknowledged.has(id) && waitingReason?.code !== 'CANCELLING')
    const job = ours[Math.floor(dice * ours.length)]
    const known = job === undefined ? undefined : acknowledged.get(job.id)
    if (job === undefined || known === undefined) return
    // Heard or not, nobody knows from here on how it ends, until the answer says so.
    known.ending = 'any'
    const { job: ended } = await api.cancel(job.id, { now, reason: 'No longer wanted.' })
    if (ended.state === 'cancelled') Object.assign(known, { ending: 'cancelled', stoppedAt: Date.now() })
  }

  async function work(): Promise<void> {
    while (acknowledged.size < jobs) {
      const { input, options, ending } = order()
      const pause = (random.between(1, 20) / 10) * ((durationMs * hands) / jobs)
      try {
        const job = await api.enqueue(input, options)
        const { n } = job.input as { n: number }
        if (!acknowledged.has(job.id)) acknowledged.set(job.id, { n, ending: ending === 'cancelled' ? 'any' : ending })
        if (ending === 'cancelled') acknowledged.set(job.id, { n, ending: await cancel(job.id) })
      } catch {
        unanswered += 1
        await delay(50)
      }
      if (random.next() < stopped) await stopOne().catch(() => undefined)
      await delay(pause)
    }
  }

  await Promise.all(Array.from({ length: hands }, work))
  return { acknowledged, unanswered }
}
