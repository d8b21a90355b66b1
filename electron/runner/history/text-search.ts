import type pg from 'pg'
import { isFinished } from '../../contract/job.ts'
import { afterCursor, conditionsOf, statesOf, type Conditions } from './conditions.ts'
import type { Database } from './database.ts'
import type { JobQuery } from './history.ts'
import { indexedJobs, searchedLine, searchedText } from './text-index.ts'

/** A text that more jobs than this contain is counted up to here; the pages themselves go on. */
const maxCountedMatches = 1_000

/** So many of the newest jobs are looked at first: a text that many of them contain needs no index. */
const sampled = 500
const common = 0.2

/** Ids of a page, newest first and one more than asked, and how many match in all. */
interface Found {
  ids: string[]
  total: number
}

/** More may match than were counted. */
export function isCapped(total: number): boolean {
  return total >= maxCountedMatches
}

/** A text as a pattern of ILIKE. */
function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** pg_trgm finds nothing to look up in a text without three characters in a row, a word's edge being one. */
const hasTrigram = /[\p{L}\p{N}]{3}|[\p{L}\p{N}]{2}[^\p{L}\p{N}]|[^\p{L}\p{N}][\p{L}\p{N}]{2}/u

interface Statement {
  sql: string
  values: unknown[]
}

/** What a search with a text asks for, and where. */
interface Asked {
  schema: string
  sourceId: number
  query: JobQuery
  /** Well-formed, without NUL: what can be in a stored text. */
  text: string
  /** Types with the text in their names. */
  types: string[]
}

/** The ways in which a job can match, as conditions on `job` and on `log_line`. */
function matchesOf({ schema, sourceId, text, types }: Asked, where: Conditions) {
  // Also as it looks inside JSON, where quotes and line ends are escaped.
  const patterns = [...new Set([text, JSON.stringify(text).slice(1, -1)])].map(patternOf)
  const id = () => `id = ${where.bind(text)}`
  const type = () => `type = ANY(${where.bind(types)}::text[])`
  const words = () => `(${patterns.map((pattern) => `${searchedText} ILIKE ${where.bind(pattern)}`).join(' OR ')})`
  const line = () => `${searchedLine} ILIKE ${where.bind(patternOf(text))}`
  // A scalar query, because EXISTS may be planned as one scan of all lines.
  const lines = () =>
    `(SELECT true FROM "${schema}".log_line l WHERE l.source_id = ${sourceId} AND l.job_id = job.id AND ${line()} LIMIT 1)`
  return { id, type, words, line, any: () => `(${id()} OR ${type()} OR ${words()} OR ${lines()})` }
}

const newestFirst = 'ORDER BY created_at DESC, seq DESC'

/** The newest of each state by its index, then the newest of those. `also` narrows; `limit` is the number wanted. */
function newestOf(asked: Asked, where: Conditions, columns: string, also: string, limit: number): string {
  const states = where.bind(statesOf(asked.query))
  return `SELECT found.* FROM unnest(${states}::text[]) AS wanted(wanted_state)
    CROSS JOIN LATERAL (SELECT ${columns} FROM "${asked.schema}".job
      WHERE ${where.sql} AND state = wanted_state AND ${also} ${newestFirst} LIMIT ${limit}) AS found
    ${newestFirst} LIMIT ${limit}`
}

/** Looks at the newest jobs only: the matches among them. */
function sampleStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId)
  const newest = newestOf(asked, where, '*', afterCursor(asked.query, where), sampled)
  return {
    sql: `WITH job AS MATERIALIZED (${newest})
      SELECT 0 AS total, ARRAY(SELECT id FROM job WHERE ${matchesOf(asked, where).any()} ${newestFirst}) AS ids`,
    values: where.values,
  }
}

/** Counts up to the limit, row by row: for a text that many jobs contain. */
function countStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId)
  const states = where.bind(statesOf(asked.query))
  return {
    sql: `SELECT count(*)::int AS total, '{}'::text[] AS ids FROM (SELECT FROM "${asked.schema}".job
      WHERE ${where.sql} AND state = ANY(${states}::text[]) AND ${matchesOf(asked, where).any()} LIMIT ${maxCountedMatches}) AS found`,
    values: where.values,
  }
}

/** All matches up to the limit by the indexes, one part for each: their number, and the newest of them. */
export function indexStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId)
  const matches = matchesOf(asked, where)
  const job = `"${asked.schema}".job`
  const states = statesOf(asked.query)
  const filters = `${where.sql} AND state = ANY(${where.bind(states)}::text[])`
  const part = (condition: string) =>
    `(SELECT id, created_at, seq FROM ${job} WHERE ${filters} AND ${condition} LIMIT ${maxCountedMatches})`
  const parts = [
    // Two parts, because the text index holds finished jobs only.
    ...(states.some((state) => isFinished(state)) ? [part(`${indexedJobs} AND ${matches.words()}`)] : []),
    ...(states.every((state) => isFinished(state)) ? [] : [part(`finished_at IS NULL AND ${matches.words()}`)]),
    part(matches.id()),
    // OFFSET 0 keeps the lines apart: they are found by their index first, then their jobs by id.
    part(`id IN (SELECT DISTINCT job_id FROM "${asked.schema}".log_line
      WHERE source_id = ${asked.sourceId} AND ${matches.line()} OFFSET 0)`),
    ...(asked.types.length === 0 ? [] : [part(matches.type())]),
  ]
  return {
    sql: `WITH found AS MATERIALIZED (${parts.join(' UNION ')})
      SELECT (SELECT count(*) FROM found)::int AS total,
        ARRAY(SELECT id FROM found WHERE ${afterCursor(asked.query, where)} ${newestFirst} LIMIT ${asked.query.limit + 1}) AS ids`,
    values: where.values,
  }
}

/** The page by walking down the newest jobs: for a text that too many jobs contain to sort them. */
function walkStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId)
  const also = `${afterCursor(asked.query, where)} AND ${matchesOf(asked, where).any()}`
  return {
    sql: `SELECT 0 AS total, ARRAY(SELECT id FROM (${newestOf(asked, where, 'id, created_at, seq', also, asked.query.limit + 1)}) AS newest) AS ids`,
    values: where.values,
  }
}

type Run = (statement: Statement) => Promise<Found>

async function searchWith(run: Run, asked: Asked): Promise<Found> {
  const wanted = asked.query.limit + 1
  const sample = await run(sampleStatement(asked))
  const page = async () => (sample.ids.length >= wanted ? sample : await run(walkStatement(asked))).ids.slice(0, wanted)
  if (sample.ids.length >= common * sampled) {
    const { total } = await run(countStatement(asked))
    return { ids: await page(), total }
  }
  const found = await run(indexStatement(asked))
  if (found.total < maxCountedMatches) return found
  return { ids: await page(), total: maxCountedMatches }
}

async function typesWith(client: pg.PoolClient, schema: string, sourceId: number, text: string): Promise<string[]> {
  const { rows } = await client.query<{ type: string }>(
    `SELECT DISTINCT type FROM "${schema}".job_count WHERE source_id = ${sourceId} AND type ILIKE $1`,
    [patternOf(text)],
  )
  return rows.map(({ type }) => type)
}

/**
 * Jobs with a text in id, type, input, result, error or log lines. In a transaction of its own, in which indexes
 * come before reading whole tables: until the server has counted what is in a new index, it thinks otherwise.
 */
export async function searchText(database: Database, sourceId: number, query: JobQuery, text: string): Promise<Found> {
  const { pool, schema } = database
  // NUL can be in no stored text, and PostgreSQL refuses it.
  const wanted = text.replaceAll('\0', '\ufffd').toWellFormed()
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    await client.query(`BEGIN READ ONLY; SET LOCAL enable_seqscan = ${hasTrigram.test(wanted) ? 'off' : 'on'}`)
    const types = await typesWith(client, schema, sourceId, wanted)
    const found = await searchWith(
      async ({ sql, values }) => {
        const { rows } = await client.query<Found>(sql, values)
        return rows[0] ?? { ids: [], total: 0 }
      },
      { schema, sourceId, query, text: wanted, types },
    )
    await client.query('COMMIT')
    return found
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release(failed)
  }
}
