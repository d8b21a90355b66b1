import { readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeTestFolder } from '../support/postgres.ts'
import { freePort, startTestRedis } from '../support/redis.ts'
import { openApi, type Api } from './api.ts'
import { keepRunning, type RunnerProcess } from './runner-process.ts'

export type QueueServer = 'redis' | 'postgres'

/** A runner with its servers, all of which may be killed at any time. */
export interface Place {
  readonly runner: RunnerProcess
  readonly api: Api
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

/** `durable` false: a Redis without its append-only file, which forgets all when it is killed. */
export async function openPlace(server: QueueServer, durable: boolean): Promise<Place> {
  const folder = await makeTestFolder()
  const dataDir = join(folder, 'data')
  const redis = server === 'redis' ? await startTestRedis(durable ? {} : { args: ['--appendonly', 'no'] }) : undefined
  const port = await freePort()
  const runner = keepRunning(
    {
      TORIL_DATA_DIR: dataDir,
      TORIL_TOKEN: token,
      TORIL_JOBS_DIR: join(import.meta.dirname, 'jobs'),
      ...(redis === undefined ? {} : { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) }),
    },
    port,
  )
  const postmaster = () => postmasterOf(dataDir)
  // It outlives its runner, and must not outlive the test.
  const atExit = (): void => {
    const pid = postmasterOf(dataDir)
    if (pid !== undefined) sendKill(pid)
  }
  process.once('exit', atExit)

  return {
    runner,
    api: openApi(runner.url, token),
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
    postgresRuns: () => postmaster() !== undefined,
    async remove() {
      await runner.end()
      await redis?.stop()
      process.removeListener('exit', atExit)
      const pid = postmaster()
      if (pid !== undefined && sendKill(pid, 'SIGINT')) while (sendKill(pid, 0)) await delay(50)
      await rm(folder, { recursive: true, force: true })
    },
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
