import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { startOutageProxy, type OutageProxy } from '../support/outage-proxy.ts'
import { until } from './until.ts'

describe('a server that holds the connection and answers nothing', () => {
  let redis: TestRedis
  let proxy: OutageProxy
  let queue: RunnerQueue
  const problems: string[] = []

  beforeEach(async () => {
    redis = await startTestRedis()
    proxy = await startOutageProxy(() => ({ host: '127.0.0.1', port: redis.port }))
    queue = await createJobQueue({
      name: 'q',
      backend: { kind: 'redis', options: { host: '127.0.0.1', port: proxy.port } },
      runnerId: 'a',
      timing: { answerMs: 3_000, pingMs: 200 },
      onProblem: (message) => problems.push(message),
    })
  })
  afterEach(async () => {
    await queue.close()
    await proxy.stop()
    await redis.stop()
  })

  it('is noticed, makes every question fail in time, and is told once', async () => {
    proxy.freeze()
    await expect(queue.add('a', 1, { attempts: 1, backoff: { type: 'fixed', delayMs: 0 } })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
    await until(() => queue.connection().state === 'reconnecting', 'the outage is noticed')
    await expect(queue.counts()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    // What is back before the first try has failed is told to nobody.
    await until(() => problems.length > 0, 'it is told')
    await proxy.restore()
    await until(() => queue.connection().state === 'live', 'the connection is back')
    expect((await queue.counts()).waiting).toBeLessThanOrEqual(1)
    expect(problems.filter((problem) => problem.includes('cannot be reached'))).toHaveLength(1)
  })
})
