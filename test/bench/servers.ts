import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createPostgresBackend,
  DEFAULT_SCHEMA,
  Queue,
  runMigrations,
  type BackendFactory,
  type IQueueBackend,
  type PgPool,
} from 'bullmq'
import pg from 'pg'
import { makeTestFolder, startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import type { ServerPids } from './cpu.ts'
import type { Backend } from './measure.ts'

export type PlainQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>

/** How plain BullMQ reaches the queue's server. */
export interface PlainConnection {
  connection: { host: string; port: number } | Record<string, never>
  /** BullMQ's own default is Redis. */
  factory?: BackendFactory
  close(): Promise<void>
}

/** The servers of one measure: the queue's, and the database of the history. */
export interface BenchServers {
  backend: Backend
  pids: ServerPids
  /** A new one for each contender, as a program of its own would have. */
  connectPlain(): Promise<PlainConnection>
  /** Environment of a runner with a database of its own, which holds its queue too when that is on PostgreSQL. */
  environment(queueName: string): Promise<Record<string, string>>
  /** A new folder that goes with the servers. */
  folder(name: string): string
  stop(): Promise<void>
}

export async function startServers(backend: Backend): Promise<BenchServers> {
  const postgres = await startTestPostgres()
  const redis =
    backend === 'postgres'
      ? undefined
      : await startTestRedis().catch(async (error: unknown) => {
          await postgres.stop()
          throw error
        })
  const folder = await makeTestFolder()
  return {
    backend,
    pids: { postgres: postgres.server.pid, ...(redis === undefined ? {} : { redis: redis.pid }) },
    async connectPlain() {
      if (redis === undefined) return connectToPostgres(await postgres.createDatabase())
      return { connection: { host: '127.0.0.1', port: redis.port }, close: () => Promise.resolve() }
    },
    async environment(queueName) {
      const queue = redis === undefined ? {} : { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) }
      return { ...queue, DATABASE_URL: await postgres.createDatabase(), TORIL_QUEUE: queueName }
    },
    folder: (name) => join(folder, name),
    async stop() {
      await redis?.stop()
      await postgres.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** BullMQ's backend over a pool of `pg`, as its documentation has it; each part of BullMQ shares the pool. */
export async function connectToPostgres(url: string): Promise<PlainConnection> {
  const pool = new pg.Pool({ connectionString: url, max: 12, options: `-c search_path=${DEFAULT_SCHEMA}` })
  pool.on('error', () => undefined)
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
  return {
    connection: {},
    factory: (name, opts, extra) =>
      createPostgresBackend(name, { ...opts, connection: pool as unknown as PgPool }, extra),
    close: () => pool.end(),
  }
}

/** A queue as any foreign producer would open it. */
export function openQueue(name: string, { connection, factory }: PlainConnection): PlainQueue {
  return factory === undefined ? new Queue(name, { connection }) : new Queue(name, { connection }, factory)
}
