import pg from 'pg'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import type { JobQuery } from '../../electron/runner/history/history.ts'
import { startTestPostgres } from '../support/postgres.ts'
import type { BenchRun, Cell, Measure, Row } from './measure.ts'
import { percentile } from './statistics.ts'

const source = 'bench'
const perStep = 10_000
const searchesPerRound = 10
const p95 = { atMost: 100 }

/** As jobs come and go in a month: three types, one in twenty failed, one in forty only at first, one line of log each. */
const insertJobs = `
  INSERT INTO toril.job (source_id, id, type, state, input, result, error, options, created_at, started_at, finished_at)
  SELECT s.id, 'job-' || n, (ARRAY['add-two-numbers', 'add-three-numbers', 'hash-folder'])[1 + n % 3],
    CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END,
    json_build_object('path', '/data/' || md5(n::text), 'note', CASE
      WHEN n = $4::int / 3 THEN 'needle in the input' WHEN n % 200 = 7 THEN 'urgent delivery' ELSE 'ordinary hay' END),
    CASE WHEN n % 20 = 0 THEN NULL ELSE json_build_object('digest', md5((n * 7)::text)) END,
    CASE WHEN n % 20 = 0 THEN json_build_object('code', 'JOB_FAILED', 'message', CASE WHEN n = ($4::int / 40) * 20 THEN 'needle in the error' ELSE 'disk ' || n || ' is full' END) END,
    '{}', at, at, at + interval '2 seconds'
  FROM toril.source s, generate_series($2::int, $3::int) n,
    LATERAL (SELECT now() - interval '30 days' * (1 - n::float / $4::int) AS at) t
  WHERE s.name = $1`
const insertLines = `
  INSERT INTO toril.log_line (source_id, job_id, seq, at, level, attempt, text)
  SELECT s.id, 'job-' || n, 1, now(), 'info', 1,
    CASE WHEN n = $4::int / 5 THEN 'needle in the log' ELSE 'read ' || md5((n * 3)::text) END
  FROM toril.source s, generate_series($2::int, $3::int) n WHERE s.name = $1`
/** Some jobs completed only at their second attempt. */
const insertAttempts = `
  INSERT INTO toril.attempt (source_id, job_id, number, executor, runner, started_at, finished_at, outcome, error)
  SELECT s.id, 'job-' || n, 1, 'thread', 'bench', now(), now(), 'failed', json_build_object('code', 'JOB_FAILED', 'message',
    CASE WHEN n = ($4::int / 80) * 40 + 1 THEN 'needle in the attempt' ELSE 'connection ' || n || ' was reset' END)
  FROM toril.source s, generate_series($2::int, $3::int) n WHERE s.name = $1 AND n % 40 = 1`

async function fill(url: string, count: number, bench: BenchRun): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (let from = 1; from <= count; from += perStep) {
      bench.signal.throwIfAborted()
      const values = [source, from, Math.min(count, from + perStep - 1), count]
      await client.query(insertJobs, values)
      await client.query(insertLines, values)
      await client.query(insertAttempts, values)
    }
    // What the server does by itself a little later.
    await client.query('VACUUM ANALYZE')
  } finally {
    await client.end()
  }
  bench.say(`search: ${count} jobs written`)
}

interface Question {
  name: string
  query: Omit<JobQuery, 'limit'>
  /** How many it must find at least: the time of a search that misses them says nothing. */
  least: number
}

function questions(count: number): Question[] {
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString()
  const tenDays = { since: day(20), until: day(10) }
  return [
    { name: 'an id', query: { text: `job-${Math.floor(count / 2) + 1}` }, least: 1 },
    { name: 'text of one input', query: { text: 'needle in the input' }, least: 1 },
    { name: 'text of one error', query: { text: 'needle in the error' }, least: 1 },
    { name: "text of an earlier attempt's error", query: { text: 'needle in the attempt' }, least: 1 },
    { name: 'text of one log line', query: { text: 'needle in the log' }, least: 1 },
    { name: 'text of most inputs', query: { text: 'ordinary hay' }, least: Math.min(count * 0.9, 1_000) },
    { name: 'text of one in 200 inputs', query: { text: 'urgent delivery' }, least: Math.min(count / 200, 1_000) },
    { name: 'words of most, never one after the other', query: { text: 'hay ordinary' }, least: 0 },
    { name: 'text of jobs that are none of that state', query: { text: 'is full', states: ['completed'] }, least: 0 },
    { name: 'text of no job', query: { text: 'nowhere to be found' }, least: 0 },
    { name: 'type, state and time', query: { type: 'hash-folder', states: ['failed'], ...tenDays }, least: 1 },
    { name: 'text, state and time', query: { text: 'disk', states: ['failed'], ...tenDays }, least: 1 },
  ]
}

/** Search in the history, through its reader, as the list of jobs asks it. */
export const historySearch: Measure = {
  name: 'search',
  async run(bench) {
    const count = bench.history
    const postgres = await startTestPostgres()
    try {
      const history = await createHistory({ url: postgres.url, source })
      try {
        await fill(postgres.url, count, bench)
        const rows: Row[] = []
        const times = bench.quick ? 3 : searchesPerRound * bench.rounds
        for (const { name, query, least } of questions(count)) {
          const found: number[] = []
          let { total } = await history.reader.search({ ...query, limit: 50 })
          for (let search = 0; search < times; search++) {
            bench.signal.throwIfAborted()
            const since = performance.now()
            total = (await history.reader.search({ ...query, limit: 50 })).total
            found.push(performance.now() - since)
          }
          const ms = (percent: number): Cell => ({
            value: total < least ? NaN : percentile(found, percent),
            unit: 'ms',
          })
          rows.push({ name, cells: [{ value: total, unit: '' }, ms(50), { ...ms(95), aim: p95 }] })
        }
        return [
          {
            title: `Search in a history of ${count} jobs`,
            how: `${times} times each question of the list of jobs, its first 50 and their count; a text that more than 1000 jobs contain is counted up to there.`,
            columns: ['found', 'p50', 'p95'],
            rows,
          },
        ]
      } finally {
        await history.close()
      }
    } finally {
      await postgres.stop()
    }
  },
}
