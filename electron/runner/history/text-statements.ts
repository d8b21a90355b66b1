import { isFinished, type JobState } from '../../contract/job.ts'
import {
  afterCursor,
  conditionsOf,
  inState,
  newestFirst,
  newestRows,
  rowsInStates,
  type Conditions,
} from './conditions.ts'
import type { JobQuery } from './history.ts'
import { searchedLine, searchedText } from './text-index.ts'

/** Matches are counted up to here; the pages themselves go on. */
export const counted = 1_000

/** Matches that the indexes may name and that are then sorted. */
export const sortable = 20_000

export interface Statement {
  sql: string
  values: unknown[]
}

/** What a search with a text asks for, and where. */
export interface Asked {
  schema: string
  sourceId: number
  query: JobQuery
  /** Those of the wanted states in which there are jobs. */
  states: JobState[]
  /** Well-formed, without NUL: what can be in a stored text. */
  text: string
  /** Types with the text in their names. */
  types: string[]
}

/** `text` as a pattern of ILIKE that finds it anywhere. */
export function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
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

const place = 'id, created_at, seq'

/** How many jobs there are to look at in each state, up to `limit`; and how many of the newest `rows` of them match. */
export function sampleStatement(asked: Asked, rows: number, limit: number): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  const any = matchesOf(asked, where).any()
  const sizes = asked.states.map((state) => {
    const all = rowsInStates(asked.schema, [state], where, '1')
    return `(SELECT count(*)::int FROM (${all} LIMIT ${limit}) AS jobs)`
  })
  const hits = asked.states.map((state) => {
    const newest = newestRows(asked.schema, [state], where, rows)
    return `(SELECT count(*)::int FROM (${newest}) AS job WHERE ${any})`
  })
  return { sql: `SELECT ARRAY[${sizes.join(', ')}] AS sizes, ARRAY[${hits.join(', ')}] AS hits`, values: where.values }
}

/**
 * Looks through the newest `rows` jobs, or the newest after the cursor: the number of matches among them, and the
 * page after the cursor. Ends early at the limit of counting.
 */
export function lookStatement(asked: Asked, rows: number, from: 'newest' | 'cursor'): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  if (from === 'cursor') where.add(afterCursor(asked.query, where))
  return {
    sql: `WITH found AS MATERIALIZED (SELECT ${place}
        FROM (${newestRows(asked.schema, asked.states, where, rows)}) AS job
        WHERE ${matchesOf(asked, where).any()} LIMIT ${counted})
      SELECT (SELECT count(*) FROM found)::int AS total,
        ARRAY(SELECT id FROM found WHERE ${afterCursor(asked.query, where)} ${newestFirst} LIMIT ${asked.query.limit + 1}) AS ids`,
    values: where.values,
  }
}

/** The parts in which the indexes are asked, each a select of jobs: by words, by id, by log lines, by type. */
function indexParts(asked: Asked, where: Conditions, also: string, limit: number, end: string): string[] {
  const matches = matchesOf(asked, where)
  const job = `"${asked.schema}".job`
  const states = `state IN (${asked.states.map((state) => `'${state}'`).join(', ')})`
  const part = (condition: string) =>
    `(SELECT ${place} FROM ${job} WHERE ${where.sql} AND ${also} AND ${condition} ${end} LIMIT ${limit})`
  // OFFSET 0 keeps the lines apart: they are found by their index first, then their jobs by id.
  const lines = `SELECT job_id FROM "${asked.schema}".log_line WHERE source_id = ${asked.sourceId} AND ${matches.line()}`
  return [
    // Each finished state has an index of its own; the others have none, and their jobs are read.
    ...asked.states.map((state) =>
      part(`${inState(state)} AND ${isFinished(state) ? '' : 'finished_at IS NULL AND '}${matches.words()}`),
    ),
    part(`${states} AND ${matches.id()}`),
    part(
      `${states} AND id IN (SELECT DISTINCT job_id FROM (${lines} ${end === '' ? `LIMIT ${limit}` : 'OFFSET 0'}) AS lines)`,
    ),
    ...(asked.types.length === 0 ? [] : [part(`${states} AND ${matches.type()}`)]),
  ]
}

/** Matches by the indexes, up to what can be sorted: their number, and the page after the cursor. */
export function indexStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  const parts = indexParts(asked, where, 'true', sortable, '')
  return {
    sql: `WITH parts AS MATERIALIZED (${parts.join(' UNION ALL ')}), found AS MATERIALIZED (SELECT DISTINCT ${place} FROM parts)
      SELECT (SELECT count(*) FROM parts)::int AS named, (SELECT count(*) FROM found)::int AS total,
        ARRAY(SELECT id FROM found WHERE ${afterCursor(asked.query, where)} ${newestFirst} LIMIT ${asked.query.limit + 1}) AS ids`,
    values: where.values,
  }
}

/** The page by the indexes where they name more than can be sorted at once: the newest of each part. */
export function newestStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  const wanted = asked.query.limit + 1
  const parts = indexParts(asked, where, afterCursor(asked.query, where), wanted, newestFirst)
  return {
    sql: `SELECT ${counted} AS total, ARRAY(SELECT id FROM (${parts.join(' UNION ')}) AS found ${newestFirst} LIMIT ${wanted}) AS ids`,
    values: where.values,
  }
}

/** The job whose id is the whole text. */
export function idStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  where.add(afterCursor(asked.query, where))
  where.add(matchesOf(asked, where).id())
  const rows = rowsInStates(asked.schema, asked.states, where, 'id')
  return { sql: `SELECT 0 AS total, ARRAY(${rows}) AS ids`, values: where.values }
}
