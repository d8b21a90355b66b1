import type pg from 'pg'
import { toState } from './job-rows.ts'
import { statesOf } from './conditions.ts'
import type { Database } from './database.ts'
import type { JobQuery } from './history.ts'
import {
  counted,
  idStatement,
  indexStatement,
  lookStatement,
  newestStatement,
  patternOf,
  sampleStatement,
  sortable,
  type Asked,
  type Statement,
} from './text-statements.ts'

/** Of the newest jobs of each state so many tell how common a text is there. */
const sampled = 200

/** Of the newest jobs so many are looked through where that yields a page; about 8 µs each. */
const looked = 8_000

/** pg_trgm finds nothing to look up in a text without three characters in a row, a word's edge being one. */
const hasTrigram = /[\p{L}\p{N}]{3}|[\p{L}\p{N}]{2}[^\p{L}\p{N}]|[^\p{L}\p{N}][\p{L}\p{N}]{2}/u

/** Ids among which are those of the page, one more than asked, and how many match in all. */
interface Found {
  ids: string[]
  total: number
  /** They are that many at least. */
  isMinimum: boolean
}

interface Answer {
  ids: string[]
  total: number
  /** Of the index: what its parts named, before what several of them named was put together. */
  named?: number
}

interface Sample {
  sizes: number[]
  hits: number[]
}

type Run = <Row>(statement: Statement) => Promise<Row>

const nothing: Found = { ids: [], total: 0, isMinimum: false }

/** Looks through the newest jobs. Undefined when that does not make a page, and there are more to look at. */
async function lookThrough(run: Run, asked: Asked, all: boolean): Promise<Found | undefined> {
  const first = await run<Answer>(lookStatement(asked, looked, 'newest'))
  const isMinimum = !all || first.total >= counted
  if (!isMinimum || first.ids.length > asked.query.limit) return { ...first, isMinimum }
  if (asked.query.cursor === undefined) return undefined
  const { ids } = await run<Answer>(lookStatement(asked, looked, 'cursor'))
  return all || ids.length > asked.query.limit ? { ids, total: first.total, isMinimum } : undefined
}

async function askIndexes(run: Run, asked: Asked): Promise<Found> {
  const { ids, total, named = 0 } = await run<Answer>(indexStatement(asked))
  if (named < sortable) return { ids, total, isMinimum: false }
  return { ...(await run<Answer>(newestStatement(asked))), isMinimum: true }
}

/** A text that no index can look up: in the newest jobs only, and as an id. */
async function searchShort(run: Run, asked: Asked, all: boolean): Promise<Found> {
  const from = asked.query.cursor === undefined ? 'newest' : 'cursor'
  const { ids, total } = await run<Answer>(lookStatement(asked, looked, from))
  const whole = ids.length > asked.query.limit ? [] : (await run<Answer>(idStatement(asked))).ids
  const more = whole.filter((id) => !ids.includes(id))
  return { ids: [...ids, ...more], total: total + more.length, isMinimum: !all }
}

/**
 * Each state is asked in the way that is quick there: where its newest jobs say that looking through some thousand
 * makes a page, no index is quicker; where they say that few have the text, an index is.
 */
async function searchWith(run: Run, asked: Asked, short: boolean): Promise<Found> {
  const { sizes, hits } = await run<Sample>(sampleStatement(asked, sampled, looked + 1))
  const size = sizes.reduce((sum, one) => sum + one, 0)
  if (short || size <= looked) {
    if (short) return searchShort(run, asked, size <= looked)
    return (await lookThrough(run, asked, true)) ?? nothing
  }
  const wanted = asked.query.limit + 1
  const isCommon = (_state: unknown, index: number) => ((hits[index] ?? 0) / sampled) * looked > wanted * 1.25
  const common = asked.states.filter(isCommon)
  const inCommon = common.length === 0 ? nothing : await lookThrough(run, { ...asked, states: common }, false)
  if (inCommon === undefined) return askIndexes(run, asked)
  const rare = asked.states.filter((state, index) => !common.includes(state) && (sizes[index] ?? 0) > 0)
  const inRare = rare.length === 0 ? nothing : await askIndexes(run, { ...asked, states: rare })
  return {
    ids: [...inCommon.ids, ...inRare.ids],
    total: inCommon.total + inRare.total,
    isMinimum: inCommon.isMinimum || inRare.isMinimum,
  }
}

interface Kind {
  type: string
  state: string
  named: boolean
}

/** The kinds of jobs there are, of those that the query asks for. */
async function kindsOf(client: pg.PoolClient, { schema, sourceId, query, text }: Omit<Asked, 'states' | 'types'>) {
  const { rows } = await client.query<Kind>(
    `SELECT type, state, type ILIKE $1 AS named FROM "${schema}".job_count
     WHERE source_id = ${sourceId} AND state = ANY($2::text[]) GROUP BY type, state HAVING sum(change) > 0`,
    [patternOf(text), statesOf(query)],
  )
  const kinds = rows.filter(({ type }) => query.type === undefined || type === query.type)
  return {
    states: [...new Set(kinds.map(({ state }) => toState(state)))],
    types: [...new Set(kinds.filter(({ named }) => named).map(({ type }) => type))],
  }
}

/**
 * Jobs with a text in id, type, input, result, error or log lines. In a transaction of its own: all its statements
 * see the same jobs, and indexes come before reading whole tables, which the server thinks quicker until it has
 * counted what is in a new index.
 */
export async function searchText(database: Database, sourceId: number, query: JobQuery, text: string): Promise<Found> {
  const { pool, schema } = database
  // NUL can be in no stored text, and PostgreSQL refuses it.
  const wanted = text.replaceAll('\0', '\ufffd').toWellFormed()
  const client = await pool.connect()
  let failed: Error | undefined
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = off')
    const kinds = await kindsOf(client, { schema, sourceId, query, text: wanted })
    const run: Run = async <Row>({ sql, values }: Statement) => {
      const { rows } = await client.query(sql, values)
      return rows[0] as Row
    }
    const asked: Asked = { schema, sourceId, query, text: wanted, ...kinds }
    const found = kinds.states.length === 0 ? nothing : await searchWith(run, asked, !hasTrigram.test(wanted))
    await client.query('COMMIT')
    const isMinimum = found.isMinimum || found.total >= counted
    return { ids: found.ids, total: Math.min(found.total, counted), isMinimum }
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release(failed)
  }
}
