import pg from 'pg'
import { vi } from 'vitest'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { patienceMs } from '../patience.ts'

const insertJobs = `
  INSERT INTO toril.job (source_id, id, type, state, input, result, error, options, created_at, started_at, finished_at)
  SELECT s.id, n, (ARRAY['add-two-numbers', 'add-three-numbers', 'hash-folder'])[1 + n % 3],
    CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END,
    json_build_object('path', '/data/' || md5(n::text), 'note', CASE WHEN n = $2::int / 3 THEN 'needle in the input'
      WHEN n % ($2::int / 200) = 1 THEN 'urgent delivery' ELSE 'ordinary' END,
      'rules', CASE WHEN n <= $2::int * 0.6 THEN 'of the early years' ELSE 'as of now' END),
    CASE WHEN n % 20 <> 0 THEN json_build_object('digest', CASE WHEN n = $2::int / 7 THEN 'needle in the result' ELSE md5((n * 7)::text) END) END,
    CASE WHEN n % 20 = 0 THEN json_build_object('code', 'JOB_FAILED', 'message',
      CASE WHEN n = ($2::int / 40) * 20 THEN 'needle in the error' ELSE 'disk ' || n || ' is full' END) END,
    '{}', at, at, at + interval '2 seconds'
  FROM toril.source s, generate_series(1, $2::int) n,
    LATERAL (SELECT now() - interval '30 days' * (1 - n::float / $2::int) AS at) t
  WHERE s.name = $1`

const insertLines = `
  INSERT INTO toril.log_line (source_id, job_id, seq, at, level, attempt, text)
  SELECT s.id, n, 1, now(), 'info', 1,
    CASE WHEN n = $2::int / 5 THEN 'needle in the log' ELSE 'read ' || md5((n * 3)::text) END
  FROM toril.source s, generate_series(1, $2::int) n WHERE s.name = $1`

const insertAttempts = `
  INSERT INTO toril.attempt (source_id, job_id, number, executor, runner, started_at, finished_at, outcome)
  SELECT source_id, id, 1, 'thread', 'r1', started_at, finished_at, state FROM toril.job`

/** Some jobs completed only at a second try. */
const insertFailedAttempts = `
  INSERT INTO toril.attempt (source_id, job_id, number, executor, runner, started_at, finished_at, outcome, error)
  SELECT s.id, n, 2, 'thread', 'r1', now(), now(), 'failed', json_build_object('code', 'RESET',
    'message', CASE WHEN n = 51 THEN 'needle in the attempt' ELSE 'connection ' || n || ' was reset' END)
  FROM toril.source s, generate_series(1, $2::int, 50) n WHERE s.name = $1`

const textIndexes = ['completed', 'failed', 'cancelled']
  .map((state) => `job_words_${state}_idx`)
  .concat('log_line_words_idx', 'attempt_words_idx')

const validIndexes = `SELECT FROM pg_index JOIN pg_class ON indexrelid = pg_class.oid
  WHERE relname = ANY($1) AND indisvalid`

/**
 * A history of a month, filled by SQL: three types, one in twenty failed, an attempt and a line of log each, ids
 * from 1 up. The text indexes are made as for a large history of a Toril before they were there: while it is open.
 */
export async function fillHistory(url: string, count: number, source = 'filled'): Promise<History> {
  await (await createHistory({ url, source })).close()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`DROP INDEX ${textIndexes.map((name) => `toril.${name}`).join(', ')}`)
    await client.query(insertJobs, [source, count])
    await client.query(insertLines, [source, count])
    await client.query(insertAttempts)
    await client.query(insertFailedAttempts, [source, count])
    const history = await createHistory({ url, source })
    const made = async () => (await client.query(validIndexes, [textIndexes])).rowCount
    await vi.waitUntil(async () => (await made()) === textIndexes.length, { timeout: patienceMs })
    // What the server does by itself a little later.
    await client.query('VACUUM ANALYZE')
    return history
  } finally {
    await client.end()
  }
}
