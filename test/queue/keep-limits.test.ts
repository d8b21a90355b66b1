import { Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPostgresServer } from '../../electron/runner/queue/postgres-server.ts'
import { countJobs } from '../../electron/runner/queue/page-ids.ts'
import { obliterate } from '../../electron/runner/queue/queue-contents.ts'
import type { QueueServer } from '../../electron/runner/queue/queue-server.ts'
import { openRedisServer } from '../../electron/runner/queue/redis-server.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'

const places = {
  async redis() {
    const redis = await startTestRedis()
    const target = { kind: 'redis', options: { host: '127.0.0.1', port: redis.port } } as const
    const server = await openRedisServer({
      ...{ target, queueName: 'any', prefix: 'bull', readOnly: false },
      ...{ answerMs: 4_500, pace: createRetryPace() },
    })
    return { server, stop: () => redis.stop() }
  },
  async postgres() {
    const postgres = await startTestPostgres()
    const url = await postgres.createDatabase()
    const server = await openPostgresServer({ url, answerMs: 4_500, pace: createRetryPace(), prepare: true })
    return { server, stop: () => postgres.stop() }
  },
}

describe.each(['redis', 'postgres'] as const)('an obliterate on %s', (backend) => {
  const stops: (() => Promise<unknown>)[] = []
  let server: QueueServer
  beforeAll(async () => {
    const place = await places[backend]()
    server = place.server
    stops.push(place.stop, () => server.close())
  })
  afterAll(() => stopAll(stops.splice(0).reverse()))

  async function queueWithJobs(name: string): Promise<Queue> {
    const queue = new Queue(name, { connection: {} }, server.asking) as unknown as Queue
    stops.push(() => queue.close())
    await queue.addBulk(Array.from({ length: 1_500 }, (_, n) => ({ name: 'theirs', data: { n } })))
    await queue.pause()
    return queue
  }

  /** BullMQ's own counts leave out, on PostgreSQL, what waits in a paused queue. */
  async function left(queue: Queue): Promise<number> {
    const { waiting } = await countJobs(queue)
    return waiting
  }

  const cutAfter = (asked: number) => {
    let count = 0
    return async <T>(question: () => Promise<T>): Promise<T> => {
      const answer = await question()
      count += 1
      if (count === asked) throw new Error('The server went away with its answer.')
      return answer
    }
  }

  test('keeps pause and limits also when the server goes away right after the last job', async () => {
    const queue = await queueWithJobs('limited')
    await queue.setGlobalRateLimit(5, 1_000)
    await queue.setGlobalConcurrency(7)
    await expect(obliterate(queue, cutAfter(2))).rejects.toThrow('went away')
    expect(await left(queue)).toBe(0)
    expect(await queue.isPaused()).toBe(true)
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 5, duration: 1_000 })
    expect(await queue.getGlobalConcurrency()).toBe(7)
  })

  test('leaves limits alone that somebody sets or lifts meanwhile', async () => {
    const queue = await queueWithJobs('changing')
    await queue.setGlobalConcurrency(7)
    await expect(obliterate(queue, cutAfter(1))).rejects.toThrow('went away')
    expect(await left(queue)).toBe(500)
    await queue.removeGlobalConcurrency()
    await queue.setGlobalRateLimit(3, 500)
    await obliterate(queue, (question) => question())
    expect(await left(queue)).toBe(0)
    expect(await queue.getGlobalConcurrency()).toBeNull()
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 3, duration: 500 })
  })

  test('gives a queue without limits none, and leaves it paused until it is resumed', async () => {
    const queue = await queueWithJobs('bare')
    await obliterate(queue, (question) => question())
    expect(await queue.isPaused()).toBe(true)
    expect(await queue.getGlobalRateLimit()).toBeNull()
    expect(await queue.getGlobalConcurrency()).toBeNull()
    await queue.resume()
    expect(await queue.isPaused()).toBe(false)
  })
})
