import { setTimeout as delay } from 'node:timers/promises'
import { allReady, type Place } from './place.ts'
import type { Random } from './random.ts'
import type { RunnerProcess } from './runner-process.ts'

export interface Kills {
  runner: number
  threads: number
  redis: number
  postgres: number
}

export interface StormReport {
  kills: Kills
  /** Runners that were told to stop and started again. */
  stops: number
  /** Times the numbers of threads and of jobs at once were changed. */
  resizes: number
  /** When runners and threads were ended, epoch ms: what was not told of by then may be done again. */
  blows: number[]
  /** What was done when, for whoever looks for the reason of a failure. */
  log: string[]
}

type Blow = 'runner' | 'thread' | 'redis' | 'postgres' | 'session' | 'stop' | 'resize'

/** Most blows fall on a runner that is at work; the others on one that starts, or on the servers it starts with. */
const spared = 0.8
/** A runner that does not come back is waited for so many times as long as the storm lasts. */
const patience = 3

/**
 * Blows for so long, not counting the time in which the runner starts: so a slow machine gets as many. Resolves
 * when all that was killed has been started again.
 */
export async function rage(
  place: Place,
  random: Random,
  durationMs: number,
  onNote?: (line: string) => void,
): Promise<StormReport> {
  const { api, runners } = place
  const kills: Kills = { runner: 0, threads: 0, redis: 0, postgres: 0 }
  const report: StormReport = { kills, stops: 0, resizes: 0, blows: [], log: [] }
  const started = performance.now()
  const under = new Map<string, Promise<void>>()
  const weights: Record<Blow, number> = {
    runner: 3,
    thread: 6,
    redis: place.killRedis === undefined ? 0 : 3,
    postgres: 2,
    session: 1,
    stop: 1,
    resize: 3,
  }

  function nameOf(runner: RunnerProcess): string {
    return runners.length === 1 ? 'runner' : `runner ${runners.indexOf(runner) + 1}`
  }

  function note(text: string): void {
    const line = `${((performance.now() - started) / 1000).toFixed(2).padStart(7)} s  ${text}`
    report.log.push(line)
    onNote?.(line)
  }

  async function strike(blow: Blow, runner: RunnerProcess, downMs: number, dice: number): Promise<void> {
    if (blow === 'runner' || blow === 'stop') {
      report.blows.push(Date.now())
      note(`${nameOf(runner)} ${blow === 'stop' ? 'told to stop' : 'killed'}, down for ${downMs} ms`)
      if (blow === 'stop') report.stops += (await runner.stop(downMs)) ? 1 : 0
      else kills.runner += (await runner.kill(downMs)) ? 1 : 0
      // Some are struck again while they start; most get to work first, however slow the machine is.
      note(`${nameOf(runner)} started again`)
      if (dice > 0.25) await runner.ready().then(() => note(`${nameOf(runner)} ready`))
    } else if (blow === 'redis') {
      note(`Redis killed, down for ${downMs} ms`)
      kills.redis += 1
      await place.killRedis?.(downMs)
    } else if (blow === 'postgres' || blow === 'session') {
      const hit = blow === 'postgres' ? place.killPostgres() : place.killSession((count) => Math.floor(dice * count))
      note(`PostgreSQL's ${blow === 'postgres' ? 'server' : 'session'} ${hit ? 'killed' : 'not found'}`)
      if (hit) kills.postgres += 1
    } else if (blow === 'resize') {
      const maxThreads = 1 + Math.floor(dice * 4)
      const concurrency = 1 + (Math.floor(dice * 80) % 8)
      note(`${maxThreads} threads, ${concurrency} jobs at once`)
      await api.preferences({ pool: { minThreads: 1, maxThreads }, queue: { concurrency } })
      report.resizes += 1
    } else {
      const { jobs } = await api.jobs('state=active&limit=50')
      const job = jobs.filter(({ attempts }) => attempts.at(-1)?.executor === 'thread')[Math.floor(dice * jobs.length)]
      if (job === undefined) return
      report.blows.push(Date.now())
      const { result } = await api.cancel(job.id, { now: true, then: 'retry' })
      note(`thread of ${job.id}: ${result}`)
      if (result === 'killed') kills.threads += 1
    }
  }

  let waited = 0
  while (performance.now() - started - waited < durationMs) {
    await delay(random.between(50, 900))
    if (random.next() < spared && waited < patience * durationMs) {
      const since = performance.now()
      await Promise.race([allReady(runners), delay(patience * durationMs, undefined, { ref: false })])
      waited += performance.now() - since
    }
    const blow = random.pick(weights)
    const downMs = random.next() < 0.3 ? 0 : random.between(0, 2_000)
    const dice = random.next()
    // One server is not killed again while it is down; everything else may fall together.
    const which = runners.length === 1 ? 0 : random.between(0, runners.length - 1)
    const runner = runners[which] ?? place.runner
    const victim = blow === 'stop' || blow === 'runner' ? nameOf(runner) : blow === 'session' ? 'postgres' : blow
    if (under.has(victim)) continue
    // A thread cannot be ended, nor a number changed, while the runner is away.
    const done = strike(blow, runner, downMs, dice).catch((error: unknown) =>
      note(`${blow}: ${String(error).slice(0, 120)}`),
    )
    under.set(victim, done)
    void done.finally(() => under.delete(victim))
  }
  await Promise.all(under.values())
  return report
}
