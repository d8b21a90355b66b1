import { createPostgresBackend, Queue, Worker, type Processor, type QueueOptions, type WorkerOptions } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'

/** A server on which another program has queues with plain BullMQ. */
export interface ForeignPlace {
  /** Lead a runner there. */
  variables: Record<string, string>
  queue(name: string, options?: Partial<QueueOptions>): Queue
  worker(name: string, process: Processor, options?: Partial<WorkerOptions>): Worker
  /** What BullMQ keeps of the queue itself, byte for byte. */
  meta(name: string): Promise<unknown>
  stop(): Promise<void>
}

async function onRedis(): Promise<ForeignPlace> {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const client = new Redis(redis.port)
  client.on('error', () => undefined)
  return {
    variables: { REDIS_URL: redis.url, DATABASE_URL: postgres.url },
    queue: (name, options) => new Queue(name, { ...options, connection }),
    worker: (name, process, options) => new Worker(name, process, { ...options, connection }),
    meta: async (name) => (await client.dumpBuffer(`bull:${name}:meta`))?.toString('base64'),
    async stop() {
      client.disconnect()
      await redis.stop()
      await postgres.stop()
    },
  }
}

async function onPostgres(): Promise<ForeignPlace> {
  const postgres = await startTestPostgres()
  const connection = { connectionString: postgres.url, migrate: true }
  const client = new pg.Client({ connectionString: postgres.url })
  client.on('error', () => undefined)
  await client.connect()
  return {
    variables: { DATABASE_URL: postgres.url },
    queue: (name, options) => new Queue(name, { ...options, connection }, createPostgresBackend) as unknown as Queue,
    worker: (name, process, options) =>
      new Worker(name, process, { ...options, connection }, createPostgresBackend) as unknown as Worker,
    async meta(name) {
      const { rows } = await client.query<{ row: string }>(
        // Each worker, whoever has it, notes there when it last looked for stalled jobs.
        `SELECT (xmin, meta.*)::text AS row FROM bullmq.meta
         WHERE queue = $1 AND field <> 'stalled-check' ORDER BY field`,
        [name],
      )
      return rows.map(({ row }) => row)
    },
    async stop() {
      await client.end()
      await postgres.stop()
    },
  }
}

export const foreignPlaces = [
  ['Redis', onRedis],
  ['PostgreSQL', onPostgres],
] as const
