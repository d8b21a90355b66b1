import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import type { Job } from '../../electron/contract/job.ts'
import type { Connection } from '../../electron/contract/runner.ts'
import type { QueueTiming } from '../../electron/runner/queue/queue-config.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import type { ProfileHome } from './profile-home.ts'
import { once, whenStarted } from './runner-under-test.ts'

/** Silence is noticed sooner than by default; nothing else is. */
const timing = { pingMs: 500, answerMs: 2_000 }

export interface Outage {
  /** What is said of it: to those who watch, or, where it ends by itself, on the console. */
  reason: RegExp
  /** Ends it. Without it the outage ends by itself, and may be over before anything could be asked meanwhile. */
  comesBack?: () => Promise<unknown>
  /** The history is away too: jobs cannot be listed. */
  withHistory?: boolean
}

/** `call` once the server is there: what is asked too early is refused, and asked again. */
async function onceThere<Answer>(call: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof TorilError && error.code === 'UNAVAILABLE') return undefined
    throw error
  }
}

/** A runner whose queue goes away while all its places are taken: two jobs run, others wait for them. */
export class OutageWork {
  readonly runner: Runner
  /** What was said on the console. */
  readonly problems: string[]
  readonly #tally: string
  readonly #release: string
  readonly #watching = new AbortController()
  /** The reasons that watchers have been told. */
  readonly #told = new Set<string>()
  /** Of the jobs that were acknowledged, by the name that each of them writes down. */
  readonly #ids = new Map<string, string>()
  /** Names of those that were refused: whether the server has them nobody knows. */
  readonly #refused: string[] = []

  private constructor(home: ProfileHome, runner: Runner, problems: string[]) {
    this.runner = runner
    this.problems = problems
    this.#tally = home.path('tally')
    this.#release = home.path('release')
  }

  /** On the profile in use. */
  static async begin(home: ProfileHome, more: Partial<QueueTiming> = {}): Promise<OutageWork> {
    const problems: string[] = []
    const runner = await home.start({
      timing: { ...timing, ...more },
      onProblem: (message) => problems.push(message),
    })
    const work = new OutageWork(home, runner, problems)
    for (const name of ['held 1', 'held 2']) await work.enqueue(name, true)
    for (const id of work.#ids.values()) await whenStarted(runner, id)
    for (const name of ['waiting 1', 'waiting 2', 'waiting 3']) await work.enqueue(name)
    // Read for whoever watches: the numbers that are shown during the outage.
    await until(async () => {
      const { counts } = await runner.queue.info()
      return counts.active === 2 && counts.waiting === 3
    }, 'all of them are counted')
    void work.#watch()
    return work
  }

  /** As the panel does. */
  async #watch(): Promise<void> {
    for await (const { queue } of this.runner.watch(this.#watching.signal)) {
      if (queue?.connection.message !== undefined) this.#told.add(queue.connection.message)
    }
  }

  async enqueue(name: string, held = false): Promise<void> {
    const input = { tally: this.#tally, name, ...(held ? { release: this.#release } : {}) }
    this.#ids.set(name, (await this.runner.jobs.enqueue('tally', input, once)).id)
  }

  async connection(): Promise<Connection> {
    return (await this.runner.queue.info()).connection
  }

  /** Call it once the server is gone: all that has to be true until its end, and afterwards. */
  async goesThrough(outage: Outage): Promise<void> {
    const { reason, comesBack } = outage
    const over = new AbortController()
    const producing = this.#produce(over.signal)
    try {
      // An outage of less than a tenth of a second may never be shown.
      const said = () => [...this.#told, ...(comesBack === undefined ? this.problems : [])]
      await until(() => said().some((each) => reason.test(each)), `it is said why: ${String(reason)}`)
      if (comesBack !== undefined) await this.#isAway(outage)
      await this.letFinish()
      await comesBack?.()
      await until(async () => (await this.connection()).state === 'live', 'it is live')
      await until(async () => (await this.runner.health()).ready, 'it is ready')
    } finally {
      over.abort()
      await producing
      this.#watching.abort()
    }
    await this.enqueue('after')
    await this.allDoneOnce()
  }

  async #isAway({ reason, withHistory = false }: Outage): Promise<void> {
    const { runner } = this
    const refusal = { code: 'UNAVAILABLE', message: expect.stringMatching(reason) as string }
    await expect(runner.queue.pause()).rejects.toMatchObject(refusal)
    await until(async () => (await this.connection()).nextTryAt !== undefined, 'it is said when it is tried next')
    expect(await runner.queue.info()).toMatchObject({
      counts: { active: 2, waiting: 3 },
      connection: { state: expect.stringMatching(/^(reconnecting|offline)$/) as string },
    })
    expect(await runner.jobs.get(this.idOf('held 1'))).toMatchObject({ state: 'active' })
    // The history may be long in finding out that it is away.
    const [health, listed] = await Promise.allSettled([
      runner.health(),
      runner.jobs.list({ state: ['active'], limit: 10 }),
    ])
    expect(health).toMatchObject({ value: { ready: false, queue: 'unreachable' } })
    if (withHistory) expect(listed).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
    else expect(listed).toMatchObject({ value: { jobs: [{ state: 'active' }, { state: 'active' }] } })
  }

  /** Jobs come all the time, one after the other: each is acknowledged, or refused with UNAVAILABLE. */
  async #produce(over: AbortSignal): Promise<void> {
    for (let number = 1; !over.aborted; number += 1) {
      const name = `meanwhile ${number}`
      const answered = await onceThere(async () => {
        await this.enqueue(name)
        return true
      })
      if (answered !== true) this.#refused.push(name)
      await delay(50)
    }
  }

  /** Lets the code of the jobs that run end, and waits until it has. */
  async letFinish(): Promise<void> {
    if (!existsSync(this.#release)) writeFileSync(this.#release, '')
    const idle = () => this.runner.threads().every(({ job }) => job === undefined || job.type !== 'tally')
    await until(idle, 'what ran has ended')
  }

  idOf(name: string): string {
    return this.#ids.get(name) ?? ''
  }

  async #end(id: string): Promise<Job> {
    return until(async () => {
      const job = await onceThere(() => this.runner.jobs.get(id))
      return job?.finishedAt === undefined ? undefined : job
    }, `job ${id} has finished`)
  }

  /** Whatever was acknowledged has its result stored, and its code ran a single time. */
  async allDoneOnce(): Promise<void> {
    for (const [name, id] of this.#ids) {
      const job = await this.#end(id)
      expect(job).toMatchObject({ state: 'completed', result: name, attempts: [{ outcome: 'completed' }] })
    }
    const lines = readFileSync(this.#tally, 'utf8').trimEnd().split('\n')
    const acknowledged = [...this.#ids.keys()]
    expect(lines.filter((line) => !this.#refused.includes(line)).sort()).toEqual(acknowledged.sort())
    expect(new Set(lines).size).toBe(lines.length)
  }
}
