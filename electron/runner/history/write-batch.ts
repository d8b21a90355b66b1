import type pg from 'pg'
import { jsonText } from './json-text.ts'
import type { PendingJob } from './pending-job.ts'

/**
 * One statement a table, whatever the number of rows: the rows travel as one JSON text. They are named,
 * so that the server plans them once a connection.
 */
export interface BatchStatements {
  replaced: pg.QueryConfig
  insertJobs: pg.QueryConfig
  updateJobs: pg.QueryConfig
  attempts: pg.QueryConfig
  logs: pg.QueryConfig
}

const finished = `('completed', 'failed', 'cancelled')`

/**
 * What becomes of a field of the run, given `n` (new) and `o` (old): what is left out stays, except that
 * a job which is run again loses its old end, and only a completed job has a result. A finished job always
 * has a time: search and retention go by it.
 */
function mergedFields(n: string, o: string): string {
  const again = `(${n}.state NOT IN ${finished} AND ${o}.state IN ${finished})`
  const kept = (column: string) =>
    `${column} = CASE WHEN ${again} THEN ${n}.${column} ELSE coalesce(${n}.${column}, ${o}.${column}) END`
  return [
    `result = CASE WHEN ${n}.state IS NULL THEN coalesce(${n}.result, ${o}.result)
       WHEN ${n}.state <> 'completed' THEN NULL
       WHEN ${o}.state = 'completed' THEN coalesce(${n}.result, ${o}.result) ELSE ${n}.result END`,
    `error = CASE WHEN ${n}.state = 'completed' OR ${again} THEN ${n}.error ELSE coalesce(${n}.error, ${o}.error) END`,
    kept('progress'),
    kept('started_at'),
    `finished_at = CASE WHEN ${n}.state NOT IN ${finished} THEN NULL 
       WHEN ${n}.state IS NULL THEN coalesce(${n}.finished_at, ${o}.finished_at)
       ELSE coalesce(${n}.finished_at, ${o}.finished_at, now()) END`,
  ].join(', ')
}

const jobColumns = `id text, type text, state text, input json, "hasInput" boolean, result json, "hasResult" boolean,
  error json, progress json, options json, "createdAt" timestamptz, "startedAt" timestamptz, "finishedAt" timestamptz`

// A JSON null in a row is read as no value at all; the flags tell it from a field that was left out.
const jobValues = `id, type, state,
  CASE WHEN "hasInput" THEN coalesce(input, 'null') END AS input,
  CASE WHEN "hasResult" THEN coalesce(result, 'null') END AS result,
  error, progress, options, "createdAt" AS created_at, "startedAt" AS started_at, "finishedAt" AS finished_at`

export function batchStatements(schema: string, sourceId: number): BatchStatements {
  const table = (name: string) => `"${schema}"."${name}"`
  const rows = `(SELECT ${jobValues} FROM json_to_recordset($1::json) AS r(${jobColumns}))`
  // Prepared per connection: the name must tell apart what two sources or schemas on it may mean.
  const named = (name: string, text: string) => ({ name: `toril-${name}-${schema}-${sourceId}`, text })
  return {
    replaced: named(
      'replaced',
      `WITH gone AS (
         DELETE FROM ${table('job')} o USING json_to_recordset($1::json) AS n(id text, "createdAt" timestamptz)
         WHERE o.source_id = ${sourceId} AND o.id = n.id AND o.created_at <> n."createdAt" RETURNING o.id),
       attempts AS (DELETE FROM ${table('attempt')} USING gone WHERE source_id = ${sourceId} AND job_id = gone.id)
       DELETE FROM ${table('log_line')} USING gone WHERE source_id = ${sourceId} AND job_id = gone.id`,
    ),
    insertJobs: named(
      'insert-jobs',
      `INSERT INTO ${table('job')} AS o (source_id, id, type, state, input, result, error, progress, options,
         created_at, started_at, finished_at)
       SELECT ${sourceId}, id, type, state, input, result, error, progress, options, created_at, started_at,
         CASE WHEN state IN ${finished} THEN coalesce(finished_at, now()) END
       FROM ${rows} AS n
       ON CONFLICT (source_id, id) DO UPDATE SET type = excluded.type, state = excluded.state, input = excluded.input,
         options = excluded.options, ${mergedFields('excluded', 'o')}`,
    ),
    updateJobs: named(
      'update-jobs',
      `UPDATE ${table('job')} AS o SET type = coalesce(n.type, o.type), state = coalesce(n.state, o.state),
         input = coalesce(n.input, o.input), options = coalesce(n.options, o.options), ${mergedFields('n', 'o')}
       FROM ${rows} AS n WHERE o.source_id = ${sourceId} AND o.id = n.id`,
    ),
    attempts: named(
      'attempts',
      `INSERT INTO ${table('attempt')} AS o (source_id, job_id, number, executor, runner, thread, started_at,
         finished_at, outcome, cpu_ms, peak_heap_bytes, error, cancelled_by, cancel_reason)
       SELECT ${sourceId}, n."jobId", number, executor, runner, thread, n."startedAt", n."finishedAt", outcome,
         "cpuMs", "peakHeapBytes", n.error, "cancelledBy", "cancelReason"
       FROM json_to_recordset($1::json) AS n("jobId" text, number int, executor text, runner text, thread text,
         "startedAt" timestamptz, "finishedAt" timestamptz, outcome text, "cpuMs" float8, "peakHeapBytes" bigint,
         error json, "cancelledBy" text, "cancelReason" text)
       JOIN ${table('job')} j ON j.source_id = ${sourceId} AND j.id = n."jobId"
       ON CONFLICT (source_id, job_id, number) DO UPDATE SET executor = excluded.executor, runner = excluded.runner,
         thread = excluded.thread, started_at = excluded.started_at, finished_at = excluded.finished_at,
         outcome = excluded.outcome, cpu_ms = excluded.cpu_ms, peak_heap_bytes = excluded.peak_heap_bytes,
         error = excluded.error, cancelled_by = coalesce(excluded.cancelled_by, o.cancelled_by),
         cancel_reason = coalesce(excluded.cancel_reason, o.cancel_reason)`,
    ),
    // A line that is there already was written by a batch whose acknowledgement got lost.
    logs: named(
      'logs',
      `INSERT INTO ${table('log_line')} (source_id, job_id, seq, at, level, attempt, text)
       SELECT ${sourceId}, n."jobId", n.seq, at, level, attempt, text
       FROM json_to_recordset($1::json) AS n("jobId" text, seq int, at timestamptz, level text, attempt int, text text)
       JOIN ${table('job')} j ON j.source_id = ${sourceId} AND j.id = n."jobId"
       ON CONFLICT DO NOTHING`,
    ),
  }
}

function isWhole(job: PendingJob): boolean {
  const { createdAt, type, state, input, options } = job.fields
  return [createdAt, type, state, input, options].every((text) => text !== undefined)
}

function jobRow(job: PendingJob, id: string): string {
  let row = `{"id":${id}`
  for (const [name, text] of Object.entries(job.fields)) row += `,"${name}":${text}`
  if (job.fields.input !== undefined) row += ',"hasInput":true'
  if (job.fields.result !== undefined) row += ',"hasResult":true'
  return `${row}}`
}

/**
 * The order in which rows are locked: the same in every runner, so that two of them seldom deadlock. For the
 * numbers that queues give as ids it is also the order of arrival.
 */
function byId(one: PendingJob, other: PendingJob): number {
  return one.id.length - other.id.length || (one.id < other.id ? -1 : 1)
}

/** The rows of a batch as JSON texts, one for each statement. */
function rowsOf(batch: PendingJob[]) {
  const rows = { created: '', whole: '', partial: '', attempts: '', logs: '' }
  const add = (to: keyof typeof rows, row: string) => (rows[to] += rows[to] === '' ? row : `,${row}`)
  for (const job of batch.toSorted(byId)) {
    const id = jsonText(job.id)
    const whole = isWhole(job)
    if (whole) add('created', `{"id":${id},"createdAt":${job.fields.createdAt ?? 'null'}}`)
    if (Object.keys(job.fields).length > 0) add(whole ? 'whole' : 'partial', jobRow(job, id))
    for (const attempt of job.attempts.values()) add('attempts', `{"jobId":${id},${attempt.slice(1)}`)
    for (const line of job.logs) add('logs', `{"jobId":${id},${line}}`)
  }
  return rows
}

/** Writes a batch in one transaction. Writing it twice does no harm. */
export async function writeBatch(pool: pg.Pool, statements: BatchStatements, batch: PendingJob[]): Promise<void> {
  const rows = rowsOf(batch)
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    await client.query('BEGIN')
    const run = async (statement: pg.QueryConfig, json: string) => {
      if (json !== '') await client.query({ ...statement, values: [`[${json}]`] })
    }
    await run(statements.replaced, rows.created)
    await run(statements.insertJobs, rows.whole)
    await run(statements.updateJobs, rows.partial)
    await run(statements.attempts, rows.attempts)
    await run(statements.logs, rows.logs)
    await client.query('COMMIT')
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    // A connection that failed is not given to the next one.
    client.release(failed)
  }
}
