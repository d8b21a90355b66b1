import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createPostgresBackend, Queue, Worker, type Job as BullJob } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createProfileStore } from '../../electron/runner/connections/profiles/create-profile-store.ts'
import { createKeyFileBox } from '../../electron/runner/connections/profiles/key-file-box.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { RunnerHome, whenFinished } from './runner-under-test.ts'

/*
 * A queue that was made and used by another program with plain BullMQ, before Toril ever came to it: most of its jobs
 * are of types that Toril does not know.
 */

const name = 'orders'
const stops: (() => Promise<unknown>)[] = []
let home: RunnerHome
beforeEach(async () => {
  home = await RunnerHome.make({})
})
afterEach(async () => {
  await home.remove()
  await stopAll(stops.splice(0))
})

interface Place {
  variables: Record<string, string>
  queue: Queue
  worker(process: (job: BullJob) => Promise<unknown>): Worker
  /** Everything that is kept of queues, with its values. */
  contents(): Promise<unknown>
  /** Jobs that only this server can hold, by id, and the state they are listed in. */
  addOdd(): Promise<Record<string, string>>
}

async function onRedis(): Promise<Place> {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  stops.unshift(
    () => redis.stop(),
    () => postgres.stop(),
  )
  const connection = { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null }
  const client = new Redis(redis.port)
  client.on('error', () => undefined)
  const queue = new Queue(name, { connection })
  stops.unshift(
    () => queue.close(),
    () => Promise.resolve(client.disconnect()),
  )
  return {
    variables: { REDIS_URL: redis.url, DATABASE_URL: postgres.url, TORIL_QUEUE: name },
    queue,
    worker: (process) => new Worker(name, process, { connection }),
    async contents() {
      // The lock of the other program's worker runs out by itself.
      const keys = (await client.keys('*')).filter((key) => !key.endsWith(':stalled-check')).toSorted()
      return Promise.all(
        keys.map(async (key) => [
          key,
          (await client.dumpBuffer(key))?.toString('base64'),
          (await client.pttl(key)) > 0,
        ]),
      )
    },
    async addOdd() {
      const key = (id: string) => `bull:${name}:${id}`
      await queue.add('odd', { text: 'a\0b\ud800c' }, { jobId: 'no-text' })
      await queue.add('odd', { n: 1 }, { jobId: 'no-json' })
      await client.hset(key('no-json'), 'data', 'not JSON {')
      await queue.add('odd', { n: 1 }, { jobId: 'no-time' })
      await client.hdel(key('no-time'), 'timestamp')
      await queue.add('odd', { n: 1 }, { jobId: 'gone' })
      await client.del(key('gone'))
      return { 'no-text': 'waiting', 'no-json': 'waiting', 'no-time': 'waiting' }
    },
  }
}

async function onPostgres(): Promise<Place> {
  const postgres = await startTestPostgres()
  stops.unshift(() => postgres.stop())
  const connection = { connectionString: postgres.url, migrate: true }
  const client = new pg.Client({ connectionString: postgres.url })
  client.on('error', () => undefined)
  await client.connect()
  const queue = new Queue(name, { connection }, createPostgresBackend) as unknown as Queue
  stops.unshift(
    () => queue.close(),
    () => client.end(),
  )
  return {
    variables: { DATABASE_URL: postgres.url, TORIL_QUEUE: name },
    queue,
    worker: (process) => new Worker(name, process, { connection }, createPostgresBackend) as unknown as Worker,
    async contents() {
      const tables = await client.query<{ at: string }>(
        `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS at FROM pg_tables
         WHERE schemaname IN ('bullmq', 'toril_queue') ORDER BY 1`,
      )
      const all = []
      for (const { at } of tables.rows) {
        const { rows } = await client.query<{ row: string }>(
          `SELECT to_jsonb(t)::text AS row FROM ${at} AS t ORDER BY 1`,
        )
        all.push([at, rows.map(({ row }) => row)])
      }
      return all
    },
    addOdd: () => Promise.resolve({}),
  }
}

/** Fills the queue as its own program would, and answers the state of each job by its id. */
async function fill({ queue, worker, addOdd }: Place): Promise<Record<string, string>> {
  const ended = worker(async (job) => {
    if (job.name === 'print') throw new Error('The printer is on fire')
    await job.updateProgress(40)
    await job.log('sent')
    return { sent: [1, 2] }
  })
  await queue.add('send-invoice', { customer: 'Quetzal' }, { jobId: 'sent' })
  await queue.add('quick', { n: 5 }, { jobId: 'quick-ended' })
  await queue.add('print', { pages: 3 }, { jobId: 'burnt', attempts: 2, backoff: { type: 'fixed', delay: 1 } })
  await until(async () => (await queue.getJobCounts('completed', 'failed'))['failed'] === 1, 'one has failed')
  await until(async () => (await queue.getJobCounts('completed'))['completed'] === 2, 'two have completed')
  await ended.close()

  const later = { delay: 3_600_000 }
  await queue.add('send-invoice', { customer: 'Zanzibar' }, { jobId: 'waits' })
  await queue.add('quick', { n: 1 }, { jobId: 'quick-waits' })
  await queue.add('quick', { n: 'one' }, { jobId: 'quick-bad' })
  await queue.add('send-invoice', {}, { jobId: 'urgent', priority: 5 })
  await queue.add('send-invoice', {}, { jobId: 'later', ...later })
  await queue.add('quick', { n: 2 }, { jobId: 'quick-later', ...later })
  await queue.add('odd', 'just text', { jobId: 'text' })
  await queue.add('odd', undefined, { jobId: 'nothing' })
  await queue.add('odd', { text: 'x'.repeat(1_000_000) }, { jobId: 'huge' })
  await queue.add('odd', [[null, 1.5, { deep: [[]] }]], { jobId: 'order 7/ü#1' })
  await queue.add('odd', {}, { jobId: 'future', timestamp: Date.now() * 1_000 })
  return {
    sent: 'completed',
    'quick-ended': 'completed',
    burnt: 'failed',
    waits: 'waiting',
    'quick-waits': 'waiting',
    'quick-bad': 'waiting',
    urgent: 'waiting',
    later: 'delayed',
    'quick-later': 'delayed',
    text: 'waiting',
    nothing: 'waiting',
    huge: 'waiting',
    'order 7/ü#1': 'waiting',
    future: 'waiting',
    ...(await addOdd()),
  }
}

async function makeReadOnly(): Promise<void> {
  await mkdir(home.dataDir, { recursive: true })
  const box = createKeyFileBox(join(home.dataDir, 'secrets.key'))
  const store = await createProfileStore({ dataDir: home.dataDir, box })
  await store.update('this-computer', { readOnly: true })
}

async function statesIn(runner: Runner): Promise<Record<string, string>> {
  const { jobs } = await runner.jobs.list({ limit: 100 })
  return Object.fromEntries(jobs.map(({ id, state }) => [id, state]))
}

const idsOf = async (runner: Runner, query: string) =>
  (await runner.jobs.list({ limit: 100, query })).jobs.map(({ id }) => id)

describe.each([
  ['Redis', onRedis],
  ['PostgreSQL', onPostgres],
])("another program's queue on %s", (_server, open) => {
  test('is listed, found and shown whole on a read-only profile, and nothing of it is written', async () => {
    const place = await open()
    const states = await fill(place)
    const [sent, burnt] = [await place.queue.getJob('sent'), await place.queue.getJob('burnt')]
    const before = await place.contents()
    await makeReadOnly()
    const problems: string[] = []
    const runner = await home.start({
      environment: readEnvironment({ ...home.variables, ...place.variables }),
      onProblem: (message) => problems.push(message),
    })
    await until(async () => Object.keys(await statesIn(runner)).length >= Object.keys(states).length, 'all are listed')
    expect(await statesIn(runner)).toEqual(states)
    expect((await runner.queue.info()).counts).toMatchObject({ delayed: 2, active: 0 })
    expect((await runner.jobs.list({ limit: 100, type: 'send-invoice' })).total).toBe(4)
    expect((await runner.jobs.list({ limit: 100, state: ['delayed'] })).jobs.map(({ id }) => id).toSorted()).toEqual([
      'later',
      'quick-later',
    ])
    expect(await idsOf(runner, 'zanzibar')).toEqual(['waits'])
    expect(await idsOf(runner, 'printer')).toEqual(['burnt'])

    const iso = (ms: number | undefined) => new Date(ms ?? 0).toISOString()
    expect(await runner.jobs.get('sent')).toMatchObject({
      type: 'send-invoice',
      input: { customer: 'Quetzal' },
      result: { sent: [1, 2] },
      progress: { ratio: 0.4 },
      createdAt: iso(sent?.timestamp),
      startedAt: iso(sent?.processedOn),
      finishedAt: iso(sent?.finishedOn),
      attempts: [{ number: 1, outcome: 'completed' }],
    })
    expect(await runner.jobs.get('burnt')).toMatchObject({
      state: 'failed',
      error: { message: 'The printer is on fire', stack: expect.stringContaining('foreign-browsing.test') as string },
      options: { attempts: 2 },
      attempts: [{ number: 2, outcome: 'failed' }],
      finishedAt: iso(burnt?.finishedOn),
    })
    expect((await runner.jobs.get('huge')).input).toEqual({ text: 'x'.repeat(1_000_000) })
    expect((await runner.jobs.get('text')).input).toBe('just text')
    expect((await runner.jobs.get('nothing')).input).toEqual({})
    expect((await runner.jobs.get('order 7/ü#1')).input).toEqual([[null, 1.5, { deep: [[]] }]])
    expect(Date.parse((await runner.jobs.get('future')).createdAt)).toBeGreaterThan(Date.now())
    if ('no-json' in states) {
      expect((await runner.jobs.get('no-json')).input).toBe('not JSON {')
      expect((await runner.jobs.get('no-text')).input).toEqual({ text: 'a\uFFFDb\uFFFDc' })
      expect((await runner.jobs.get('no-time')).createdAt).toBe(iso(0))
      await expect(runner.jobs.get('gone')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    }
    await runner.stop({ graceMs: 0 })
    expect(await place.contents()).toEqual(before)
    expect(problems).toEqual([])
  })

  test('is worked on where its types are known, and the rest of it stays as it is', async () => {
    const place = await open()
    const states = await fill(place)
    const runner = await home.startWith(place.variables)
    await runner.preferences.update({ queue: { keepCompleted: 0, keepFailed: 0 } })
    expect(await whenFinished(runner, 'quick-waits')).toMatchObject({ state: 'completed', result: 1 })
    expect(await whenFinished(runner, 'quick-bad')).toMatchObject({ error: { code: 'INVALID_INPUT' } })
    for (let n = 0; n < 3; n += 1) await whenFinished(runner, (await runner.jobs.enqueue('quick', { n })).id)
    expect((await runner.jobs.get('waits')).waitingReason).toMatchObject({ code: 'NO_RUNNER_FOR_TYPE' })
    const finished = () => place.queue.getJobCounts('completed', 'failed')
    // Of those that have ended only Toril's own go.
    await until(async () => (await finished()).completed === 2 && (await finished()).failed === 1, 'it is trimmed')
    await runner.stop({ graceMs: 0 })
    for (const [id, state] of Object.entries(states)) {
      if (id === 'quick-waits' || id === 'quick-bad') continue
      const job = id.startsWith('no-') ? undefined : await place.queue.getJob(id)
      if (job !== undefined && state !== 'completed' && state !== 'failed') expect(job.attemptsStarted).toBe(0)
      const found = await place.queue.getJobState(id)
      expect([id, found === 'prioritized' ? 'waiting' : found]).toEqual([id, state])
    }
    expect(await finished()).toMatchObject({ completed: 2, failed: 1 })
  })
})
