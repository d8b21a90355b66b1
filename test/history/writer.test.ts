import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createHistory, type HistoryOptions } from '../../electron/runner/history/create-history.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { patienceMs } from '../patience.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { sampleAttempt, sampleJob, sampleLine, timeAt } from './sample-jobs.ts'

let postgres: TestPostgres
const open: History[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterEach(async () => {
  for (const history of open.splice(0)) await history.close()
})
afterAll(() => postgres.stop())

/** Each history has a queue of its own, so the tests do not see each other's jobs. */
async function openHistory(options: Partial<HistoryOptions> = {}): Promise<History> {
  const history = await createHistory({ url: postgres.url, source: randomUUID(), ...options })
  open.push(history)
  return history
}

test('what was saved piece by piece is read as one job', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1', { options: { attempts: 3 } }))
  writer.saveJob({ id: '1', state: 'active', startedAt: timeAt(5) })
  writer.saveJob({ id: '1', progress: { ratio: 0.5, message: 'half' } })
  writer.saveAttempt('1', sampleAttempt(1))
  writer.saveAttempt(
    '1',
    sampleAttempt(1, { finishedAt: timeAt(9), outcome: 'completed', cpuMs: 1.5, peakHeapBytes: 5e9 }),
  )
  writer.saveJob({ id: '1', state: 'completed', result: [1, null], finishedAt: timeAt(9) })
  expect(await reader.job('1')).toEqual({
    ...sampleJob('1', { options: { attempts: 3 }, state: 'completed', result: [1, null] }),
    progress: { ratio: 0.5, message: 'half' },
    startedAt: timeAt(5),
    finishedAt: timeAt(9),
    attempts: [sampleAttempt(1, { finishedAt: timeAt(9), outcome: 'completed', cpuMs: 1.5, peakHeapBytes: 5e9 })],
  })
})

test('who ended an attempt and why stay with it, also when a later write leaves them out', async () => {
  const { writer, reader } = await openHistory()
  const ended = sampleAttempt(1, { finishedAt: timeAt(9), outcome: 'cancelled' })
  const asked = { cancelledBy: 'cli', cancelReason: 'Too slow.' }
  writer.saveJob(sampleJob('1'))
  writer.saveAttempt('1', { ...ended, ...asked })
  await writer.flush()
  writer.saveAttempt('1', ended)
  writer.saveAttempt('1', sampleAttempt(2))
  expect((await reader.job('1'))?.attempts).toEqual([{ ...ended, ...asked }, sampleAttempt(2)])
})

test('the same pieces give the same job, whether they share a batch or not', async () => {
  const { writer, reader } = await openHistory()
  const pieces = [
    sampleJob('x'),
    { id: 'x', state: 'active' as const, startedAt: timeAt(1) },
    { id: 'x', state: 'failed' as const, error: { code: 'JOB_FAILED', message: 'first' }, finishedAt: timeAt(2) },
    { id: 'x', state: 'waiting' as const },
    { id: 'x', state: 'active' as const, startedAt: timeAt(3) },
    { id: 'x', state: 'completed' as const, result: null, finishedAt: timeAt(4) },
  ]
  for (const piece of pieces) writer.saveJob({ ...piece, id: 'together' })
  for (const piece of pieces) {
    writer.saveJob({ ...piece, id: 'apart' })
    await writer.flush()
  }
  const expected = { ...sampleJob('x', { state: 'completed', result: null }), attempts: [] }
  const finished = { ...expected, startedAt: timeAt(3), finishedAt: timeAt(4) }
  expect(await reader.job('together')).toEqual({ ...finished, id: 'together' })
  expect(await reader.job('apart')).toEqual({ ...finished, id: 'apart' })
})

test('a job that is run again loses its old end at once', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1', { state: 'failed', error: { code: 'X', message: 'no' }, finishedAt: timeAt(3) }))
  await writer.flush()
  writer.saveJob({ id: '1', state: 'waiting' })
  expect(await reader.job('1')).toEqual({ ...sampleJob('1'), attempts: [] })
})

test('a null input and a null result are not the same as none', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1', { input: null }))
  await writer.flush()
  expect(await reader.job('1')).toEqual({ ...sampleJob('1', { input: null }), attempts: [] })
  writer.saveJob({ id: '1', state: 'completed', result: null })
  expect(await reader.job('1')).toMatchObject({ input: null, result: null })
})

test('flush resolves once everything before it can be read by another history', async () => {
  const source = randomUUID()
  const [one, other] = [await openHistory({ source }), await openHistory({ source })]
  for (let id = 0; id < 1500; id++) one.writer.saveJob(sampleJob(String(id), { createdAt: timeAt(id) }))
  await one.writer.flush()
  expect((await other.reader.counts()).waiting).toBe(1500)
})

test('log lines keep their order and are written once', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1'))
  const lines = Array.from({ length: 2500 }, (_, index) => sampleLine(index + 1, `line ${index + 1}`))
  for (let at = 0; at < lines.length; at += 7) writer.saveLogs('1', lines.slice(at, at + 7))
  writer.saveLogs('1', lines.slice(0, 3))
  const all = await reader.logs('1', 0, 10_000)
  expect(all.lines).toEqual(lines)
  expect(all.total).toBe(2500)
  expect((await reader.logs('1', 2498, 10)).lines).toEqual(lines.slice(2498))
})

test('NUL and lone surrogates are replaced, look-alikes and pairs stay', async () => {
  const { writer, reader } = await openHistory()
  const input = { 'k\0': 'a\0b', half: '\ud83d!', pair: '😀', slashed: '\\u0000 \\ud83d', control: '\u0001' }
  writer.saveJob(sampleJob('1', { input, error: { code: 'X', message: 'bad \0' }, state: 'failed' }))
  writer.saveLogs('1', [sampleLine(1, 'x\0\udc00y')])
  expect(await reader.job('1')).toMatchObject({
    input: { 'k\ufffd': 'a\ufffdb', half: '\ufffd!', pair: '😀', slashed: '\\u0000 \\ud83d', control: '\u0001' },
    error: { message: 'bad \ufffd' },
  })
  expect((await reader.logs('1', 0, 1)).lines[0]?.text).toBe('x\ufffd\ufffdy')
  expect(await reader.job('none\0')).toBeUndefined()
})

test('keys keep their order, and huge values are kept or say that they are not', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1', { input: { z: 1, a: 2, m: 'x'.repeat(5_000_000) } }))
  writer.saveJob(sampleJob('2', { input: 'y'.repeat(17_000_000) }))
  writer.saveLogs('1', [sampleLine(1, 'z'.repeat(100_000))])
  expect(Object.keys((await reader.job('1'))?.input ?? {})).toEqual(['z', 'a', 'm'])
  expect((await reader.job('2'))?.input).toMatchObject({ tooLargeForHistory: true, characters: 17_000_002 })
  expect((await reader.logs('1', 0, 1)).lines[0]?.text).toMatch(/^z{64000} … \(36000 more characters\)$/)
})

test('one row that the database refuses costs that row only', async () => {
  const problems: string[] = []
  const { writer, reader } = await openHistory({ onProblem: (message) => problems.push(message) })
  for (let id = 0; id < 20; id++) writer.saveJob(sampleJob(String(id)))
  writer.saveJob(sampleJob('bad', { createdAt: 'no time at all' }))
  for (let id = 20; id < 40; id++) writer.saveJob(sampleJob(String(id)))
  await writer.flush()
  expect((await reader.counts()).waiting).toBe(40)
  expect(problems).toEqual([expect.stringMatching(/^The history could not keep job bad: /)])
})

test('an id that starts over replaces the old job with its attempts and lines', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1', { state: 'completed', result: 1, finishedAt: timeAt(3) }))
  writer.saveAttempt('1', sampleAttempt(1))
  writer.saveAttempt('1', sampleAttempt(2))
  writer.saveLogs('1', [sampleLine(1, 'old'), sampleLine(2, 'old')])
  await writer.flush()
  writer.saveJob(sampleJob('1', { input: { a: 2 }, createdAt: timeAt(1000) }))
  writer.saveLogs('1', [sampleLine(1, 'new')])
  expect(await reader.job('1')).toEqual({
    ...sampleJob('1', { input: { a: 2 }, createdAt: timeAt(1000) }),
    attempts: [],
  })
  expect((await reader.logs('1', 0, 10)).lines.map((line) => line.text)).toEqual(['new'])
  expect(await reader.counts()).toMatchObject({ waiting: 1, completed: 0 })
  // Within one batch too.
  writer.saveJob({ id: '1', state: 'completed', result: 'of the old', finishedAt: timeAt(1001) })
  writer.saveJob(sampleJob('1', { createdAt: timeAt(2000) }))
  expect(await reader.job('1')).toEqual({ ...sampleJob('1', { createdAt: timeAt(2000) }), attempts: [] })
})

test('what comes late for a removed job does not bring it back', async () => {
  const history = await openHistory()
  history.writer.saveJob(sampleJob('1'))
  expect(await history.removeJob('1')).toBe(true)
  expect(await history.removeJob('1')).toBe(false)
  history.writer.saveJob({ id: '1', state: 'active' })
  history.writer.saveAttempt('1', sampleAttempt(1))
  history.writer.saveLogs('1', [sampleLine(1, 'late')])
  expect(await history.reader.job('1')).toBeUndefined()
  expect((await history.reader.logs('1', 0, 10)).total).toBe(0)
})

test('two queues may use the same ids', async () => {
  const [one, other] = [await openHistory(), await openHistory()]
  one.writer.saveJob(sampleJob('1', { type: 'first' }))
  other.writer.saveJob(sampleJob('1', { type: 'second' }))
  expect((await one.reader.job('1'))?.type).toBe('first')
  expect((await other.reader.job('1'))?.type).toBe('second')
})

test('two runners write the same jobs at once and the counts stay exact', async () => {
  const source = randomUUID()
  const [one, other] = [await openHistory({ source }), await openHistory({ source })]
  for (let id = 0; id < 300; id++) {
    one.writer.saveJob(sampleJob(String(id)))
    other.writer.saveJob(sampleJob(String(299 - id), { state: 'active' }))
  }
  await Promise.all([one.writer.flush(), other.writer.flush()])
  for (let id = 0; id < 300; id++) {
    one.writer.saveJob({ id: String(id), state: 'completed' })
    other.writer.saveJob({ id: String(299 - id), state: 'completed' })
  }
  await Promise.all([one.writer.flush(), other.writer.flush()])
  const none = { waiting: 0, delayed: 0, 'waiting-children': 0, active: 0, failed: 0, cancelled: 0 }
  expect(await one.reader.counts()).toEqual({ ...none, completed: 300 })
})

test('a batch reads the rows it changes and no others, however many there are', async () => {
  const url = await postgres.createDatabase()
  const history = await createHistory({ url, source: 'test' })
  const ids = Array.from({ length: 2000 }, (_, index) => String(index))
  const save = async (write: (id: string) => void) => {
    for (let at = 0; at < ids.length; at += 100) {
      for (const id of ids.slice(at, at + 100)) write(id)
      await history.writer.flush()
    }
  }
  await save((id) => history.writer.saveJob(sampleJob(id)))
  await save((id) => history.writer.saveJob({ id, progress: { ratio: 1 } }))
  await save((id) => history.writer.saveAttempt(id, sampleAttempt(1)))
  await save((id) => history.writer.saveJob(sampleJob(id, { state: 'completed', result: 1, finishedAt: timeAt(9) })))
  // A connection that ends hands in what it counted.
  await history.close()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const sql = `SELECT seq_tup_read::int + coalesce(idx_tup_fetch, 0)::int AS read
      FROM pg_stat_user_tables WHERE schemaname = 'toril' AND relname = 'job'`
    await vi.waitFor(async () => {
      const { rows } = await client.query<{ read: number }>(sql)
      expect(rows[0]?.read).toBeGreaterThan(0)
      expect(rows[0]?.read).toBeLessThan(10 * ids.length)
    }, patienceMs)
  } finally {
    await client.end()
  }
})

test('close writes what is left', async () => {
  const source = randomUUID()
  const history = await createHistory({ url: postgres.url, source })
  history.writer.saveJob(sampleJob('1'))
  await history.close()
  expect((await (await openHistory({ source })).reader.counts()).waiting).toBe(1)
})
