import { createPostgresBackend, Queue, Worker } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { QueueTarget } from '../../electron/runner/queue/queue-config.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { until } from './until.ts'

interface Place {
  target: QueueTarget
  queue(name: string): Queue
  worker(name: string): Worker
}

const codesOf = (queue: RunnerQueue): string[] => queue.notices().map(({ code }) => code)

function itKeepsWhatOthersEnded(place: () => Place): void {
  const keep = { completed: 1, failed: 0 }
  let notices: string[] = []

  const open = (name: string, runnerId = 'r1'): Promise<RunnerQueue> =>
    createJobQueue({ name, backend: place().target, retention: keep, runnerId })

  async function endOnToril(name: string, count: number, foreign: Queue, ended: number): Promise<void> {
    const queue = await open(name)
    notices = codesOf(queue)
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

  it('deletes no finished job of a queue that was empty when it came, of a producer or of another program', async () => {
    const foreign = place().queue('empty')
    const worker = place().worker('empty')
    try {
      await foreign.waitUntilReady()
      await foreign.getVersion()
      await endOnToril('empty', 2, foreign, 2)
      expect(notices).toContain('FINISHED_JOBS_KEPT')
      for (let n = 0; n < 2; n += 1) await foreign.add('theirs', { n })
      await until(async () => (await foreign.getCompletedCount()) === 4, 'the other program has run them')
      await endOnToril('empty', 1, foreign, 5)
      expect(await foreign.getCompletedCount()).toBe(5)
    } finally {
      await worker.close()
      await foreign.close()
    }
  })

  it('gives its own queue up for good once another program has ended a job of it', async () => {
    const first = await open('given-up')
    const foreign = place().queue('given-up')
    const worker = place().worker('given-up')
    try {
      for (let n = 0; n < 3; n += 1) await foreign.add('theirs', { n })
      await until(async () => (await foreign.getCompletedCount()) === 3, 'the other program has run them')
      expect(codesOf(first)).not.toContain('FINISHED_JOBS_KEPT')
      // Nobody has read them here yet: the look before they would go finds out.
      await first.trim(keep, Date.now() + 1)
      expect(await foreign.getCompletedCount()).toBe(3)
      expect(codesOf(first)).toContain('FINISHED_JOBS_KEPT')
      for (const job of await foreign.getCompleted()) await job.remove()
    } finally {
      await worker.close()
      await first.close()
    }
    try {
      await endOnToril('given-up', 2, foreign, 2)
      expect(await foreign.getCompletedCount()).toBe(2)
      expect(notices).toContain('FINISHED_JOBS_KEPT')
    } finally {
      await foreign.close()
    }
  })

  it('hears from another runner that the queue is no longer its own', async () => {
    const [one, other] = [await open('heard'), await open('heard', 'r2')]
    const foreign = place().queue('heard')
    const worker = place().worker('heard')
    try {
      await foreign.add('theirs', {}, { jobId: 'read' })
      await until(async () => (await one.get('read'))?.state === 'completed', 'the other program has run it')
      // Reading its end is enough.
      expect(one.isOwn()).toBe(false)
      await worker.close()
      await foreign.remove('read')
      await other.trim(keep, Date.now() + 1)
      expect(other.isOwn()).toBe(false)
    } finally {
      await Promise.all([worker.close(), one.close(), other.close()])
      await foreign.close()
    }
  })

  it('trims a queue that it made itself, also after another start', async () => {
    await (await open('made')).close()
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

  it('does not let the server cap the finished jobs either, from the moment that another program has ended one', async () => {
    const target = { host: '127.0.0.1', port: redis.port }
    // So much below that the server, which has some thousands to spare, keeps one.
    const retention = { completed: 1 - 60_000, failed: 0 }
    const backend = { kind: 'redis', options: target } as const
    const queue = await createJobQueue({ name: 'capped', backend, retention, runnerId: 'r1' })
    const foreign = new Queue('capped', { connection: target })
    const worker = new Worker('capped', () => Promise.resolve(1), {
      connection: { ...target, maxRetriesPerRequest: null },
      autorun: false,
    })
    const ended = new Set<string>()
    const end = async (count: number): Promise<void> => {
      const once = { attempts: 1, backoff: { type: 'fixed', delayMs: 0 } } as const
      const ids = await Promise.all(Array.from({ length: count }, async () => (await queue.add('own', null, once)).id))
      await until(() => ids.every((id) => ended.has(id)), 'all have ended')
    }
    try {
      const process = () => Promise.resolve({ kind: 'complete', result: null } as const)
      const types = { current: () => ['own'], onChange: () => () => undefined }
      await queue.consume(process, { concurrency: 1, types, onSettled: ({ id }) => ended.add(id) })
      await end(3)
      expect(await foreign.getCompletedCount()).toBe(1)
      await foreign.add('theirs', {}, { jobId: 'theirs' })
      void worker.run()
      await until(async () => (await queue.get('theirs'))?.state === 'completed', 'the other program has run it')
      await worker.close()
      await end(3)
      expect(await foreign.getCompletedCount()).toBe(5)
    } finally {
      await Promise.all([worker.close(), queue.close(), foreign.close()])
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
