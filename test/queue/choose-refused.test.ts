import { createRequire } from 'node:module'
import { runMigrations } from 'bullmq'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { QueueTarget } from '../../electron/runner/queue/queue-config.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { complete } from './contract/processors.ts'

/*
 * The step that leaves jobs of unknown types alone is put into BullMQ's own text. Where that is another one, taking
 * must be refused: without the step every job would be taken.
 */

const stops: (() => Promise<unknown>)[] = []
afterEach(() => stopAll(stops.splice(0)))

/** BullMQ's scripts as its connections define them. */
const scripts = createRequire(import.meta.url)('bullmq/dist/cjs/scripts') as Record<string, { content: string }>

async function open(backend: QueueTarget): Promise<RunnerQueue> {
  const queue = await createJobQueue({
    name: 'changed',
    backend,
    runnerId: 'r1',
    onProblem: () => undefined,
  })
  stops.unshift(() => queue.close())
  return queue
}

const types = { current: () => ['ours'], onChange: () => () => undefined }
const take = (queue: RunnerQueue) => queue.consume(complete(), { concurrency: 1, onSettled: () => undefined, types })

test.each(['moveToActive', 'moveToFinished', 'moveToDelayed'])(
  'on Redis, with another %s of BullMQ than is known, nothing is taken and it is said why',
  async (name) => {
    const redis = await startTestRedis()
    stops.push(() => redis.stop())
    const script = scripts[name]
    if (script === undefined) throw new Error(`BullMQ has no script ${name}`)
    const before = script.content
    script.content = before.replace('"RPOPLPUSH", waitKey, activeKey', '"LMOVE", waitKey, activeKey, "RIGHT", "LEFT"')
    stops.unshift(() => Promise.resolve((script.content = before)))
    expect(script.content).not.toBe(before)
    const queue = await open({ kind: 'redis', options: { host: '127.0.0.1', port: redis.port } })
    const { id } = await queue.add('theirs', 1, { attempts: 1, backoff: { type: 'fixed', delayMs: 0 } })
    await expect(take(queue)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`BullMQ's script ${name} is another one than Toril knows`) as string,
    })
    expect((await queue.get(id))?.state).toBe('waiting')
  },
)

test('on PostgreSQL, with another function of BullMQ than is known, nothing is taken and it is said why', async () => {
  const postgres = await startTestPostgres()
  stops.push(() => postgres.stop())
  const url = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await runMigrations(client)
  const { rows } = await client.query<{ text: string }>(
    "SELECT pg_get_functiondef('bullmq.move_to_active'::regproc) AS text",
  )
  const text = rows[0]?.text ?? ''
  const changed = text.replace('ORDER BY priority, seq', 'ORDER BY seq, priority')
  expect(changed).not.toBe(text)
  await client.query(changed)
  await client.end()
  await expect(open({ kind: 'postgres', url }).then(take)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(
      "BullMQ's function toril_queue.move_to_active in this database is another one than Toril knows",
    ) as string,
  })
})
