import type { Database } from './database.ts'

/**
 * What a text search looks at: id, type, and the beginnings of input, result and error. The query and
 * the index must hold the very same expression.
 */
export const searchedText = `(id || ' ' || type || ' ' || left(input::text, 4000) || ' ' || coalesce(left(result::text, 4000), '') || ' ' || coalesce(error->>'code', '') || ' ' || coalesce(left(error->>'message', 2000), ''))`

/** Part of the index: a job enters it once, when it has finished. Unfinished ones are few and are read through. */
export const indexedJobs = 'finished_at IS NOT NULL'

/**
 * Makes the trigram index where the server has pg_trgm and lets us (it is a trusted extension: no
 * superuser is needed). Elsewhere search works too, only slower. Answers whether there is an index.
 */
export async function ensureTextIndex({ pool, schema }: Database): Promise<boolean> {
  const has = await pool.query('SELECT FROM pg_class WHERE relname = $1 AND relnamespace = $2::regnamespace', [
    'job_text_idx',
    `"${schema}"`,
  ])
  if (has.rowCount !== 0) return true
  try {
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_trgm')
    const { rows } = await pool.query<{ schema: string }>(
      `SELECT quote_ident(nspname) AS schema FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pg_trgm'`,
    )
    await pool.query(
      `CREATE INDEX IF NOT EXISTS job_text_idx ON "${schema}".job USING gin (${searchedText} ${rows[0]?.schema ?? 'public'}.gin_trgm_ops) WHERE ${indexedJobs}`,
    )
    return true
  } catch {
    // No such extension, no right to add it, or another runner has just made the index.
    return false
  }
}
