import { expect, test } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import { until } from '../queue/until.ts'
import { startTestRedis } from '../support/redis.ts'
import { RunnerHome } from './runner-under-test.ts'

test('who begins to watch while the queue is away is told so at once, with the numbers of before', async () => {
  const redis = await startTestRedis()
  const home = await RunnerHome.make({ REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) })
  try {
    const runner = await home.start()
    // It ends after the numbers were read last.
    const { id } = await runner.jobs.enqueue('add-two-numbers', { a: 1, b: 2 }, {})
    await until(async () => (await runner.jobs.get(id)).state === 'completed', 'it has ended')
    await redis.kill()
    await until(async () => (await runner.health()).queue === 'unreachable', 'the outage is noticed')
    const stop = new AbortController()
    const seen: Update[] = []
    const watching = (async () => {
      for await (const update of runner.watch(stop.signal)) seen.push(update)
    })()
    await until(() => seen.some(({ queue }) => queue?.connection.message?.includes('refused')), 'the reason is told')
    expect(seen[0]).toMatchObject({ kind: 'snapshot', jobs: [{ id }], queue: { counts: { waiting: 0, active: 0 } } })
    await until(() => seen.findLast(({ queue }) => queue !== undefined)?.queue?.counts.completed === 1, 'it is counted')
    expect(seen[0]?.queue?.connection.state).not.toBe('live')
    stop.abort()
    await watching
  } finally {
    await home.remove()
    await redis.stop()
  }
})
