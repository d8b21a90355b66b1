import { isFinished, type JobState } from '../../contract/job.ts'
import { afterCursor, conditionsOf, inState, newestFirst, newestRows, rowsInStates, Conditions } from './conditions.ts'
import type { JobQuery } from './history.ts'
import { searchedAttempt, searchedLine, searchedText } from './text-index.ts'

/** Matches are counted up to here; the pages themselves go on. */
export const counted = 1_000

/** So many matches may an index name; they are read and sorted, about 7 µs each, 30 by a log line. */
const named = { words: 2_000, lines: 500 }

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
  /** Blocks of the table of jobs. */
  blocks: number
}

/** `text` as a pattern of ILIKE that finds it anywhere. */
export function patternOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

/** A condition that every row with all these patterns fulfils, in an order of their own. */
function allOf(expression: string, patterns: readonly string[], where: Conditions): string {
  return patterns.map((pattern) => `${expression} ILIKE ${where.bind(pattern)}`).join(' AND ')
}

/** A scalar query, because EXISTS may be planned as one scan of all lines. */
function ofLines({ schema, sourceId }: Asked, condition: string): string {
  return `(SELECT true FROM "${schema}".log_line l WHERE l.source_id = ${sourceId} AND l.job_id = job.id AND ${condition} LIMIT 1)`
}

function ofAttempts({ schema, sourceId }: Asked, condition: string): string {
  return `(SELECT true FROM "${schema}".attempt WHERE source_id = ${sourceId} AND job_id = job.id AND error IS NOT NULL AND ${condition} LIMIT 1)`
}

/** The ways in which a job can match, as conditions on `job`, `log_line` and `attempt`. */
function matchesOf(asked: Asked, where: Conditions) {
  const { text, types } = asked
  // Also as it looks inside JSON, where quotes and line ends are escaped.
  const patterns = [...new Set([text, JSON.stringify(text).slice(1, -1)])].map(patternOf)
  const id = () => `id = ${where.bind(text)}`
  const type = () => `type = ANY(${where.bind(types)}::text[])`
  const words = () => `(${patterns.map((pattern) => allOf(searchedText, [pattern], where)).join(' OR ')})`
  const line = () => allOf(searchedLine, [patternOf(text)], where)
  const attempt = () => allOf(searchedAttempt, [patternOf(text)], where)
  const anyButId = () => `(${type()} OR ${words()} OR ${ofLines(asked, line())} OR ${ofAttempts(asked, attempt())})`
  return { id, type, words, line, attempt, anyButId, any: () => `(${id()} OR ${anyButId()})` }
}

const place = 'id, created_at, seq'

/** How many jobs there are to look at, up to `limit`, and how many of the newest `rows` of them match. */
export function sampleStatement(asked: Asked, rows: number, limit: number): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  const all = rowsInStates(asked.schema, asked.states, where, '1')
  const newest = newestRows(asked.schema, asked.states, where, rows)
  return {
    sql: `SELECT (SELECT count(*)::int FROM (SELECT FROM (${all}) AS every LIMIT ${limit}) AS jobs) AS size,
      (SELECT count(*)::int FROM (${newest}) AS job WHERE ${matchesOf(asked, where).any()}) AS hits`,
    values: where.values,
  }
}

/**
 * About how many jobs have all words of the text, in whatever order: those that the indexes name, all of which have
 * to be read, though the text itself may stand in few of them. From blocks all over the table.
 */
export function crowdStatement(asked: Asked, blocks: number): Statement {
  const where = new Conditions()
  const words = asked.text.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 1)
  const patterns = [...new Set(words)].slice(0, 8).map(patternOf)
  const line = ofLines(asked, allOf(searchedLine, patterns, where))
  const attempt = ofAttempts(asked, allOf(searchedAttempt, patterns, where))
  const share = Math.min(1, blocks / Math.max(1, asked.blocks))
  return {
    sql: `SELECT (count(*) / ${share})::float AS crowd
      FROM "${asked.schema}".job TABLESAMPLE SYSTEM (${share * 100}) REPEATABLE (1)
      WHERE source_id = ${asked.sourceId} AND ${inStates(asked)} AND (${allOf(searchedText, patterns, where)} OR ${line} OR ${attempt})`,
    values: where.values,
  }
}

function inStates({ states }: Asked): string {
  return `state IN (${states.map((state) => `'${state}'`).join(', ')})`
}

/** Looks through all jobs: how many match, up to the limit of counting, and the page after the cursor. */
export function lookStatement(asked: Asked, rows: number): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  return {
    sql: `WITH found AS MATERIALIZED (SELECT ${place}
        FROM (${newestRows(asked.schema, asked.states, where, rows)}) AS job
        WHERE ${matchesOf(asked, where).any()})
      SELECT (SELECT count(*) FROM found)::int AS total,
        ARRAY(SELECT id FROM found WHERE ${afterCursor(asked.query, where)} ${newestFirst} LIMIT ${asked.query.limit + 1}) AS ids`,
    values: where.values,
  }
}

/**
 * Looks through the newest `rows` jobs after the cursor: how many match, by more than their id, up to the limit of
 * counting, the newest `wanted` of them, and where the last of these and the last job looked at stand.
 */
export function walkStatement(asked: Asked, rows: number, wanted: number): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  where.add(afterCursor(asked.query, where))
  const newest = (limit: number) => newestRows(asked.schema, asked.states, where, limit)
  const placeAt = (from: string, index: number) =>
    index < 0
      ? 'NULL::json'
      : `(SELECT json_build_object('createdAt', created_at, 'seq', seq::text) FROM ${from} ${newestFirst} OFFSET ${index} LIMIT 1)`
  const matches = `${matchesOf(asked, where).anyButId()} AND NOT ${matchesOf(asked, where).id()}`
  return {
    sql: `WITH found AS MATERIALIZED
        (SELECT ${place} FROM (${newest(rows)}) AS job WHERE ${matches} ${newestFirst} LIMIT ${counted})
      SELECT (SELECT count(*) FROM found)::int AS total,
        ARRAY(SELECT id FROM found ${newestFirst} LIMIT ${wanted}) AS ids,
        ${placeAt('found', wanted - 1)} AS last, ${placeAt(`(${newest(rows)}) AS looked`, rows - 1)} AS "end"`,
    values: where.values,
  }
}

/**
 * Matches by the indexes: their number, the page after the cursor, and whether that is all of them: an index names
 * only so many.
 */
export function indexStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  const matches = matchesOf(asked, where)
  const job = `"${asked.schema}".job`
  const part = (condition: string) =>
    `(SELECT ${place} FROM ${job} WHERE ${where.sql} AND ${condition} LIMIT ${named.words})`
  const parts = [
    // Each finished state has an index of its own; the others have none, and their jobs are read.
    ...asked.states.map((state) =>
      part(`${inState(state)} AND ${isFinished(state) ? '' : 'finished_at IS NULL AND '}${matches.words()}`),
    ),
    part(`${inStates(asked)} AND ${matches.id()}`),
    ...(asked.types.length === 0 ? [] : [part(`${inStates(asked)} AND ${matches.type()}`)]),
  ]
  // Apart: the lines are found by their index first, then their jobs by id. The same with attempts.
  const apart = (table: string, condition: string) =>
    `SELECT job_id FROM "${asked.schema}".${table} WHERE source_id = ${asked.sourceId} AND ${condition} LIMIT ${named.lines}`
  const lines = apart('log_line', matches.line())
  const attempts = apart('attempt', `error IS NOT NULL AND ${matches.attempt()}`)
  const of = (ids: string) => part(`${inStates(asked)} AND id IN (SELECT DISTINCT job_id FROM ${ids})`)
  const all = [...parts, of('lines'), of('attempts')].join(' UNION ALL ')
  return {
    sql: `WITH lines AS MATERIALIZED (${lines}), attempts AS MATERIALIZED (${attempts}), parts AS MATERIALIZED (${all}),
        found AS MATERIALIZED (SELECT DISTINCT ${place} FROM parts)
      SELECT (SELECT count(*) FROM found)::int AS total,
        (SELECT count(*) FROM parts) < ${named.words} AND (SELECT count(*) FROM lines) < ${named.lines}
          AND (SELECT count(*) FROM attempts) < ${named.lines} AS all,
        ARRAY(SELECT id FROM found WHERE ${afterCursor(asked.query, where)} ${newestFirst} LIMIT ${asked.query.limit + 1}) AS ids`,
    values: where.values,
  }
}

/** The job whose id is the whole text. */
export function idStatement(asked: Asked): Statement {
  const where = conditionsOf(asked.query, asked.sourceId, asked.schema)
  where.add(afterCursor(asked.query, where))
  where.add(matchesOf(asked, where).id())
  const rows = rowsInStates(asked.schema, asked.states, where, 'id')
  return { sql: `SELECT ARRAY(${rows}) AS ids`, values: where.values }
}
