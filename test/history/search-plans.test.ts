import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { History, JobPage, JobQuery } from '../../electron/runner/history/history.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { fillHistory } from '../support/fill-history.ts'

const jobs = 100_000
/** Those that grow with every job. */
const tables = ['job', 'attempt', 'log_line']
let postgres: TestPostgres
let history: History
let client: pg.Client

beforeAll(async () => {
  postgres = await startTestPostgres()
  client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  history = await fillHistory(postgres.url, jobs)
})
afterAll(async () => {
  await client.end()
  await history.close()
  await postgres.stop()
})

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Name'?: string
  Plans?: PlanNode[]
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)]
}

/** The plans of all that a search asks the server, in the order in which it asks, its settings included. */
async function plansOf(query: Partial<JobQuery>) {
  const sent = vi.spyOn(pg.Client.prototype, 'query')
  const page = await history.reader.search({ limit: 50, ...query })
  const calls = sent.mock.calls.map(([config, values]: unknown[]) =>
    typeof config === 'string' ? { text: config, values } : (config as pg.QueryConfig),
  )
  sent.mockRestore()
  const nodes: PlanNode[] = []
  for (const { text, values } of calls as pg.QueryConfig[]) {
    if (!/^\s*(SELECT|WITH)\b/i.test(text)) {
      await client.query(text)
      continue
    }
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(`EXPLAIN (FORMAT JSON) ${text}`, values)
    for (const { 'QUERY PLAN': plan } of rows) nodes.push(...nodesOf(plan[0].Plan))
  }
  const readWhole = nodes.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'])
  return { page, indexes: nodes.flatMap((node) => node['Index Name'] ?? []), readWhole }
}

const byState = 'job_source_id_state_created_at_seq_idx'
const byType = 'job_source_id_type_state_created_at_seq_idx'
const words = 'job_words_completed_idx'
const failedWords = 'job_words_failed_idx'
const lines = 'log_line_words_idx'
const attempts = 'attempt_words_idx'
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString()

test.each<[string, Partial<JobQuery>, string, number]>([
  ['all', {}, byState, jobs],
  ['an id, and the digests with it', { text: '51234' }, 'job_pkey', 8],
  ['a type', { type: 'hash-folder' }, byType, 33_333],
  ['a state', { states: ['failed'] }, byState, 5_000],
  ['a type and a state', { type: 'hash-folder', states: ['failed'] }, byType, 1_667],
  ['a time', { since: day(1), until: day(0.5) }, byState, 1_667],
  ['a text of one input', { text: 'needle in the input' }, words, 1],
  ['a text of one result', { text: 'needle in the result' }, words, 1],
  ['a text of one error', { text: 'needle in the error' }, failedWords, 1],
  ['a text of one log line', { text: 'needle in the log' }, lines, 1],
  ['a text of one attempt before the last', { text: 'needle in the attempt' }, attempts, 1],
  ['a text of no job', { text: 'nowhere to be found' }, words, 0],
  ['a text of most jobs', { text: 'ordinary' }, byState, 1_000],
  ['a text of some hundred jobs', { text: 'urgent delivery' }, words, 200],
  ['a text with a type', { text: 'urgent delivery', type: 'hash-folder' }, words, 67],
  ['a text with a state and a time', { text: 'disk', states: ['failed'], since: day(2) }, byState, 333],
  ['a text that only old jobs have', { text: 'early years' }, byState, 0],
  ['words that all jobs have, never one after the other', { text: 'note rules' }, byState, 0],
  ['two characters', { text: 'zq' }, byState, 0],
])('%s is found by an index', async (_what, query, index, total) => {
  const { page, indexes, readWhole } = await plansOf(query)
  expect(indexes).toContain(index)
  expect(readWhole.filter((table) => tables.includes(table ?? ''))).toEqual([])
  expect(Math.abs(page.total - total)).toBeLessThanOrEqual(1)
})

test.each([
  ['most jobs', 'ordinary', 200, 7],
  ['few jobs', 'urgent delivery', 30, 9],
  ['the jobs of one state', 'disk', 200, 9],
  ['every log line but one', 'read', 200, 2],
  ['old jobs only', 'early years', 200, 3],
])('pages of a text in %s go on without gap or repeat', async (_what, text, limit, pages) => {
  const { rows } = await client.query<{ id: string }>(
    `SELECT id FROM toril.job WHERE input::text ILIKE $1 OR error::text ILIKE $1
       OR EXISTS (SELECT FROM toril.log_line WHERE job_id = job.id AND text ILIKE $1)
     ORDER BY created_at DESC, seq DESC LIMIT $2`,
    [`%${text}%`, limit * pages],
  )
  const ids: string[] = []
  for (let cursor: string | undefined; ids.length < rows.length;) {
    const page = await history.reader.search({ text, limit, ...(cursor === undefined ? {} : { cursor }) })
    ids.push(...page.jobs.map((job) => job.id))
    cursor = page.nextCursor
    if (cursor === undefined) break
  }
  expect(ids).toEqual(rows.map(({ id }) => id))
})

/** The answers to a text, one after the other. */
async function answersTo(text: string, limit: number, most = Infinity): Promise<JobPage[]> {
  const pages: JobPage[] = []
  do {
    const cursor = pages.at(-1)?.nextCursor
    pages.push(await history.reader.search({ text, limit, ...(cursor === undefined ? {} : { cursor }) }))
  } while (pages.at(-1)?.nextCursor !== undefined && pages.length < most)
  return pages
}

test('words that stand in all jobs, but never one after the other, are looked for step by step to the end', async () => {
  const pages = await answersTo('note rules', 50)
  expect(pages.length).toBeGreaterThan(10)
  expect(pages.flatMap((page) => page.jobs)).toEqual([])
  expect(pages.slice(0, -1).every((page) => page.totalIsMinimum === true)).toBe(true)
  expect(pages.at(-1)).toEqual({ jobs: [], total: 0 })
})

test('the job whose id is a short text comes first, and only once', async () => {
  const pages = await answersTo('77', 200, 3)
  const ids = pages.flatMap((page) => page.jobs.map((job) => job.id))
  expect(pages[0]?.jobs.map((job) => job.id)).toContain('77')
  expect(new Set(ids).size).toBe(600)
  const oneByOne = (await answersTo('77', 1, 3)).flatMap((page) => page.jobs.map((job) => job.id))
  expect(oneByOne).toEqual(['77', ...ids.filter((id) => id !== '77').slice(0, 2)])
})
