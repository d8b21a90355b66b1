import type pg from 'pg'
import { toState } from './job-rows.ts'
import { encodeCursor, statesOf, walkOf, type Place, type Walk } from './conditions.ts'
import type { Database } from './database.ts'
import type { JobQuery } from './history.ts'
import {
  counted,
  crowdStatement,
  idStatement,
  indexStatement,
  lookStatement,
  patternOf,
  sampleStatement,
  walkStatement,
  type Asked,
  type Statement,
} from './text-statements.ts'

/** Of the newest jobs so many tell how common a text is there. */
const sampled = 200

/** So many jobs are looked through for one answer, 8 to 15 µs each. */
const looked = 4_000

/** Blocks of the table of jobs, some 20 jobs each, that tell how many jobs have the words of a text. */
const sampledBlocks = 25

/** An index is not asked when it would name about so many jobs, each of which has to be read. */
const crowded = { whenNewestMatch: 3_000, else: 10_000 }

/** pg_trgm finds nothing to look up in a text without three characters in a row, a word's edge being one. */
const hasTrigram = /[\p{L}\p{N}]{3}|[\p{L}\p{N}]{2}[^\p{L}\p{N}]|[^\p{L}\p{N}][\p{L}\p{N}]{2}/u

interface Found {
  /** Ids among which are those of the page; one more than asked where there is more and no cursor. */
  ids: string[]
  total: number
  /** They are that many at least. */
  isMinimum: boolean
  /** Of a search that looks back step by step: where to go on. The page may have few jobs, or none. */
  cursor?: string
}

type Run = <Row>(statement: Statement) => Promise<Row>

const nothing: Found = { ids: [], total: 0, isMinimum: false }

/** Before the first job of all. */
const start: Place = { createdAt: new Date('9999-12-31'), seq: 10n ** 18n - 1n }

interface Step {
  ids: string[]
  total: number
  last: { createdAt: string; seq: string } | null
  end: { createdAt: string; seq: string } | null
}

const placeOf = ({ createdAt, seq }: NonNullable<Step['last']>): Place => ({
  createdAt: new Date(createdAt),
  seq: BigInt(seq),
})

/**
 * One step back: what matches among the next jobs, and where to go on. The job whose id is the text comes with the
 * first step, wherever it stands.
 */
async function walkBack(run: Run, asked: Asked, before: Walk | undefined, atLeast: number): Promise<Found> {
  const named = before === undefined ? (await run<{ ids: string[] }>(idStatement(asked))).ids : []
  const wanted = asked.query.limit - named.length
  const { ids, total, last, end } = await run<Step>(walkStatement(asked, looked, wanted))
  const sofar = (before?.found ?? 0) + named.length
  const walk = { found: sofar + ids.length, atLeast }
  const more = total > wanted
  const at = more ? (last === null ? start : placeOf(last)) : end === null ? undefined : placeOf(end)
  return {
    ids: [...named, ...ids],
    total: Math.max(sofar + total, atLeast),
    isMinimum: at !== undefined && (!more || end !== null || total >= counted),
    ...(at === undefined ? {} : { cursor: encodeCursor(at, walk) }),
  }
}

/**
 * No answer reads more than some thousand jobs. Where the newest jobs say that looking through some thousand makes
 * a page, no index is quicker; where a text stands in few jobs, the index names them all. Between the two, and where
 * an index would name far too many jobs or cannot be asked, the answer is what a step back finds, and a cursor.
 */
async function searchWith(run: Run, asked: Asked): Promise<Found> {
  const before = walkOf(asked.query)
  if (before !== undefined) return walkBack(run, asked, before, before.atLeast)
  const { size, hits } = await run<{ size: number; hits: number }>(sampleStatement(asked, sampled, looked + 1))
  if (size <= looked) return { ...(await run<Found>(lookStatement(asked, looked))), isMinimum: false }
  const isCommon = (hits / sampled) * looked > (asked.query.limit + 1) * 1.25
  if (isCommon || !hasTrigram.test(asked.text)) return walkBack(run, asked, undefined, 0)
  const { crowd } = await run<{ crowd: number }>(crowdStatement(asked, sampledBlocks))
  if (crowd > (hits > 0 ? crowded.whenNewestMatch : crowded.else)) return walkBack(run, asked, undefined, 0)
  const { ids, total, all } = await run<{ ids: string[]; total: number; all: boolean }>(indexStatement(asked))
  if (all) return { ids, total, isMinimum: false }
  return walkBack(run, asked, undefined, Math.min(total, counted))
}

interface Kind {
  type: string
  state: string
  named: boolean
  blocks: number
}

/** The kinds of jobs there are, of those that the query asks for. */
async function kindsOf(
  client: pg.PoolClient,
  { schema, sourceId, query, text }: Pick<Asked, 'schema' | 'sourceId' | 'query' | 'text'>,
) {
  const { rows } = await client.query<Kind>(
    `SELECT type, state, type ILIKE $1 AS named, (pg_relation_size('"${schema}".job') / 8192)::int AS blocks FROM "${schema}".job_count
     WHERE source_id = ${sourceId} AND state = ANY($2::text[]) GROUP BY type, state HAVING sum(change) > 0`,
    [patternOf(text), statesOf(query)],
  )
  const kinds = rows.filter(({ type }) => query.type === undefined || type === query.type)
  return {
    states: [...new Set(kinds.map(({ state }) => toState(state)))],
    types: [...new Set(kinds.filter(({ named }) => named).map(({ type }) => type))],
    blocks: kinds[0]?.blocks ?? 0,
  }
}

/**
 * Jobs with a text in id, type, input, result, log lines or an error, also of an attempt before the last. In a transaction of its own: all its statements
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
    const found = kinds.states.length === 0 ? nothing : await searchWith(run, asked)
    await client.query('COMMIT')
    const isMinimum = found.isMinimum || found.total >= counted
    return { ...found, total: Math.min(found.total, counted), isMinimum }
  } catch (error) {
    failed = error instanceof Error ? error : new Error(String(error))
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release(failed)
  }
}
