import { finishedStates, isFinished, jobStates, type Job, type JobState } from '../../contract/job.ts'
import { TorilError } from '../../contract/errors.ts'
import type { Database } from './database.ts'
import type { JobPage, JobQuery } from './history.ts'
import { jobColumns, toAttempt, toJob, type JobRow } from './job-rows.ts'
import { indexedJobs, searchedText } from './text-index.ts'

/** A text that more jobs than this contain is counted up to here; the pages themselves go on. */
const maxCountedMatches = 10_000

interface Place {
  createdAt: string
  seq: string
}

function encodeCursor(row: JobRow): string {
  return Buffer.from(`${row.createdAt.toISOString()} ${row.seq}`).toString('base64url')
}

function decodeCursor(cursor: string): Place {
  const [createdAt = '', seq = ''] = Buffer.from(cursor, 'base64url').toString().split(' ')
  if (Number.isNaN(Date.parse(createdAt)) || !/^\d{1,18}$/.test(seq)) {
    throw new TorilError('INVALID_REQUEST', 'The cursor is not one that a list of jobs answered as nextCursor.')
  }
  return { createdAt, seq }
}

/** A text as a pattern of ILIKE; also as it looks inside JSON, where quotes and line ends are escaped. */
function patternsOf(text: string): string[] {
  // NUL can be in no stored text, and PostgreSQL refuses it.
  const wanted = text.replaceAll('\0', '\ufffd').toWellFormed()
  const inJson = JSON.stringify(wanted).slice(1, -1)
  return [...new Set([wanted, inJson])].map((part) => `%${part.replace(/[\\%_]/g, '\\$&')}%`)
}

/** Conditions and values of one query, numbered as they are added. */
class Conditions {
  readonly values: unknown[] = []
  readonly #parts: string[] = []

  bind(value: unknown): string {
    return `$${this.values.push(value)}`
  }

  add(condition: string): void {
    this.#parts.push(condition)
  }

  /** All of them, as they stand after WHERE. */
  get sql(): string {
    return this.#parts.length === 0 ? 'true' : this.#parts.join(' AND ')
  }
}

function conditionsOf(query: JobQuery, sourceId: number): Conditions {
  const where = new Conditions()
  where.add(`source_id = ${sourceId}`)
  if (query.type !== undefined) where.add(`type = ${where.bind(query.type)}`)
  if (query.since !== undefined) where.add(`created_at >= ${where.bind(query.since)}::timestamptz`)
  if (query.until !== undefined) where.add(`created_at <= ${where.bind(query.until)}::timestamptz`)
  if (query.text !== undefined && query.text !== '') {
    const matches = patternsOf(query.text).map((pattern) => `${searchedText} ILIKE ${where.bind(pattern)}`)
    where.add(`(${matches.join(' OR ')})`)
  }
  return where
}

function statesOf(query: JobQuery): JobState[] {
  return query.states === undefined || query.states.length === 0 ? [...jobStates] : [...new Set(query.states)]
}

/** Counts of the triggers where they say enough; else the rows themselves, with a text up to a limit. */
async function countMatches(database: Database, sourceId: number, query: JobQuery): Promise<number> {
  const states = statesOf(query)
  const text = query.text ?? ''
  if (text === '' && query.since === undefined && query.until === undefined) {
    const where = { sourceId, state: { in: states }, ...(query.type === undefined ? {} : { type: query.type }) }
    const { _sum } = await database.prisma.jobCount.aggregate({ where, _sum: { change: true } })
    return Math.max(0, _sum.change ?? 0)
  }
  const where = conditionsOf(query, sourceId)
  const limit = text === '' ? '' : `LIMIT ${maxCountedMatches}`
  // Two parts, because the text index holds finished jobs only.
  const parts = [
    { chosen: states.filter((state) => isFinished(state)), also: indexedJobs, all: finishedStates.length },
    { chosen: states.filter((state) => !isFinished(state)), also: 'finished_at IS NULL', all: Infinity },
  ].filter(({ chosen }) => chosen.length > 0)
  const selects = parts.map(({ chosen, also, all }) => {
    const state = chosen.length === all ? '' : `AND state = ANY(${where.bind(chosen)}::text[])`
    return { state, also }
  })
  const table = `"${database.schema}".job`
  const sql = selects.map(
    ({ state, also }) => `(SELECT 1 FROM ${table} WHERE ${where.sql} AND ${also} ${state} ${limit})`,
  )
  const rows = await database.prisma.$queryRawUnsafe<{ total: bigint }[]>(
    `SELECT count(*) AS total FROM (${sql.join(' UNION ALL ')}) AS matches`,
    ...where.values,
  )
  const total = Number(rows[0]?.total ?? 0)
  return text === '' ? total : Math.min(total, maxCountedMatches)
}

async function attemptsOf(database: Database, sourceId: number, ids: string[]): Promise<Map<string, Job['attempts']>> {
  const rows = await database.prisma.attempt.findMany({
    where: { sourceId, jobId: { in: ids } },
    orderBy: [{ jobId: 'asc' }, { number: 'asc' }],
  })
  const attempts = new Map<string, Job['attempts']>()
  for (const row of rows) {
    const list = attempts.get(row.jobId)
    if (list === undefined) attempts.set(row.jobId, [toAttempt(row)])
    else list.push(toAttempt(row))
  }
  return attempts
}

export async function readJobs(database: Database, sourceId: number, rows: JobRow[]): Promise<Job[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const attempts = await attemptsOf(database, sourceId, ids)
  return rows.map((row) => toJob(row, attempts.get(row.id) ?? []))
}

/** The newest rows that match, one more than asked. */
async function matchingRows(database: Database, sourceId: number, query: JobQuery, total: number): Promise<JobRow[]> {
  const where = conditionsOf(query, sourceId)
  if (query.cursor !== undefined) {
    const { createdAt, seq } = decodeCursor(query.cursor)
    where.add(`(created_at, seq) < (${where.bind(createdAt)}::timestamptz, ${where.bind(seq)}::bigint)`)
  }
  const states = statesOf(query)
  const table = `"${database.schema}".job`
  const newest = `ORDER BY created_at DESC, seq DESC LIMIT ${query.limit + 1}`
  if (query.text !== undefined && query.text !== '' && total < maxCountedMatches) {
    // Few match: find them by the text index, then sort. OFFSET 0 keeps the planner from walking the whole
    // order instead. Two parts, because the text index holds finished jobs only.
    const chosen = where.bind(states)
    const part = (also: string) =>
      `(SELECT ${jobColumns} FROM ${table} WHERE ${where.sql} AND ${also} AND state = ANY(${chosen}::text[]) OFFSET 0)`
    const sql = `SELECT * FROM (${part(indexedJobs)} UNION ALL ${part('finished_at IS NULL')}) AS found
      ORDER BY "createdAt" DESC, seq DESC LIMIT ${query.limit + 1}`
    return database.prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
  }
  if (query.type !== undefined) {
    const sql = `SELECT ${jobColumns} FROM ${table} WHERE ${where.sql} AND state = ANY(${where.bind(states)}::text[]) ${newest}`
    return database.prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
  }
  // The newest of each state by its index, then the newest of those.
  const sql = `SELECT found.* FROM unnest(${where.bind(states)}::text[]) AS wanted(wanted_state)
    CROSS JOIN LATERAL (SELECT ${jobColumns} FROM ${table} WHERE ${where.sql} AND state = wanted_state ${newest}) AS found
    ORDER BY "createdAt" DESC, seq DESC LIMIT ${query.limit + 1}`
  return database.prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
}

/** Newest first, by a cursor that stays right while jobs come and go. */
export async function searchJobs(database: Database, sourceId: number, query: JobQuery): Promise<JobPage> {
  const total = await countMatches(database, sourceId, query)
  const rows = total === 0 ? [] : await matchingRows(database, sourceId, query, total)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    jobs: await readJobs(database, sourceId, page),
    ...(rows.length > query.limit && last !== undefined ? { nextCursor: encodeCursor(last) } : {}),
    total,
  }
}
