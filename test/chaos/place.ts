import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTestFolder, startTestPostgres } from '../support/postgres.ts'
import { freePort, startTestRedis } from '../support/redis.ts'
import { openApi, type Api } from './api.ts'
import { keepRunning, type RunnerProcess } from './runner-process.ts'

export type QueueServer = 'redis' | 'postgres'

/** A runner with its servers, all of which may be killed at any time. */
export interface Place {
  /** The first of them. */
  readonly runner: RunnerProcess
  readonly runners: readonly RunnerProcess[]
  /** Asks the runners in turn. */
  readonly api: Api
  /** Each of them alone. */
  readonly apis: readonly Api[]
  /** Where the jobs leave their lines. */
  readonly ledger: string
  /** Kills Redis and starts it again on the same port and folder after `downMs`; undefined where there is none. */
  killRedis: ((downMs: number) => Promise<void>) | undefined
  /** Kills the embedded PostgreSQL; the runner has to start it again by itself. False when none was found. */
  killPostgres(): boolean
  /** Kills one session of it, upon which PostgreSQL throws out all others and recovers. */
  killSession(pick: (count: number) => number): boolean
  /** Whether the embedded PostgreSQL has been left running. */
  postgresRuns(): boolean
  remove(): Promise<void>
}

const token = 'token-of-the-chaos'

export interface PlaceOptions {
  /** False: a Redis without its append-only file, which forgets all when it is killed. */
  durable: boolean
  /** More than one share a queue and a history: a PostgreSQL beside them, which comes back by itself. */
  runners: number
}

/** Resolves when all of them are ready at once. */
export async function allReady(runners: readonly RunnerProcess[]): Promise<void> {
  await Promise.all(runners.map((runner) => runner.ready()))
}

export async function openPlace(server: QueueServer, options: PlaceOptions): Promise<Place> {
  const { durable } = options
  const folder = await makeTestFolder()
  const dataDir = join(folder, 'data')
  const redis = server === 'redis' ? await startTestRedis(durable ? {} : { args: ['--appendonly', 'no'] }) : undefined
  const shared = options.runners > 1 ? await startTestPostgres() : undefined
  const launch = async (number: number): Promise<RunnerProcess> =>
    keepRunning(
      {
        TORIL_DATA_DIR: number === 1 ? dataDir : join(folder, `data-${number}`),
        TORIL_TOKEN: token,
        TORIL_JOBS_DIR: join(import.meta.dirname, 'jobs'),
        ...(redis === undefined ? {} : { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) }),
        ...(shared === undefined ? {} : { DATABASE_URL: shared.url }),
      },
      await freePort(),
    )
  const runner = await launch(1)
  const runners = [runner]
  for (let number = 2; number <= options.runners; number += 1) runners.push(await launch(number))
  const apis = runners.map(({ url }) => openApi(url, token))
  const postmaster = () => postmasterOf(shared?.dataDir ?? dataDir)
  // It outlives its runner, and must not outlive the test.
  const atExit = (): void => {
    const pid = postmaster()
    if (pid !== undefined) sendKill(pid)
  }
  process.once('exit', atExit)

  return {
    runner,
    runners,
    api: inTurn(apis),
    apis,
    ledger: join(folder, 'ledger'),
    killRedis:
      redis === undefined
        ? undefined
        : async (downMs) => {
            await redis.kill()
            await delay(downMs)
            await redis.restart()
          },
    killPostgres() {
      const pid = postmaster()
      return pid !== undefined && sendKill(pid)
    },
    killSession(pick) {
      const pid = postmaster()
      const sessions = pid === undefined ? [] : sessionsOf(pid)
      const session = sessions[pick(sessions.length)]
      return session !== undefined && sendKill(session)
    },
    postgresRuns: () => shared === undefined && postmaster() !== undefined,
    async remove() {
      await Promise.all(runners.map((each) => each.end()))
      await redis?.stop()
      await shared?.stop()
      process.removeListener('exit', atExit)
      const pid = postmaster()
      if (pid !== undefined && sendKill(pid, 'SIGINT')) while (sendKill(pid, 0)) await delay(50)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Asks one after the other, whether it is up or not: a program of a user would not know either. */
function inTurn(apis: readonly Api[]): Api {
  let turn = 0
  const next = (): Api => apis[turn++ % apis.length] as Api
  return {
    enqueue: (input, options) => next().enqueue(input, options),
    job: (id) => next().job(id),
    jobs: (query) => next().jobs(query),
    cancel: (id, body) => next().cancel(id, body),
    preferences: (patch) => next().preferences(patch),
    queue: () => next().queue(),
  }
}

function sendKill(pid: number, signal: NodeJS.Signals | 0 = 'SIGKILL'): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

/** The embedded server of a data folder, when it runs; its file outlives a server that was killed. */
function postmasterOf(dataDir: string): number | undefined {
  const pid = Number(textOf(join(dataDir, 'postgres', 'data', 'postmaster.pid')).split('\n')[0])
  return pid > 1 && nameOf(pid) === 'postgres' ? pid : undefined
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    return ''
  }
}

function nameOf(pid: number): string {
  const stat = textOf(`/proc/${pid}/stat`)
  const [state] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? '' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
}

/** Processes of clients; a server's own helpers say in their title what they are. */
function sessionsOf(postmaster: number): number[] {
  const found: number[] = []
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = textOf(`/proc/${name}/stat`)
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent !== postmaster) continue
    const title = textOf(`/proc/${name}/cmdline`)
    if (/\[local\]|127\.0\.0\.1/.test(title)) found.push(Number(name))
  }
  return found.toSorted((a, b) => a - b)
}
