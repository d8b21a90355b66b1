import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import type { History, JobQuery } from '../../electron/runner/history/history.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { sampleAttempt, sampleJob, sampleLine, timeAt } from './sample-jobs.ts'
import { createDirectDatabase } from '../../electron/runner/executors/direct-database.ts'

let postgres: TestPostgres
const open: History[] = []

beforeAll(async () => {
  postgres = await startTestPostgres()
})
afterEach(async () => {
  for (const history of open.splice(0)) await history.close()
})
afterAll(() => postgres.stop())

async function openHistory(url = postgres.url): Promise<History> {
  const history = await createHistory({ url, source: randomUUID() })
  open.push(history)
  return history
}

async function idsOf(history: History, query: Partial<JobQuery>): Promise<string[]> {
  return (await history.reader.search({ limit: 50, ...query })).jobs.map((job) => job.id)
}

/** Reads page after page and answers all ids. */
async function walk(history: History, query: Omit<JobQuery, 'cursor'>): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined; ;) {
    const page = await history.reader.search({ ...query, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...page.jobs.map((job) => job.id))
    cursor = page.nextCursor
    if (cursor === undefined) return ids
  }
}

test('an empty history answers everything', async () => {
  const { reader } = await openHistory()
  expect(await reader.search({ limit: 10 })).toEqual({ jobs: [], total: 0 })
  expect(await reader.job('1')).toBeUndefined()
  expect(await reader.logs('1', 0, 10)).toEqual({ lines: [], total: 0, dropped: 0 })
  expect(await reader.unfinished(10)).toEqual([])
  expect(await reader.states(['1'])).toEqual(new Map())
  expect((await reader.throughput('1h', new Date())).waitMs).toBeUndefined()
})

test('pages are newest first, without gap or repeat, also within one millisecond and while jobs come', async () => {
  const history = await openHistory()
  const ids = Array.from({ length: 25 }, (_, index) => String(index + 1))
  for (const id of ids) history.writer.saveJob(sampleJob(id, { createdAt: timeAt(Math.floor(Number(id) / 10)) }))
  expect(await walk(history, { limit: 7 })).toEqual(ids.toReversed())
  const first = await history.reader.search({ limit: 10 })
  history.writer.saveJob(sampleJob('26', { createdAt: timeAt(99) }))
  history.writer.saveJob({ id: '3', state: 'active' })
  const second = await history.reader.search({ limit: 10, cursor: first.nextCursor ?? '' })
  expect(second.jobs.map((job) => job.id)).toEqual(ids.toReversed().slice(10, 20))
  expect(second.total).toBe(26)
})

test('state, type and time narrow the list and its total', async () => {
  const history = await openHistory()
  for (let index = 0; index < 12; index++) {
    const state = (['completed', 'failed', 'waiting'] as const)[index % 3] ?? 'waiting'
    const type = index % 2 === 0 ? 'even' : 'odd'
    history.writer.saveJob(sampleJob(String(index), { state, type, createdAt: timeAt(index * 1000) }))
  }
  expect(await idsOf(history, { states: ['failed'] })).toEqual(['10', '7', '4', '1'])
  expect(await idsOf(history, { states: ['failed', 'waiting'], type: 'odd' })).toEqual(['11', '7', '5', '1'])
  expect(await idsOf(history, { since: timeAt(9000), until: timeAt(10_000) })).toEqual(['10', '9'])
  expect(await idsOf(history, { type: 'none' })).toEqual([])
  expect((await history.reader.search({ states: ['failed'], limit: 1 })).total).toBe(4)
  expect((await history.reader.search({ type: 'odd', limit: 1 })).total).toBe(6)
  expect((await history.reader.search({ since: timeAt(9000), states: ['completed'], limit: 1 })).total).toBe(1)
  expect(await walk(history, { states: ['failed', 'waiting'], type: 'odd', limit: 1 })).toEqual(['11', '7', '5', '1'])
})

const textCases = [
  ['an id', 'needle-id', ['needle-id']],
  ['a type', 'hash-fold', ['typed']],
  ['the input, whatever the case', 'VIENNA', ['input']],
  ['the result', '4711', ['result']],
  ['the error message', 'quota exceeded', ['error']],
  ['an error code', 'EDQUOT', ['error']],
  ['a log line', 'gate 17 closed', ['logged']],
  ['the error of an attempt before the last', 'reset by peer', ['retried']],
  ['the error code of one', 'ECONNRESET', ['retried']],
  ['a number as id', '4242', ['4242']],
  ['a waiting job', 'still waiting', ['live']],
  ['quotes and line ends as they are in the value', 'say "hi"\nthere', ['quoted']],
  ['percent and underscore as themselves', '100%_sure', ['percent']],
  ['short texts', 'ß', ['short']],
  ['nothing that is there', 'absent\0text', []],
] as const

test.each(textCases)('text finds %s', async (_what, text, expected) => {
  const history = await openHistory()
  const done = { state: 'completed' as const, finishedAt: timeAt(1) }
  const failed = { code: 'EDQUOT', message: 'Disk quota exceeded' }
  for (const job of [
    sampleJob('needle-id', done),
    sampleJob('typed', { ...done, type: 'hash-folder' }),
    sampleJob('input', { ...done, input: { city: 'Vienna' } }),
    sampleJob('result', { ...done, result: [4711] }),
    sampleJob('error', { ...done, state: 'failed', error: failed }),
    sampleJob('live', { input: 'still waiting' }),
    sampleJob('quoted', { ...done, input: { text: 'say "hi"\nthere' } }),
    sampleJob('percent', { ...done, input: '100%_sure' }),
    sampleJob('alike', { ...done, input: '100 x sure' }),
    sampleJob('short', { ...done, input: 'Maß' }),
    sampleJob('logged', done),
    sampleJob('retried', done),
    sampleJob('4242', done),
  ]) {
    history.writer.saveJob(job)
  }
  history.writer.saveLogs('logged', [sampleLine(1, 'Gate 17 closed'), sampleLine(2, 'gate 17 closed again')])
  const error = { code: 'ECONNRESET', message: 'Connection reset by peer' }
  history.writer.saveAttempt('retried', sampleAttempt(1, { finishedAt: timeAt(1), outcome: 'failed', error }))
  history.writer.saveAttempt('retried', sampleAttempt(2, { finishedAt: timeAt(2), outcome: 'completed' }))
  expect(await idsOf(history, { text })).toEqual(expected)
  expect((await history.reader.search({ text, limit: 1 })).total).toBe(expected.length)
})

test('text searches page and combine with state and type, with the index or without', async () => {
  const withIndex = await openHistory()
  const withoutIndex = await openHistory(await postgres.createDatabase())
  await createDirectDatabase(withoutIndex.jobDatabase).$executeRawUnsafe(
    'DROP INDEX toril.job_words_completed_idx, toril.job_words_failed_idx, toril.job_words_cancelled_idx, toril.log_line_words_idx, toril.attempt_words_idx',
  )
  for (const history of [withIndex, withoutIndex]) {
    for (let index = 0; index < 30; index++) {
      const state = index % 2 === 0 ? 'completed' : 'waiting'
      const end = state === 'completed' ? { finishedAt: timeAt(index) } : {}
      history.writer.saveJob(sampleJob(String(index), { state, ...end, input: 'findme', createdAt: timeAt(index) }))
    }
    const all = Array.from({ length: 30 }, (_, index) => String(29 - index))
    expect(await walk(history, { text: 'findme', limit: 4 })).toEqual(all)
    expect(await walk(history, { text: 'findme', limit: 4, states: ['waiting'] })).toEqual(
      all.filter((id) => Number(id) % 2 === 1),
    )
    expect(await idsOf(history, { text: 'findme', type: 'other' })).toEqual([])
  }
})

test('a cursor that nobody gave is refused', async () => {
  const { writer, reader } = await openHistory()
  writer.saveJob(sampleJob('1'))
  await expect(reader.search({ limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
})

test('states and unfinished tell what the queue is to be compared with', async () => {
  const { writer, reader } = await openHistory()
  const states = ['waiting', 'delayed', 'waiting-children', 'active', 'completed', 'failed', 'cancelled'] as const
  for (const state of states) writer.saveJob(sampleJob(state, { state }))
  expect(await reader.states(['active', 'completed', 'unknown'])).toEqual(
    new Map([
      ['active', 'active'],
      ['completed', 'completed'],
    ]),
  )
  expect((await reader.unfinished(10)).sort()).toEqual(['active', 'delayed', 'waiting', 'waiting-children'])
  expect(await reader.unfinished(2)).toHaveLength(2)
})

test('throughput has a bucket for every moment, counts each end once and outlives the jobs', async () => {
  const history = await openHistory()
  const now = new Date()
  const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000).toISOString()
  const finish = (id: string, state: 'completed' | 'failed' | 'cancelled', seconds: number) => {
    const times = { createdAt: ago(seconds + 3), startedAt: ago(seconds + 1), finishedAt: ago(seconds) }
    history.writer.saveJob(sampleJob(id, { state: 'waiting', createdAt: times.createdAt }))
    history.writer.saveJob({ id, state, ...times })
  }
  finish('1', 'completed', 1)
  finish('2', 'completed', 120)
  await history.writer.flush()
  finish('3', 'failed', 120)
  finish('4', 'cancelled', 1800)
  finish('5', 'completed', 20 * 3600)
  history.writer.saveJob({ id: '1', progress: { ratio: 1 } })
  const hour = await history.reader.throughput('1h', now)
  expect(hour.bucketMs).toBe(60_000)
  expect(hour.buckets).toHaveLength(60)
  expect(hour.totals).toEqual({ completed: 2, failed: 1, cancelled: 1 })
  expect(hour.buckets.reduce((sum, bucket) => sum + bucket.enqueued, 0)).toBe(4)
  expect(hour.waitMs).toEqual({ p50: 2000, p95: 2000 })
  const last = hour.buckets.at(-1)?.at ?? ''
  expect(Date.parse(last)).toBeLessThanOrEqual(now.getTime())
  expect(Date.parse(last) + hour.bucketMs).toBeGreaterThan(now.getTime())
  await history.prune({ keepDays: 1, keepJobs: 0 })
  expect((await history.reader.throughput('15m', now)).totals).toEqual({ completed: 2, failed: 1, cancelled: 0 })
  expect((await history.reader.throughput('24h', now)).totals.completed).toBe(3)
  expect((await history.reader.throughput('7d', now)).buckets).toHaveLength(56)
})

test('pruning takes the oldest finished jobs with all that is theirs, and no other', async () => {
  const history = await openHistory()
  const day = 86_400_000
  const finished = (id: string, daysAgo: number) => {
    const at = new Date(Date.now() - daysAgo * day).toISOString()
    history.writer.saveJob(sampleJob(id, { state: 'completed', createdAt: at, finishedAt: at }))
    history.writer.saveAttempt(id, sampleAttempt(1))
    history.writer.saveLogs(id, [sampleLine(1, 'line')])
  }
  finished('ancient', 40)
  for (let id = 0; id < 10; id++) finished(String(id), 10 - id)
  history.writer.saveJob(sampleJob('old but waiting', { createdAt: '2020-01-01T00:00:00.000Z' }))
  expect(await history.prune({ keepDays: 30, keepJobs: 4 })).toBe(7)
  expect(await idsOf(history, {})).toEqual(['9', '8', '7', '6', 'old but waiting'])
  expect(await history.reader.counts()).toMatchObject({ completed: 4, waiting: 1 })
  expect((await history.reader.logs('0', 0, 10)).total).toBe(0)
  expect((await history.reader.logs('9', 0, 10)).total).toBe(1)
  expect(await history.prune({ keepDays: 30, keepJobs: 4 })).toBe(0)
})

test('a completed job without a result is not whole, and one whose result is null is', async () => {
  const { reader, writer } = await openHistory()
  const ended = sampleAttempt(1, { finishedAt: timeAt(9), outcome: 'completed' })
  for (const [id, left] of [
    ['none', {}],
    ['null', { result: null }],
    ['number', { result: 3 }],
  ] as const) {
    writer.saveJob(sampleJob(id, { state: 'completed', finishedAt: timeAt(9), ...left }))
    writer.saveAttempt(id, ended)
  }
  writer.saveJob(sampleJob('failed', { state: 'failed', finishedAt: timeAt(9) }))
  writer.saveAttempt('failed', { ...ended, outcome: 'failed' })
  expect(await reader.whole(['none', 'null', 'number', 'failed'])).toEqual(new Set(['null', 'number', 'failed']))
})

test('folding changes no count', async () => {
  const history = await openHistory()
  for (let round = 0; round < 5; round++) {
    for (let id = 0; id < 20; id++) history.writer.saveJob(sampleJob(`${round}-${id}`, { type: `type ${id % 3}` }))
    await history.writer.flush()
  }
  const before = await history.reader.counts()
  await history.prune({ keepDays: 30, keepJobs: 100 })
  expect(await history.reader.counts()).toEqual(before)
  const rows = await createDirectDatabase(history.jobDatabase).$queryRawUnsafe(
    'SELECT count(*)::int AS rows FROM toril.job_count WHERE state = $1 AND type = $2 AND source_id = (SELECT max(id) FROM toril.source)',
    'waiting',
    'type 1',
  )
  expect(rows).toEqual([{ rows: 1 }])
})
