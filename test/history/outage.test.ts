import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../electron/runner/connections/embedded-postgres.ts'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { patienceMs } from '../patience.ts'
import { makeTestFolder } from '../support/postgres.ts'
import { sampleJob, sampleLine, timeAt } from './sample-jobs.ts'

let dataDir: string
let server: EmbeddedPostgres
let history: History | undefined
let connection: { connected: boolean; message?: string }[]
let problems: string[]

beforeEach(async () => {
  dataDir = await makeTestFolder()
  server = await startEmbeddedPostgres({ dataDir })
  connection = []
  problems = []
})
afterEach(async () => {
  await history?.close()
  history = undefined
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

async function openHistory(maxPending?: number): Promise<History> {
  history = await createHistory({
    url: server.url,
    source: 'test',
    onConnection: (connected, message) => connection.push({ connected, ...(message === undefined ? {} : { message }) }),
    onProblem: (message) => problems.push(message),
    ...(maxPending === undefined ? {} : { maxPending }),
  })
  return history
}

test('while the database is away calls are refused, nothing is lost, and all goes on by itself', async () => {
  const { writer, reader, ping } = await openHistory()
  writer.saveJob(sampleJob('before'))
  await writer.flush()
  await server.stop()
  writer.saveJob(sampleJob('during'))
  writer.saveJob({ id: 'before', state: 'active', startedAt: timeAt(1) })
  writer.saveLogs('during', [sampleLine(1, 'kept')])
  const unavailable = { code: 'UNAVAILABLE', message: expect.stringContaining('PostgreSQL at ') as string }
  await expect(writer.flush()).rejects.toMatchObject(unavailable)
  await expect(reader.job('during')).rejects.toMatchObject(unavailable)
  await expect(reader.job('other')).rejects.toMatchObject(unavailable)
  await expect(ping()).rejects.toMatchObject(unavailable)
  writer.saveJob({ id: 'before', state: 'completed', result: 1, finishedAt: timeAt(2) })
  server = await startEmbeddedPostgres({ dataDir })
  // Without being asked to.
  await vi.waitFor(() => expect(connection.at(-1)).toEqual({ connected: true }), { timeout: patienceMs })
  expect(connection[0]).toEqual({ connected: false, message: unavailable.message })
  expect(await reader.job('before')).toMatchObject({ state: 'completed', result: 1, startedAt: timeAt(1) })
  expect(await reader.job('during')).toMatchObject({ state: 'waiting' })
  expect((await reader.logs('during', 0, 10)).total).toBe(1)
  expect(problems).toEqual([])
})

test('every call that is refused while a killed server recovers says that it is away, in one sentence', async () => {
  const { writer, reader } = await openHistory()
  for (let id = 0; id < 500; id++) writer.saveJob(sampleJob(String(id)))
  await writer.flush()
  const refusals: unknown[] = []
  const back = new Promise<void>((resolve) => server.onRestart(resolve))
  let isBack = false
  void back.then(() => (isBack = true))
  process.kill(server.pid, 'SIGKILL')
  while (!isBack) {
    await reader.search({ limit: 1 }).catch((error: unknown) => refusals.push(error))
    await new Promise((resolve) => setImmediate(resolve))
  }
  const odd = refusals.filter((error) => !(error instanceof TorilError) || /\n/.test(error.message))
  expect(odd).toEqual([])
})

test('a server killed under a stream of jobs loses none of them', async () => {
  const { writer, reader } = await openHistory()
  const back = new Promise<void>((resolve) => server.onRestart(resolve))
  for (let id = 0; id < 3000; id++) {
    writer.saveJob(sampleJob(String(id), { createdAt: timeAt(id) }))
    writer.saveJob({ id: String(id), state: 'completed', result: id, finishedAt: timeAt(id + 1) })
    if (id === 1500) process.kill(server.pid, 'SIGKILL')
    if (id % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await back
  await vi.waitFor(() => writer.flush(), { timeout: patienceMs })
  expect(await reader.counts()).toMatchObject({ waiting: 0, completed: 3000 })
  expect((await reader.search({ limit: 1 })).total).toBe(3000)
})

test('a long outage keeps to its bound: log lines go first, then the oldest jobs, and it is said', async () => {
  const { writer, reader } = await openHistory(60_000)
  await server.stop()
  for (let id = 0; id < 400; id++) {
    writer.saveJob(sampleJob(String(id), { createdAt: timeAt(id) }))
    writer.saveLogs(String(id), [sampleLine(1, 'x'.repeat(200))])
  }
  server = await startEmbeddedPostgres({ dataDir })
  await vi.waitFor(() => writer.flush(), { timeout: patienceMs })
  const { waiting } = await reader.counts()
  expect(waiting).toBeGreaterThan(50)
  expect(waiting).toBeLessThan(400)
  expect(await reader.job('399')).toMatchObject({ state: 'waiting' })
  expect(await reader.job('0')).toBeUndefined()
  expect(problems[0]).toMatch(/^The history gave up \d+ jobs or log lines while PostgreSQL at .* was away\.$/)
})

test('a close during an outage ends and says what was lost', async () => {
  const { writer, close } = await openHistory()
  await server.stop()
  writer.saveJob(sampleJob('1'))
  await close()
  history = undefined
  expect(problems).toEqual(['The history lost 1 jobs: the database was away at the end.'])
})
