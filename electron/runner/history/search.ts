import type { Job } from '../../contract/job.ts'
import { afterCursor, conditionsOf, encodeCursor, statesOf } from './conditions.ts'
import type { Database } from './database.ts'
import type { JobPage, JobQuery } from './history.ts'
import { jobColumns, toAttempt, toJob, type JobRow } from './job-rows.ts'
import { isCapped, searchText } from './text-search.ts'

/** Counts of the triggers where they say enough; else the rows themselves. */
async function countMatches({ prisma, schema }: Database, sourceId: number, query: JobQuery): Promise<number> {
  const states = statesOf(query)
  if (query.since === undefined && query.until === undefined) {
    const where = { sourceId, state: { in: states }, ...(query.type === undefined ? {} : { type: query.type }) }
    const { _sum } = await prisma.jobCount.aggregate({ where, _sum: { change: true } })
    return Math.max(0, _sum.change ?? 0)
  }
  const where = conditionsOf(query, sourceId)
  const rows = await prisma.$queryRawUnsafe<{ total: bigint }[]>(
    `SELECT count(*) AS total FROM "${schema}".job WHERE ${where.sql} AND state = ANY(${where.bind(states)}::text[])`,
    ...where.values,
  )
  return Number(rows[0]?.total ?? 0)
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
  const where = conditionsOf(query, sourceId)
  where.add(afterCursor(query, where))
  const states = `${where.bind(statesOf(query))}::text[]`
  const newest = `ORDER BY created_at DESC, seq DESC LIMIT ${query.limit + 1}`
  if (query.type !== undefined) {
    const sql = `SELECT ${jobColumns} FROM "${schema}".job WHERE ${where.sql} AND state = ANY(${states}) ${newest}`
    return prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
  }
  // The newest of each state by its index, then the newest of those.
  const sql = `SELECT found.* FROM unnest(${states}) AS wanted(wanted_state)
    CROSS JOIN LATERAL (SELECT ${jobColumns} FROM "${schema}".job WHERE ${where.sql} AND state = wanted_state ${newest}) AS found
    ORDER BY "createdAt" DESC, seq DESC LIMIT ${query.limit + 1}`
  return prisma.$queryRawUnsafe<JobRow[]>(sql, ...where.values)
}

async function rowsOf({ prisma, schema }: Database, sourceId: number, ids: string[]): Promise<JobRow[]> {
  if (ids.length === 0) return []
  const sql = `SELECT ${jobColumns} FROM "${schema}".job WHERE source_id = ${sourceId} AND id = ANY($1::text[])
    ORDER BY created_at DESC, seq DESC`
  return prisma.$queryRawUnsafe<JobRow[]>(sql, ids)
}

interface Matching {
  rows: JobRow[]
  total: number
  totalIsMinimum?: true
}

async function find(database: Database, sourceId: number, query: JobQuery): Promise<Matching> {
  if (query.text !== undefined && query.text !== '') {
    const { ids, total } = await searchText(database, sourceId, query, query.text)
    return { rows: await rowsOf(database, sourceId, ids), total, ...(isCapped(total) ? { totalIsMinimum: true } : {}) }
  }
  const total = await countMatches(database, sourceId, query)
  return { rows: total === 0 ? [] : await matchingRows(database, sourceId, query), total }
}

/** Newest first, by a cursor that stays right while jobs come and go. */
export async function searchJobs(database: Database, sourceId: number, query: JobQuery): Promise<JobPage> {
  const { rows, ...counted } = await find(database, sourceId, query)
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    jobs: await readJobs(database, sourceId, page),
    ...(rows.length > query.limit && last !== undefined ? { nextCursor: encodeCursor(last) } : {}),
    ...counted,
  }
}
