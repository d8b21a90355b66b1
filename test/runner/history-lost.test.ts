import { rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import { startEmbeddedPostgres } from '../../electron/runner/connections/embedded-postgres.ts'
import { until } from '../queue/until.ts'
import { makeTestFolder } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { RunnerHome } from './runner-under-test.ts'

test('while the history of a queue on Redis is away the queue is shown, and the panel is told why the rest is not', async () => {
  const redis = await startTestRedis()
  const dataDir = await makeTestFolder()
  let server = await startEmbeddedPostgres({ dataDir })
  const home = await RunnerHome.make({ REDIS_URL: redis.url, DATABASE_URL: server.url })
  try {
    const runner = await home.start()
    const notices = () => runner.system().notices.map(({ code }) => code)
    const before = await runner.jobs.enqueue('add-two-numbers', { a: 1, b: 2 })
    await until(async () => (await runner.queue.info()).counts.completed === 1, 'the first job is done')
    await server.stop()

    const during = await runner.jobs.enqueue('add-two-numbers', { a: 3, b: 4 })
    await until(() => notices().includes('HISTORY_AWAY'), 'the outage is told')
    expect(await runner.queue.info()).toMatchObject({ connection: { state: 'live' }, counts: { completed: 1 } })
    const stop = new AbortController()
    const seen: Update[] = []
    const watching = (async () => {
      for await (const update of runner.watch(stop.signal)) seen.push(update)
    })()
    await until(() => seen.length > 0, 'a panel that is opened now is shown something')
    expect(seen[0]?.system?.notices[0]?.message).toMatch(/^The history is away: PostgreSQL at .* search and finished/)
    expect(new Set(seen[0]?.jobs?.map(({ id }) => id))).toEqual(new Set([before.id, during.id]))

    server = await startEmbeddedPostgres({ dataDir })
    await until(() => !notices().includes('HISTORY_AWAY'), 'it is back')
    await until(() => seen.some(({ system }) => system?.notices.length === 0), 'the panel is told so')
    await until(async () => (await runner.queue.info()).counts.completed === 2, 'what happened meanwhile is written')
    stop.abort()
    await watching
  } finally {
    await home.remove()
    await server.stop()
    await redis.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
})
