import { createPostgresBackend, Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { QueueTarget } from '../../electron/runner/queue/queue-config.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { until } from './until.ts'

interface Place {
  target: QueueTarget
  queue(name: string): Queue
  worker(name: string): Worker
}

function itKeepsWhatOthersEnded(place: () => Place): void {
  const keep = { completed: 1, failed: 0 }
  let notices: string[] = []

  async function endOnToril(name: string, count: number, foreign: Queue, ended: number): Promise<void> {
    const queue = await createJobQueue({ name, backend: place().target, retention: keep, runnerId: 'r1' })
    notices = queue.notices.map(({ code }) => code)
    const process = () => Promise.resolve({ kind: 'complete', result: null } as const)
    try {
      await queue.consume(process, { concurrency: 2, onSettled: () => undefined })
      for (let n = 0; n < count; n += 1)
        await queue.add('own', n, { attempts: 1, backoff: { type: 'fixed', delayMs: 0 } })
      await until(async () => (await foreign.getCompletedCount()) === ended, 'all have ended')
      await queue.trim(keep, Date.now() + 1)
    } finally {
      await queue.close()
    }
  }

  it('deletes no finished job of a queue that was there before, at any start', async () => {
    const foreign = place().queue('older')
    const worker = place().worker('older')
    try {
      for (let n = 0; n < 4; n += 1) await foreign.add('theirs', { n })
      await until(async () => (await foreign.getCompletedCount()) === 4, 'the other program has run them')
      await worker.close()
      await endOnToril('older', 2, foreign, 6)
      expect(await foreign.getCompletedCount()).toBe(6)
      await endOnToril('older', 1, foreign, 7)
      expect(await foreign.getCompletedCount()).toBe(7)
      expect(notices).toContain('FINISHED_JOBS_KEPT')
    } finally {
      await worker.close()
      await foreign.close()
    }
  })

  it('trims a queue whose producer came first and only added jobs', async () => {
    const producer = place().queue('added')
    try {
      for (let n = 0; n < 3; n += 1) await producer.add('theirs', { n })
      await endOnToril('added', 1, producer, 4)
      expect(await producer.getCompletedCount()).toBe(1)
    } finally {
      await producer.close()
    }
  })

  it('trims a queue that it made itself, also after another start', async () => {
    const own = await createJobQueue({ name: 'made', backend: place().target, retention: keep, runnerId: 'r1' })
    await own.close()
    const foreign = place().queue('made')
    try {
      await endOnToril('made', 3, foreign, 3)
      expect(await foreign.getCompletedCount()).toBe(1)
      expect(notices).not.toContain('FINISHED_JOBS_KEPT')
    } finally {
      await foreign.close()
    }
  })
}

describe('retention on Redis', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startTestRedis()
  })
  afterAll(() => redis.stop())
  itKeepsWhatOthersEnded(() => {
    const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
    return {
      target: { kind: 'redis', options: { host: '127.0.0.1', port: redis.port } },
      queue: (name) => new Queue(name, { connection }),
      worker: (name) => new Worker(name, () => Promise.resolve(1), { connection }),
    }
  })
})

describe('retention on PostgreSQL', () => {
  let postgres: TestPostgres
  let url: string
  beforeAll(async () => {
    postgres = await startTestPostgres()
    url = await postgres.createDatabase()
  })
  afterAll(() => postgres.stop())
  itKeepsWhatOthersEnded(() => {
    const connection = { connectionString: url, migrate: true }
    return {
      target: { kind: 'postgres', url },
      queue: (name) => new Queue(name, { connection }, createPostgresBackend) as unknown as Queue,
      worker: (name) =>
        new Worker(name, () => Promise.resolve(1), { connection }, createPostgresBackend) as unknown as Worker,
    }
  })
})
