import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { isFinished, type Job } from '../../electron/contract/job.ts'
import { readLedger, settleAccount, type Account } from './account.ts'
import type { Api } from './api.ts'
import { allReady, openPlace, type Place, type QueueServer } from './place.ts'
import { produce, type Orders } from './producer.ts'
import { Random } from './random.ts'
import { rage, type StormReport } from './storm.ts'

export interface BoutPlan {
  server: QueueServer
  seed: number
  jobs: number
  durationMs: number
  /** False: a Redis that does not write to disk, which has to be noticed. */
  durable: boolean
  /** Runners on the one queue, with one history. */
  runners: number
  /** Told what is done while it is done. */
  onNote?: (line: string) => void
}

/** What came of one storm on one server. */
export interface Bout extends Account {
  plan: BoutPlan
  jobs: number
  unanswered: number
  /** Jobs that were cancelled for good as they ran. */
  stopped: number
  storm: StormReport
  /** From the last blow until every acknowledged job was finished. */
  settledMs: number
  /** What else is not as it should be: one line each. */
  broken: string[]
  /** What the runner has said, and the jobs that did not end as they have to. */
  evidence: string
}

/** Locks run out after 30 s and are looked for every 30 s: past this, nothing comes any more. */
const settleMs = 120_000

/** Jobs under a storm of kills, then quiet, then the account. */
export async function holdBout(plan: BoutPlan): Promise<Bout> {
  const { server, seed, jobs, durationMs } = plan
  const place = await openPlace(server, plan)
  try {
    await allReady(place.runners)
    for (const api of place.apis)
      await api.preferences({ pool: { minThreads: 1, maxThreads: 2 }, queue: { concurrency: 4 } })
    const [orders, storm] = await Promise.all([
      produce({ api: place.api, random: new Random(seed), ledger: place.ledger, jobs, durationMs }),
      rage(place, new Random(seed ^ 0x70_72_69_6c), durationMs, plan.onNote),
    ])
    const since = performance.now()
    plan.onNote?.('the storm is over')
    await allReady(place.runners)
    const found = await whenSettled(place.api, orders)
    const settledMs = Math.round(performance.now() - since)
    const broken = await unlisted(place.api, orders)
    await Promise.all(place.runners.map((runner) => runner.stop()))
    // It takes a moment to go after it has closed its files.
    if (place.postgresRuns()) broken.push('PostgreSQL runs on after the runner has stopped')
    broken.push(...place.runners.flatMap((runner) => runner.deaths()))
    const account = settleAccount(orders.acknowledged, found, readLedger(await ledgerOf(place)), storm.blows)
    return {
      ...account,
      plan,
      jobs: orders.acknowledged.size,
      unanswered: orders.unanswered,
      stopped: [...orders.acknowledged.values()].filter(({ stoppedAt }) => stoppedAt !== undefined).length,
      storm,
      settledMs,
      broken,
      evidence: evidence(place, found, [...account.lost, ...account.wrong]),
    }
  } finally {
    await place.remove()
  }
}

function ledgerOf(place: Place): Promise<string> {
  return readFile(place.ledger, 'utf8').catch(() => '')
}

/** Each acknowledged job as it ended; what has not ended when time is up, as it is then. */
async function whenSettled(api: Api, { acknowledged }: Orders): Promise<Map<string, Job>> {
  const found = new Map<string, Job>()
  const open = new Set(acknowledged.keys())
  const end = performance.now() + settleMs
  // What the history has missed of an end is found out while the runner already answers.
  const isWhole = ({ state, attempts }: Job) =>
    isFinished(state) &&
    attempts.every(({ outcome }) => outcome !== undefined) &&
    (state === 'cancelled' || attempts.at(-1)?.outcome === state)
  while (open.size > 0 && performance.now() < end) {
    for (const id of open) {
      const job = await api.job(id).catch(() => 'unknown' as const)
      if (job === 'unknown') break
      if (job !== undefined) found.set(id, job)
      if (job === undefined || isWhole(job)) open.delete(id)
    }
    await delay(100)
  }
  return found
}

/** Acknowledged jobs that the list of all jobs leaves out, or has twice; and whether the queue holds any still. */
async function unlisted(api: Api, { acknowledged }: Orders): Promise<string[]> {
  const times = new Map<string, number>()
  let cursor: string | undefined
  do {
    const page = await api.jobs(`limit=200${cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    for (const { id } of page.jobs) times.set(id, (times.get(id) ?? 0) + 1)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  const broken: string[] = []
  for (const [id, { ending }] of acknowledged) {
    const count = times.get(id) ?? 0
    if (count > 1 || (count === 0 && (ending === 'completed' || ending === 'failed'))) {
      broken.push(`${id} is ${count} times in the list of all jobs`)
    }
  }
  return broken
}

function evidence(place: Place, found: Map<string, Job>, lines: string[]): string {
  const jobs = lines.slice(0, 5).map((line) => {
    const id = line.split(':')[0] ?? ''
    return JSON.stringify(found.get(id) ?? { id, found: false }, undefined, 1)
  })
  return [...jobs, ...place.runners.map((runner) => runner.said())].join('\n')
}
