import { setTimeout as delay } from 'node:timers/promises'
import { TorilError } from '../../contract/errors.ts'
import { adoptServer } from './embedded/adopt-server.ts'
import { locateBinaries, prepareBinaries, type Binaries } from './embedded/binaries.ts'
import { answerAt, takeControl, type ControlConnection } from './embedded/control-connection.ts'
import { embeddedUser, initCluster } from './embedded/init-cluster.ts'
import { isAlive, readPostmasterFile } from './embedded/postmaster-file.ts'
import { prepareHome, type ServerHome } from './embedded/server-home.ts'
import { freePort, launchServer, sickStopMs, stopServer, type ServerProcess } from './embedded/server-process.ts'

export interface EmbeddedPostgresOptions {
  /** Toril's data folder, absolute; made when missing. */
  dataDir: string
  /** Folder with `bin/postgres`; by default that of the npm package of this platform. */
  binariesDir?: string
  /** Listens on loopback instead of a private unix socket: always on Windows, where PostgreSQL's clients use none. */
  loopback?: boolean
}

/** The PostgreSQL server that Toril brings and runs by itself. */
export interface EmbeddedPostgres {
  /** Leads to the database `toril`, password included: never show or log it. Stays the same after a restart. */
  readonly url: string
  /** Number of the server's process; another one after a restart. */
  readonly pid: number
  /** True when the server of an earlier Toril was still running and was taken over. */
  readonly adopted: boolean
  readonly notices: { code: string; message: string }[]
  /** Told when the server has ended unasked; it is started again at once. Returns a function that stops listening. */
  onExit(listener: (message: string) => void): () => void
  /** Told when it takes connections again. */
  onRestart(listener: () => void): () => void
  /** Ends the server and waits until it has; safe to call twice. */
  stop(): Promise<void>
}

const database = 'toril'
const firstRetryMs = 100
const longestRetryMs = 5_000

interface Place {
  home: ServerHome
  binaries: Binaries
  data: string
  dataDir: string
  loopback: boolean
  /** On loopback the one of the first start: connections know the address from then on. */
  port?: number
}

interface Running {
  server: ServerProcess
  control: ControlConnection
  url: string
  adopted: boolean
}

async function urlOf({ home, data }: Place, name: string): Promise<string> {
  const file = await readPostmasterFile(data)
  const socket = file?.socketDir ?? ''
  const place = socket === '' ? `127.0.0.1:${file?.port ?? 0}` : 'localhost'
  const query = socket === '' ? '' : `?host=${encodeURIComponent(socket)}`
  return `postgresql://${embeddedUser}:${home.password}@${place}/${name}${query}`
}

async function run(place: Place, signal?: AbortSignal): Promise<Running> {
  const { home, binaries, data } = place
  const answer = async () => answerAt(await urlOf(place, 'postgres'))
  const found = await adoptServer(data, binaries, answer, signal)
  if (place.loopback) place.port ??= (found && (await readPostmasterFile(data))?.port) ?? (await freePort())
  const server = found ?? (await launchServer(binaries, home, data, { port: place.port }))
  try {
    const control = await takeControl(await urlOf(place, 'postgres'), database, place.dataDir)
    return { server, control, url: await urlOf(place, database), adopted: found !== undefined }
  } catch (error) {
    // A server that was found may belong to another Toril; ours must not be left behind.
    if (found === undefined) await stopServer(server, binaries, data)
    if (error instanceof TorilError) throw error
    const message = error instanceof Error ? error.message : String(error)
    const sentence = `The embedded PostgreSQL in ${home.folder} does not let Toril in: ${message}.`
    throw new TorilError('UNAVAILABLE', sentence, { cause: error })
  }
}

/**
 * Starts the PostgreSQL of the data folder, or takes over the one that an earlier Toril left running,
 * and starts it again whenever it ends unasked. The first start makes the database.
 * Rejects with TorilError UNAVAILABLE: one sentence that names the folder and says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = await prepareHome(options.dataDir)
  const binaries = await prepareBinaries(options.binariesDir ?? locateBinaries(), home.folder, home.account)
  const data = await initCluster(binaries, home)
  const loopback = options.loopback ?? process.platform === 'win32'
  const place: Place = { home, binaries, data, dataDir: options.dataDir, loopback }
  let running = await run(place)
  const { adopted } = running
  const exitListeners = new Set<(message: string) => void>()
  const restartListeners = new Set<() => void>()
  const stopping = new AbortController()
  let stopped: Promise<void> | undefined
  let recovering = false

  async function revive(): Promise<void> {
    let told = ''
    for (let wait = firstRetryMs; !stopping.signal.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
      try {
        running = await run(place, stopping.signal)
        recovering = false
        for (const listener of restartListeners) listener()
        return
      } catch (error) {
        if (stopping.signal.aborted) return
        const message = error instanceof Error ? error.message : String(error)
        // The same again and again would say nothing.
        if (message !== told) for (const listener of exitListeners) listener(message)
        told = message
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      const current = running
      await Promise.race([current.control.lost, current.server.exited])
      if (stopping.signal.aborted) return
      recovering = true
      await current.control.close()
      // Only the connection was cut: the server is still there and is taken over again.
      const ended = !(await isAlive(current.server.pid))
      const how = ended ? await current.server.exited : 'its connection was cut'
      for (const listener of exitListeners) listener(`The embedded PostgreSQL stopped: ${how}. It is started again.`)
      await revive()
    }
  }

  async function stop(): Promise<void> {
    stopping.abort()
    await running.control.close()
    await supervision
    // A restart that was under way may have brought up another server.
    await running.control.close()
    await stopServer(running.server, binaries, data, recovering ? sickStopMs : undefined)
  }

  const supervision = supervise()

  return {
    get url() {
      return running.url
    },
    get pid() {
      return running.server.pid
    },
    adopted,
    notices: home.notices,
    onExit(listener) {
      exitListeners.add(listener)
      return () => exitListeners.delete(listener)
    },
    onRestart(listener) {
      restartListeners.add(listener)
      return () => restartListeners.delete(listener)
    },
    stop: () => (stopped ??= stop()),
  }
}
