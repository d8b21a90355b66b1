import type pg from 'pg'
import { jsonText } from './json-text.ts'
import type { PendingJob } from './pending-job.ts'

/** Calls `save_batch` of the migrations: named, so that the server plans it once a connection. */
export function batchStatement(schema: string): pg.QueryConfig {
  return { name: `toril-save-${schema}`, text: `SELECT "${schema}".save_batch($1, $2, $3, $4, $5, $6)` }
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

/** The rows of a batch as JSON texts, one for each table and way of writing. */
function rowsOf(batch: PendingJob[]) {
  const rows = { whole: '', partial: '', attempts: '', lines: '' }
  let jobs = 0
  const add = (to: keyof typeof rows, row: string) => (rows[to] += rows[to] === '' ? row : `,${row}`)
  for (const job of batch.toSorted(byId)) {
    const id = jsonText(job.id)
    const whole = isWhole(job)
    if (whole) jobs++
    if (Object.keys(job.fields).length > 0) add(whole ? 'whole' : 'partial', jobRow(job, id))
    // A job of this batch is there by then; of another one it may have been removed meanwhile.
    const of = whole ? `{"jobId":${id},` : `{"jobId":${id},"check":true,`
    for (const attempt of job.attempts.values()) add('attempts', of + attempt.slice(1))
    for (const line of job.logs) add('lines', `${of}${line}}`)
  }
  return { ...rows, jobs }
}

/** Writes a batch in one transaction, which is one statement. Writing it twice does no harm. */
export async function writeBatch(
  pool: pg.Pool,
  statement: pg.QueryConfig,
  sourceId: number,
  batch: PendingJob[],
): Promise<void> {
  const { jobs, whole, partial, attempts, lines } = rowsOf(batch)
  const array = (rows: string) => (rows === '' ? null : `[${rows}]`)
  await pool.query({
    ...statement,
    values: [sourceId, jobs, array(whole), array(partial), array(attempts), array(lines)],
  })
}
