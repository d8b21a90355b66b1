import { Queue } from 'bullmq'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startOutageProxy, type OutageProxy } from '../support/outage-proxy.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { RunnerHome } from './runner-under-test.ts'

/* An obliterate pauses the queue, and with it the workers of every program. */

let home: RunnerHome
let proxy: OutageProxy
let theirs: Queue
let runner: Runner
const stops: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  proxy = await startOutageProxy(() => ({ host: '127.0.0.1', port: redis.port }))
  theirs = new Queue('toril', { connection: { port: redis.port } })
  stops.push(
    () => redis.stop(),
    () => postgres.stop(),
    () => proxy.stop(),
    () => theirs.close(),
  )
  home = await RunnerHome.make({
    REDIS_URL: '127.0.0.1',
    REDIS_PORT: String(proxy.port),
    DATABASE_URL: postgres.url,
  })
  stops.push(() => home.remove())
  runner = await home.start()
  await theirs.addBulk(Array.from({ length: 3_000 }, (_, n) => ({ name: 'send-invoice', data: { n } })))
})
afterEach(() => stopAll(stops.splice(0).reverse()))

/** Obliterates, and does something once the first jobs are gone; answers how the act ends. */
async function obliterate(onceBegun: () => unknown): Promise<unknown> {
  const asked = { by: 'test', signal: new AbortController().signal }
  let begun = false
  try {
    for await (const { done, over } of await runner.queue.obliterate({ force: true }, asked)) {
      if (begun || done === 0) continue
      expect(over).toBe(false)
      expect(await theirs.isPaused()).toBe(true)
      begun = true
      void onceBegun()
    }
  } catch (error) {
    return error
  }
  return undefined
}

test('an obliterate that is no longer allowed half-way leaves the queue as it found it, going on', async () => {
  const { id } = runner.system().profile
  await runner.profiles.update(id, { readOnly: true })
  // As a read-only profile it has to be opened.
  await home.stopRunners()
  runner = await home.start()
  runner.safety.allow(id, { name: 'This computer', minutes: 60 })
  expect(await obliterate(() => runner.safety.end(id))).toMatchObject({ code: 'READ_ONLY' })
  expect(await theirs.isPaused()).toBe(false)
  expect(await theirs.getWaitingCount()).toBeGreaterThan(0)
})

test('a profile made read-only half-way stops an obliterate, which says how far it came', async () => {
  const { id } = runner.system().profile
  const refusal = {
    code: 'READ_ONLY',
    message: expect.stringMatching(/read-only now, so this was stopped: [\d,]+ of 3,000/) as string,
  }
  expect(await obliterate(() => runner.profiles.update(id, { readOnly: true }))).toMatchObject(refusal)
  expect(await theirs.isPaused()).toBe(false)
  const left = await theirs.getWaitingCount()
  expect(left).toBeGreaterThan(0)
  const asked = { by: 'test', signal: new AbortController().signal }
  for await (const told of await runner.queue.drain({ dryRun: true }, asked)) expect(told.total).toBe(left)
})

test('a queue whose server goes away during an obliterate goes on as soon as it is back, and until then that is said', async () => {
  const error = await obliterate(() => proxy.cut())
  expect(error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/The queue toril is still paused: Toril resumes it/) as string,
  })
  expect(await theirs.isPaused()).toBe(true)
  await proxy.restore()
  await until(async () => !(await theirs.isPaused()), 'it goes on')
})
