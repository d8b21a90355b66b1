import { FlowProducer, Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedisServer } from '../../electron/runner/queue/redis-server.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { describeTrim } from './trim.contract.ts'

describe('trimming on Redis', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startTestRedis()
  })
  afterAll(() => redis.stop())

  describeTrim(() => {
    const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
    const target = { kind: 'redis', options: { host: '127.0.0.1', port: redis.port } } as const
    return {
      target,
      foreignQueue: (name) => Promise.resolve(new Queue(name, { connection })),
      foreignWorker: (name, process) => new Worker(name, process, { connection }),
      foreignFlows: () => new FlowProducer({ connection }),
      open: () =>
        openRedisServer({
          target,
          queueName: 'any',
          prefix: 'bull',
          readOnly: false,
          answerMs: 4_500,
          pace: createRetryPace(),
        }),
      async fill(queue, count) {
        const client = new Redis(redis.port)
        const script = `for n = 1, ARGV[1] do
          local id, at = 'theirs-' .. n, ARGV[2] - 3600000 + n
          redis.call('ZADD', KEYS[1] .. ':completed', at, id)
          redis.call('HSET', KEYS[1] .. ':' .. id, 'name', 'theirs', 'data', '{}', 'opts', '{}', 'timestamp', at,
            'processedOn', at, 'finishedOn', at, 'returnvalue', '1')
        end`
        await client.eval(script, 1, `bull:${queue}`, count, Date.now())
        client.disconnect()
      },
    }
  })

  it('leaves alone a job of which it is not said whether a runner of Toril took it last', async () => {
    const client = new Redis(redis.port)
    const target = { kind: 'redis', options: { host: '127.0.0.1', port: redis.port } } as const
    const options = { target, queueName: 'old', prefix: 'bull', readOnly: false, answerMs: 4_500 }
    const server = await openRedisServer({ ...options, pace: createRetryPace() })
    try {
      const kept = { processedOn: 1_000, ats: 2, opts: '{}' }
      await client.hset('bull:old:ambiguous', { ...kept, pb: 'toril:r1' })
      await client.hset('bull:old:ours', { ...kept, pb: 'toril:r1@1000.2' })
      await client.zadd('bull:old:completed', 1_001, 'ambiguous', 1_002, 'ours')
      const finished = server.finished('old')
      const page = await finished.page('completed', undefined, 2_000, 10)
      expect(page.map(({ id, whose }) => [id, whose])).toEqual([
        ['ambiguous', 'left'],
        ['ours', 'ours'],
      ])
      await finished.remove('completed', page)
      expect(await client.exists('bull:old:ambiguous', 'bull:old:ours')).toBe(1)
    } finally {
      client.disconnect()
      await server.close()
    }
  })
})
