import { execFile, spawn } from 'node:child_process'
import { open, rename, stat, type FileHandle } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { childEnvironment } from '../../child-environment.ts'
import type { Binaries } from './binaries.ts'
import { isAlive, readPostmasterFile } from './postmaster-file.ts'
import { socketFolder, type ServerHome } from './server-home.ts'
import { silentStart, startFailure } from './start-failure.ts'

const run = promisify(execFile)

/** A running server; `exited` answers how it ended. */
export interface ServerProcess {
  pid: number
  exited: Promise<string>
}

/** Past this the log of earlier starts is put aside, once. */
const maxLogBytes = 5_000_000

/** A server of one user: small memory, everything durable, no network. */
const settings: Record<string, string> = {
  max_connections: '60',
  shared_buffers: '96MB',
  work_mem: '8MB',
  maintenance_work_mem: '128MB',
  fsync: 'on',
  synchronous_commit: 'on',
  // No replicas: less is written to the log.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '512MB',
  jit: 'off',
  // Table pages come from the cache of the operating system: no processes are needed to read ahead.
  io_method: 'sync',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_checkpoints: 'off',
  // The text index is chosen only once the server has counted what is in it.
  autovacuum_naptime: '20s',
  log_line_prefix: '%m [%p] ',
  logging_collector: 'off',
  cluster_name: 'toril',
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function listenSettings(home: ServerHome, port: number | undefined): Promise<Record<string, string>> {
  if (port !== undefined) {
    const noSocket = process.platform === 'win32' ? undefined : { unix_socket_directories: '' }
    return { listen_addresses: '127.0.0.1', port: String(port), ...noSocket }
  }
  return { listen_addresses: '', port: '5432', unix_socket_directories: await socketFolder(home) }
}

async function openLog(file: string): Promise<FileHandle> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  )
  if (size > maxLogBytes) await rename(file, `${file}.1`)
  return open(file, 'a', 0o600)
}

/** What was written to the log since `from`. */
async function readLog(file: string, from: number): Promise<string> {
  const log = await open(file, 'r')
  try {
    const { size } = await log.stat()
    const buffer = Buffer.alloc(Math.min(Math.max(size - from, 0), 64_000))
    await log.read(buffer, 0, buffer.length, from)
    return buffer.toString()
  } finally {
    await log.close()
  }
}

/** Watches a process that is not our child. */
export async function watchProcess(pid: number): Promise<string> {
  while (await isAlive(pid)) await delay(200, undefined, { ref: false })
  return 'it ended'
}

function spawnServer(
  binaries: Binaries,
  home: ServerHome,
  data: string,
  options: Record<string, string>,
  log: FileHandle,
) {
  const parameters = ['-D', data, ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const child = spawn(binaries.postgres, parameters, {
    stdio: ['ignore', log.fd, log.fd],
    cwd: home.folder,
    env: childEnvironment(),
    // A session of its own: Ctrl+C in the terminal is for Toril, which still has to write its last rows.
    detached: true,
    ...(home.account === undefined ? {} : { uid: home.account.uid, gid: home.account.gid }),
  })
  child.unref()
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`),
    )
  })
  return { pid: child.pid ?? 0, exited }
}

/** `postgres.exe` refuses administrators; pg_ctl drops the rights first. */
async function startWithPgCtl(
  binaries: Binaries,
  home: ServerHome,
  data: string,
  options: Record<string, string>,
): Promise<ServerProcess> {
  const text = Object.entries(options)
    .map(([name, value]) => `-c ${name}="${value}"`)
    .join(' ')
  await run(binaries.pgCtl, ['start', '-W', '-D', data, '-l', home.logFile, '-o', text], {
    env: childEnvironment(),
    windowsHide: true,
  })
  const deadline = Date.now() + 10_000
  for (;;) {
    const file = await readPostmasterFile(data)
    if (file !== undefined) return { pid: file.pid, exited: watchProcess(file.pid) }
    if (Date.now() > deadline) throw startFailure(home.folder, '', `nothing started within 10 s; see ${home.logFile}`)
    await delay(50)
  }
}

export interface LaunchOptions {
  /** Listens there on loopback, guarded by the password; left out, on a private unix socket. */
  port?: number | undefined
  /** How long it may write nothing to its log and not be ready. While it recovers it writes a line every 10 s. */
  silentMs?: number
}

/** Starts the server and resolves when it takes connections. Throws TorilError UNAVAILABLE saying why it did not. */
export async function launchServer(
  binaries: Binaries,
  home: ServerHome,
  data: string,
  { port, silentMs = 60_000 }: LaunchOptions = {},
): Promise<ServerProcess> {
  const options = { ...settings, ...(await listenSettings(home, port)) }
  const log = await openLog(home.logFile)
  try {
    const from = (await log.stat()).size
    const server =
      process.platform === 'win32'
        ? await startWithPgCtl(binaries, home, data, options)
        : spawnServer(binaries, home, data, options, log)
    let ended: string | undefined
    void server.exited.then((how) => (ended = how))
    let written = from
    let writtenAt = performance.now()
    for (;;) {
      const file = await readPostmasterFile(data)
      if (file?.ready === true && file.pid === server.pid) return server
      if (ended !== undefined) throw startFailure(home.folder, await readLog(home.logFile, from), ended)
      const { size } = await log.stat()
      if (size !== written) {
        written = size
        writtenAt = performance.now()
      } else if (performance.now() - writtenAt > silentMs) {
        await stopServer(server, binaries, data, sickStopMs)
        throw silentStart(home.folder, home.logFile, silentMs)
      }
      await delay(15)
    }
  } finally {
    await log.close()
  }
}

async function waitForEnd(server: ServerProcess, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  try {
    const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false)
    return await Promise.race([server.exited.then(() => true), late])
  } finally {
    timer.abort()
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It has just ended.
  }
}

/** A checkpoint of all that was written comes before the end. */
const healthyStopMs = 30_000
/** One that does not answer, or recovers: PostgreSQL 18 asked to stop while it recovers may do neither (seen). */
export const sickStopMs = 2_000

/**
 * Fast shutdown: connections are cut, what was committed is on disk. A server that does not end within the time
 * is ended; the next start recovers what was committed.
 */
export async function stopServer(
  server: ServerProcess,
  binaries: Binaries,
  data: string,
  withinMs = healthyStopMs,
): Promise<void> {
  if (process.platform === 'win32') {
    await run(binaries.pgCtl, ['stop', '-m', 'fast', '-w', '-D', data], { windowsHide: true }).catch(() => undefined)
    if (await waitForEnd(server, 1_000)) return
  } else {
    signal(server.pid, 'SIGINT')
    if (await waitForEnd(server, withinMs)) return
    signal(server.pid, 'SIGQUIT')
    if (await waitForEnd(server, 5_000)) return
  }
  signal(server.pid, 'SIGKILL')
  await waitForEnd(server, 5_000)
}
