import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProfileDraft } from '../../electron/contract/connection-profile.ts'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import { createProfileStore } from '../../electron/runner/connections/profiles/create-profile-store.ts'
import { createKeyFileBox } from '../../electron/runner/connections/profiles/key-file-box.ts'
import type { BatchInput } from '../../electron/runner/runner.ts'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { untilTrue } from '../support/until-true.ts'
import { reading } from './redis-reading.ts'
import { once, RunnerHome, whenFinished } from './runner-under-test.ts'

let home: RunnerHome
const stops: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  home = await RunnerHome.make({})
})
afterEach(async () => {
  await home.remove()
  await stopAll(stops.splice(0))
})

async function use(draft: ProfileDraft): Promise<string> {
  await mkdir(home.dataDir, { recursive: true })
  const box = createKeyFileBox(join(home.dataDir, 'secrets.key'))
  const store = await createProfileStore({ dataDir: home.dataDir, box })
  const { id } = await store.create(draft)
  await store.setCurrent(id)
  return id
}

test('a runner of a read-only profile only reads from Redis, and shows what is there', async () => {
  const redis = await startTestRedis()
  stops.push(() => redis.stop())
  const foreign = new Queue('toril', { connection: { port: redis.port } })
  stops.push(() => foreign.close())
  await foreign.add('add-two-numbers', { a: 1, b: 2 }, { jobId: 'waits' })
  await foreign.add('add-two-numbers', { a: 1, b: 2 }, { jobId: 'later', delay: 3_600_000 })
  await foreign.close()

  const watcher = new Redis(redis.port)
  stops.push(async () => watcher.disconnect())
  const monitor = await watcher.monitor()
  stops.push(async () => monitor.disconnect())
  const commands: string[] = []
  monitor.on('monitor', (_time: string, [command = '']: string[]) => commands.push(command))

  const queue = { kind: 'redis', port: redis.port } as const
  await use({ name: 'Production EU', environment: 'production', readOnly: true, queue })
  const runner = await home.start()
  await untilTrue('both jobs are in the history', async () => (await runner.jobs.list({ limit: 50 })).total === 2)
  expect(runner.system().profile).toMatchObject({ readOnly: true, takesNoJobs: true })
  expect((await runner.jobs.get('waits')).state).toBe('waiting')
  await runner.jobs.why('later')
  expect((await runner.queue.info()).counts).toMatchObject({ waiting: 1, delayed: 1, active: 0 })
  expect(await runner.runners.list()).toMatchObject([{ self: true, state: 'paused' }])
  await runner.preferences.update({ queue: { concurrency: 3 } })
  await expect(runner.jobs.enqueue('add-two-numbers', { a: 1, b: 2 })).rejects.toMatchObject({ code: 'READ_ONLY' })
  await expect(runner.queue.pause()).rejects.toMatchObject({ code: 'READ_ONLY' })
  await expect(runner.jobs.remove('waits')).rejects.toMatchObject({ code: 'READ_ONLY' })
  await runner.stop({ graceMs: 0 })

  expect(commands.length).toBeGreaterThan(20)
  expect([...new Set(commands)].filter((command) => !reading.test(command))).toEqual([])
})

test('changes are allowed for a time by who types the name, and end by themselves', async () => {
  const redis = await startTestRedis()
  stops.push(() => redis.stop())
  const queue = { kind: 'redis', port: redis.port } as const
  const id = await use({ name: 'Production EU', environment: 'production', readOnly: true, queue })
  const runner = await home.start()
  const { safety } = runner
  expect(() => safety.allow(id, { name: 'production', minutes: 15 })).toThrow('Type Production EU to go on.')
  expect(() => safety.allow('this-computer', { name: 'This computer', minutes: 15 })).toThrow('is not in use')
  expect(safety.allow(id, { name: ' Production EU ', minutes: 15 }).allowedUntil).toBeDefined()
  expect(runner.system().profile.changesAllowedUntil).toBeDefined()
  const job = await runner.jobs.enqueue('add-two-numbers', { a: 1, b: 2 }, once)
  expect((await runner.jobs.cancel(job.id, { by: 'test' })).result).toBe('cancelled')
  await runner.jobs.remove(job.id)
  expect(safety.end(id)).toEqual({ readOnly: true })
  expect(() => safety.refuseReadOnly()).toThrow('Production EU is read-only.')

  const told: boolean[] = []
  const watching = new AbortController()
  safety.allow(id, { name: 'Production EU', minutes: 0.01 })
  for await (const { system } of runner.watch(watching.signal)) {
    if (system !== undefined) told.push(system.profile.changesAllowedUntil !== undefined)
    if (told.at(-1) === false) watching.abort()
  }
  expect(told.at(-1)).toBe(false)
  await expect(runner.queue.pause()).rejects.toMatchObject({ code: 'READ_ONLY' })
})

test('on PostgreSQL nothing of the queue is made or written, and what is not there is said', async () => {
  const postgres = await startTestPostgres()
  stops.push(() => postgres.stop())
  const id = 'this-computer'
  await mkdir(home.dataDir, { recursive: true })
  const box = createKeyFileBox(join(home.dataDir, 'secrets.key'))
  const store = await createProfileStore({ dataDir: home.dataDir, box })
  const { name } = await store.update(id, { readOnly: true })
  const start = () => home.startWith({ DATABASE_URL: postgres.url })
  await expect(start()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/holds no queue yet, and the profile is read-only/) as string,
  })

  const worker = await RunnerHome.make({ DATABASE_URL: postgres.url })
  stops.push(() => worker.remove())
  const other = await worker.start()
  const done = await other.jobs.enqueue('add-two-numbers', { a: 1, b: 2 }, once)
  await whenFinished(other, done.id)
  await other.queue.pause()
  const waits = await other.jobs.enqueue('add-two-numbers', { a: 3, b: 4 }, once)
  await other.stop({ graceMs: 0 })

  const client = new pg.Client({ connectionString: postgres.url })
  // The server ends with the test, and may do so first.
  client.on('error', () => undefined)
  await client.connect()
  stops.push(() => client.end())
  const contents = async () => {
    const tables = ['bullmq.job', 'bullmq.queue', 'toril_queue.runner', 'toril_queue.note']
    const there = await client.query<{ name: string }>(
      `SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL`,
      [tables],
    )
    const rows = []
    for (const { name } of there.rows) {
      const found = await client.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM ${name} AS t ORDER BY 1`)
      rows.push([name, found.rows.map(({ row }) => row)])
    }
    return rows
  }
  const before = await contents()
  expect(before.length).toBeGreaterThan(1)
  const runner = await start()
  expect((await runner.jobs.get(waits.id)).state).toBe('waiting')
  expect((await runner.queue.info()).paused).toBe(true)
  await expect(runner.queue.resume()).rejects.toMatchObject({ code: 'READ_ONLY' })
  expect(await contents()).toEqual(before)
  runner.safety.allow(id, { name, minutes: 1 })
  expect((await runner.queue.resume()).paused).toBe(false)
})

test('a production profile asks for its name before many jobs are touched, and before it is made less safe', async () => {
  const redis = await startTestRedis()
  stops.push(() => redis.stop())
  const queue = { kind: 'redis', port: redis.port } as const
  const id = await use({ name: 'Production EU', environment: 'production', readOnly: false, queue })
  const runner = await home.start()
  const asked = { code: 'CONFIRMATION_REQUIRED', message: expect.stringContaining('Production EU') as string }
  await runner.queue.pause()
  const ids = []
  for (let n = 0; n < 3; n += 1) ids.push((await runner.jobs.enqueue('add-two-numbers', { a: 1, b: n }, once)).id)
  const last = async (input: Partial<BatchInput>) => {
    let told: BatchProgress | undefined
    const options = { by: 'test', signal: new AbortController().signal }
    for await (const progress of await runner.jobs.batch({ action: 'cancel', ...input }, options)) told = progress
    return told
  }
  await untilTrue('all wait in the history', async () => (await runner.jobs.list({ limit: 50 })).total === 3)
  expect(await last({ dryRun: true })).toMatchObject({ total: 3, done: 0, byState: { waiting: 3 } })
  await expect(last({})).rejects.toMatchObject({ ...asked, message: expect.stringContaining('3 jobs') as string })
  await expect(last({ confirm: 'production eu' })).rejects.toMatchObject(asked)
  // Counts are read at most five times a second.
  await untilTrue('all still wait', async () => (await runner.queue.info()).counts.waiting === 3)
  expect(await last({ filter: `id:${ids[0] ?? ''}` })).toMatchObject({ done: 1 })
  expect(await last({ confirm: 'Production EU' })).toMatchObject({ total: 2, done: 2 })

  await expect(runner.profiles.update(id, { environment: 'staging' })).rejects.toMatchObject(asked)
  await runner.profiles.update(id, { readOnly: true, colour: 'teal' })
  await expect(runner.profiles.update(id, { readOnly: false })).rejects.toMatchObject(asked)
  await expect(runner.profiles.update(id, { readOnly: false }, 'Other')).rejects.toMatchObject(asked)
  expect((await runner.profiles.update(id, { readOnly: false }, 'Production EU')).readOnly).toBe(false)
  await runner.profiles.update(id, { environment: 'development' }, 'Production EU')
  await runner.profiles.update(id, { readOnly: true })
  expect((await runner.profiles.update(id, { readOnly: false })).readOnly).toBe(false)
})
