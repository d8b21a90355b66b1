import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'

export interface TestRedis {
  readonly port: number
  readonly url: string
  readonly pid: number
  /** Ends the server the hard way: SIGKILL. */
  kill(): Promise<void>
  /** Starts it again on the same port and data. */
  restart(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/**
 * Systems give the ports above to connections that go out (Linux from 32768 on, others from 49152). A server that comes
 * back on its port must not find it taken by such a one.
 */
const ports = { from: 10_000, below: 32_000 }

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}

/** A port nobody listens on at this moment, nor is likely to take while its server is down. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(ports.from, ports.below)
    if (await isFree(port)) return port
  }
}

export interface TestRedisOptions {
  /** Added to the command line, where the last of two settings counts. */
  args?: string[] | ((port: number) => string[])
  password?: string
  /** How a client gets in, where host, port and password are not enough. */
  client?: RedisOptions
}

/** A real redis-server of its own: loopback, free port, append-only file in a folder that goes with it. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-redis-'))
  const port = await freePort()
  let server = await run(port, folder, options)
  // A test that fails before its clean-up must leave no server behind.
  const atExit = (): void => void server.kill('SIGKILL')
  process.once('exit', atExit)

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid ?? 0
    },
    async kill() {
      await writeAll({ port, ...access(options) }).catch(() => undefined)
      await end(server)
    },
    async restart() {
      await end(server)
      server = await run(port, folder, options)
    },
    async stop() {
      process.removeListener('exit', atExit)
      await end(server)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function run(port: number, folder: string, options: TestRedisOptions): Promise<ChildProcess> {
  const { args = [], password } = options
  const server = spawn(
    'redis-server',
    [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--loglevel', 'warning'],
      ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
      ...(password === undefined ? [] : ['--requirepass', password]),
      ...(typeof args === 'function' ? args(port) : args),
    ],
    { stdio: 'ignore' },
  )
  try {
    await answers(server, { port, ...access(options) })
  } catch (error) {
    await end(server)
    throw error
  }
  return server
}

function access({ password, client }: TestRedisOptions): RedisOptions {
  return { ...(password === undefined ? {} : { password }), ...client }
}

/**
 * Has the server write to its file what it has acknowledged. With everysec it does so before it answers, unless the
 * disk is so slow that a second later it still syncs: then a kill would lose what came meanwhile.
 */
async function writeAll(options: RedisOptions): Promise<void> {
  const all: RedisOptions & { replyMapping: 'legacy' } = {
    host: '127.0.0.1',
    ...options,
    replyMapping: 'legacy',
    retryStrategy: () => null,
    commandTimeout: 5_000,
  }
  const client = new Redis(all)
  client.on('error', () => undefined)
  try {
    await client.config('SET', 'appendfsync', 'always')
  } finally {
    client.disconnect()
  }
}

async function answers(server: ChildProcess, options: RedisOptions): Promise<void> {
  const failed = new Promise<never>((_, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${String(code)} before it answered`)))
  })
  failed.catch(() => undefined)
  const all: RedisOptions & { replyMapping: 'legacy' } = {
    host: '127.0.0.1',
    ...options,
    replyMapping: 'legacy',
    retryStrategy: () => 20,
    maxRetriesPerRequest: null,
  }
  const client = new Redis(all)
  client.on('error', () => undefined)
  try {
    await Promise.race([client.ping(), failed])
  } finally {
    client.disconnect()
  }
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  server.kill('SIGKILL')
  await ended
}
