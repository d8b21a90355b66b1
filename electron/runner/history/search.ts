import type { Job } from '../../contract/job.ts'
import {
  afterCursor,
  conditionsOf,
  encodeCursor,
  newestFirst,
  newestRows,
  rowsInStates,
  statesOf,
} from './conditions.ts'
import type { Database } from './database.ts'
import type { JobPage, JobQuery } from './history.ts'
import { jobColumns, toAttempt, toJob, type JobRow } from './job-rows.ts'
import { searchText } from './text-search.ts'
import { counted } from './text-statements.ts'

type Counted = Pick<JobPage, 'total' | 'totalIsMinimum'>

/** Jobs of a time are counted up to here, which takes some 20 ms. */
const countedInTime = 100_000

/** Counts of the triggers where they say enough; else the rows themselves. */
async function countMatches({ prisma, schema }: Database, sourceId: number, query: JobQuery): Promise<Counted> {
  const filtered = (query.conditions ?? []).length > 0
  if (!filtered && query.since === undefined && query.until === undefined) {
    const type = query.type === undefined ? {} : { type: query.type }
    const where = { sourceId, state: { in: statesOf(query) }, ...type }
    const { _sum } = await prisma.jobCount.aggregate({ where, _sum: { change: true } })
    return { total: Math.max(0, _sum.change ?? 0) }
  }
  // Each row has to be read for a filter.
  const limit = filtered ? counted : countedInTime
  const where = conditionsOf(query, sourceId, schema)
  const rows = await prisma.$queryRawUnsafe<{ total: number }[]>(
    `SELECT count(*)::int AS total FROM (${rowsInStates(schema, statesOf(query), where, '1')} LIMIT ${limit}) AS counted`,
    ...where.values,
  )
  const total = rows[0]?.total ?? 0
  return { total, ...(total < limit ? {} : { totalIsMinimum: true }) }
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
async function matchingRows({ prisma, schema }: Database, sourceId: number, query: JobQuery): Promise<JobRow[]> {
  const where = conditionsOf(query, sourceId, schema)
  where.add(afterCursor(query, where))
  const newest = newestRows(schema, statesOf(query), where, query.limit + 1)
  const sql = `SELECT ${jobColumns} FROM (${newest}) AS job ${newestFirst}`
  return prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
}

async function rowsOf({ prisma, schema }: Database, sourceId: number, ids: string[]): Promise<JobRow[]> {
  if (ids.length === 0) return []
  const sql = `SELECT ${jobColumns} FROM "${schema}".job WHERE source_id = ${sourceId} AND id = ANY($1::text[])
    ${newestFirst}`
  return prisma.$queryRawUnsafe<JobRow[]>(sql, ids)
}

interface Page extends Counted {
  /** One more than asked where there is more and no cursor. */
  rows: JobRow[]
  cursor?: string
}

async function find(database: Database, sourceId: number, query: JobQuery): Promise<Page> {
  if (query.text !== undefined && query.text !== '') {
    const { ids, isMinimum, ...found } = await searchText(database, sourceId, query, query.text)
    return { ...found, rows: await rowsOf(database, sourceId, ids), ...(isMinimum ? { totalIsMinimum: true } : {}) }
  }
  const matches = await countMatches(database, sourceId, query)
  return { rows: matches.total === 0 ? [] : await matchingRows(database, sourceId, query), ...matches }
}

/** Newest first, by a cursor that stays right while jobs come and go. */
export async function searchJobs(database: Database, sourceId: number, query: JobQuery): Promise<JobPage> {
  const { rows, cursor, ...total } = await find(database, sourceId, query)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  const nextCursor = cursor ?? (rows.length > query.limit && last !== undefined ? encodeCursor(last) : undefined)
  return {
    jobs: await readJobs(database, sourceId, page),
    ...(nextCursor === undefined ? {} : { nextCursor }),
    ...total,
  }
}
