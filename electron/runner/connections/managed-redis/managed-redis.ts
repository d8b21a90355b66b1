import { setTimeout as delay } from 'node:timers/promises'
import { watchProcess, type ServerProcess } from '../embedded/server-process.ts'
import { answersAt, takeControl, type ControlConnection } from './control-connection.ts'
import { findRedisProgram, type RedisProgram } from './find-program.ts'
import { clearFiles, prepareFiles, type RedisPlace, type ServerFiles } from './server-files.ts'
import { endServer, endsWithin, findServer, launchServer } from './server-process.ts'

export interface ManagedRedisOptions {
  /** Toril's data folder, absolute; made when missing. */
  dataDir: string
  /** Where the program is looked for; PATH unless given. */
  path?: string
}

/** A Redis that Toril runs for itself alone, with a program of this machine. */
export interface ManagedRedis {
  /** How it is reached, password included: never show or log it. Stays the same after a restart. */
  readonly place: RedisPlace
  /** Number of the server's process; another one after a restart. */
  readonly pid: number
  /** True when the server of an earlier Toril was still running and was taken over. */
  readonly adopted: boolean
  readonly program: Readonly<RedisProgram>
  /** Told when the server has ended unasked; it is started again at once. Returns a function that stops listening. */
  onExit(listener: (message: string) => void): () => void
  /** Told when it takes commands again. */
  onRestart(listener: () => void): () => void
  /** Ends the server, all it has written to disk, and waits until it has; safe to call twice. */
  stop(): Promise<void>
}

const firstRetryMs = 100
const longestRetryMs = 5_000
/** Longer than the system takes to end a process, also a big one on a busy machine. */
const dyingMs = 10_000

interface Running {
  server: ServerProcess
  control: ControlConnection
  adopted: boolean
}

async function run(files: ServerFiles, program: RedisProgram, dataDir: string): Promise<Running> {
  const found = await findServer(files)
  const server = found ?? (await launchServer(files, program))
  try {
    const control = await takeControl(files.place, dataDir)
    if (found === undefined) return { server, control, adopted: false }
    return { server: { pid: control.pid, exited: watchProcess(control.pid) }, control, adopted: true }
  } catch (error) {
    // A server that was found may belong to another Toril; ours must not be left behind.
    if (found === undefined) await endServer(server)
    throw error
  }
}

/**
 * A server that dies closes its connections before its process is seen to be gone: only one that still takes commands
 * has merely lost a connection, and is taken over again.
 */
async function howItWasLost(files: ServerFiles, server: ServerProcess): Promise<string> {
  if ((await answersAt(files.place)) !== 'no') return 'its connection was cut'
  return (await endsWithin(server, dyingMs)) ? server.exited : 'it no longer answers'
}

/**
 * Starts the Redis of the data folder, or takes over the one that an earlier Toril left running, and starts
 * it again whenever it ends unasked. Rejects with TorilError UNAVAILABLE: one sentence that says what to do.
 */
export async function startManagedRedis(options: ManagedRedisOptions): Promise<ManagedRedis> {
  const { dataDir } = options
  const program = await findRedisProgram(options.path)
  const files = await prepareFiles(dataDir)
  let running = await run(files, program, dataDir)
  const { adopted } = running
  const exitListeners = new Set<(message: string) => void>()
  const restartListeners = new Set<() => void>()
  const stopping = new AbortController()
  let stopped: Promise<void> | undefined

  function tellExit(message: string): void {
    for (const listener of exitListeners) listener(message)
  }

  async function revive(): Promise<void> {
    for (let wait = firstRetryMs; !stopping.signal.aborted; wait = Math.min(wait * 2, longestRetryMs)) {
      try {
        running = await run(files, program, dataDir)
        for (const listener of restartListeners) listener()
        return
      } catch (error) {
        tellExit(error instanceof Error ? error.message : String(error))
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      }
    }
  }

  async function supervise(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { server, control } = running
      await Promise.race([control.lost, server.exited])
      if (stopping.signal.aborted) return
      control.close()
      tellExit(`The managed Redis stopped: ${await howItWasLost(files, server)}. It is started again.`)
      await revive()
    }
  }

  const supervision = supervise()

  async function stop(): Promise<void> {
    stopping.abort()
    await running.control.shutDown()
    running.control.close()
    await supervision
    // A restart that was under way may have brought up another server.
    running.control.close()
    await endServer(running.server)
    await clearFiles(files)
  }

  return {
    place: files.place,
    get pid() {
      return running.server.pid
    },
    adopted,
    program,
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
