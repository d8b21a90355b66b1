import { Redis } from 'ioredis'
import { afterEach, expect, it } from 'vitest'
import type { RedisTarget } from '../../electron/runner/queue/queue-config.ts'
import { RedisClients } from '../../electron/runner/queue/redis-clients.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'
import { startTestRedis } from '../support/redis.ts'
import { until } from './until.ts'

const host = '127.0.0.1'
let stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

it('what a worker has to say while its connection is refused is rejected in the form in which BullMQ says it again', async () => {
  const redis = await startTestRedis({ password: 'first' })
  const control = new Redis({ host, port: redis.port, password: 'first' })
  const target: RedisTarget = { kind: 'redis', options: { host, port: redis.port, password: 'first' } }
  const clients = new RedisClients(target, { answerMs: 2_000, pace: createRetryPace() })
  stops = [() => redis.stop(), () => control.disconnect(), () => clients.endAll()]
  const worker = clients.open({ patient: true, silenceMs: 30_000 })
  const copy = (worker as Redis).duplicate()
  await Promise.all([worker.set('a', 1), copy.get('a')])
  await control.config('SET', 'requirepass', 'second')
  await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await until(() => [worker, copy].every(({ status }) => status !== 'ready'), 'their connections are broken')
  const outage = { code: 'ECONNREFUSED', message: expect.stringMatching(/^WRONGPASS/) as string }
  await Promise.all([worker, copy].map((client) => expect(client.eval('return 1', 0)).rejects.toMatchObject(outage)))
  await control.config('SET', 'requirepass', 'first')
  expect(await worker.get('a')).toBe('1')
  // What is wrong in itself stays as it is.
  await expect(worker.lpush('a', 1)).rejects.toMatchObject({ message: expect.stringMatching(/^WRONGTYPE/) as string })
})
