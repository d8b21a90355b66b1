import pg from 'pg'
import { finishedStates } from '../../contract/job.ts'
import { pgAddress } from '../connections/postgres-tls.ts'
import type { Database } from './database.ts'

/**
 * What a text search looks at in a job's own row: the beginnings of input, result and error. An id that is only
 * a number is left out, and so is the type: they are found by other indexes, and would be half of what this one
 * has to take in for a small job. The query and the index must hold the very same expression.
 */
export const searchedText = `(CASE WHEN ltrim(id, '0123456789') = '' THEN '' ELSE id END || ' ' || left(input::text, 4000) || ' ' || coalesce(left(result::text, 4000), '') || ' ' || coalesce(error->>'code', '') || ' ' || coalesce(left(error->>'message', 2000), ''))`

/** And in a log line. */
export const searchedLine = 'left(text, 2000)'

/** And in the error of an attempt: a job that completed at last has none of its own. */
export const searchedAttempt = `(coalesce(error->>'code', '') || ' ' || coalesce(left(error->>'message', 2000), ''))`

/** Rows up to which a start waits for the indexes; a larger history gets them while the runner works. */
const quickRows = 20_000

interface TextIndex {
  name: string
  table: 'job' | 'attempt' | 'log_line'
  expression: string
  where: string
}

/**
 * Of the jobs, an index for each state in which they end: a job enters it once, when it has ended, and a text that
 * all completed jobs have does not stand in the way of finding the one failed job that has it too. Unfinished jobs
 * are read.
 */
const indexes: readonly TextIndex[] = [
  ...finishedStates.map((state) => ({
    name: `job_words_${state}_idx`,
    table: 'job' as const,
    expression: searchedText,
    where: ` WHERE state = '${state}'`,
  })),
  { name: 'log_line_words_idx', table: 'log_line', expression: searchedLine, where: '' },
  // Most attempts have no error and are not in it.
  { name: 'attempt_words_idx', table: 'attempt', expression: searchedAttempt, where: ' WHERE error IS NOT NULL' },
]

/** By a Toril before this one. */
const outdated = ['job_text_idx', 'job_words_idx']

async function missingIndexes(client: pg.Client, schema: string): Promise<TextIndex[]> {
  // An index whose making was broken off is there, but not valid: it is made anew.
  const { rows } = await client.query<{ name: string; valid: boolean }>(
    `SELECT relname AS name, indisvalid AS valid FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid
     WHERE relnamespace = $1::regnamespace AND relname = ANY($2::text[])`,
    [`"${schema}"`, [...indexes.map(({ name }) => name), ...outdated]],
  )
  for (const { name } of rows.filter((row) => outdated.includes(row.name) || !row.valid)) {
    await client.query(`DROP INDEX IF EXISTS "${schema}".${name}`)
  }
  return indexes.filter(({ name }) => !rows.some((row) => row.name === name && row.valid))
}

async function isLarge(client: pg.Client, schema: string): Promise<boolean> {
  const sql = `SELECT FROM "${schema}".job UNION ALL SELECT FROM "${schema}".log_line OFFSET ${quickRows} LIMIT 1`
  return (await client.query(sql)).rowCount !== 0
}

/** Held by whoever makes the indexes: another runner must not take an unfinished one for a broken one. */
const makingLock = 72707370

async function make(client: pg.Client, schema: string, missing: readonly TextIndex[], beside: boolean): Promise<void> {
  await client.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
  const { rows } = await client.query<{ schema: string }>(
    `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'`,
  )
  const operators = `${rows[0]?.schema ?? 'public'}.gin_trgm_ops`
  for (const { name, table, expression, where } of missing) {
    await client.query(
      `CREATE INDEX ${beside ? 'CONCURRENTLY ' : ''}IF NOT EXISTS ${name} ON "${schema}".${table} USING gin ((${expression}) ${operators})${where}`,
    )
  }
}

/**
 * Makes the trigram indexes where the server has pg_trgm and lets us (it is a trusted extension: no superuser is
 * needed). Elsewhere search works too, only slower. Resolves when they are there, or soon when the history is
 * large: then they are made beside the work. The answer breaks that off; the next start goes on with it.
 */
export async function ensureTextIndexes({ address, schema }: Database): Promise<() => Promise<void>> {
  // A connection of its own: the making may outlast every other use, and ending it must not wait.
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: 3_000 })
  client.on('error', () => undefined)
  let making: Promise<void> = Promise.resolve()
  try {
    await client.connect()
    const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [makingLock])
    const missing = rows[0]?.free === true ? await missingIndexes(client, schema) : []
    const large = missing.length > 0 && (await isLarge(client, schema))
    // It fails where there is no such extension, or no right to add it; the statements then read the rows.
    if (missing.length > 0) making = make(client, schema, missing, large).catch(() => undefined)
    if (!large) await making
  } catch {
    // No connection: what comes next says so.
  }
  const end = async () => {
    await client.end().catch(() => undefined)
  }
  void making.then(end)
  return async () => {
    await end()
    await making
  }
}
