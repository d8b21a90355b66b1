import { jobStates, type JobState } from '../../contract/job.ts'
import type { BatchedWriter } from './batched-writer.ts'
import type { Database } from './database.ts'
import { countFinishedJobs, finishedJobIds, wholeJobIds } from './finished-jobs.ts'
import type { HistoryReader } from './history.ts'
import { jobColumns, toLogLine, toState, type JobRow } from './job-rows.ts'
import { readJobs, searchJobs } from './search.ts'
import { readThroughput } from './throughput.ts'

const liveStates: JobState[] = ['waiting', 'delayed', 'waiting-children', 'active']

/** The read side of the history. What was saved before a read is written first. */
export function createReader(database: Database, sourceId: number, writer: BatchedWriter): HistoryReader {
  const { prisma, schema, reach } = database

  async function afterWrites<Value>(work: () => Promise<Value>): Promise<Value> {
    await writer.flush()
    return reach(work)
  }

  async function afterWritesOf<Value>(id: string, work: () => Promise<Value>): Promise<Value> {
    if (writer.isPending(id)) await writer.flush()
    return reach(work)
  }

  return {
    job: (id) =>
      afterWritesOf(id, async () => {
        // An id with a NUL is no job's: PostgreSQL would refuse the question.
        if (id.includes('\0')) return undefined
        const sql = `SELECT ${jobColumns} FROM "${schema}".job WHERE source_id = ${sourceId} AND id = $1`
        const rows = await prisma.$queryRawUnsafe<JobRow[]>(sql, id)
        const [job] = await readJobs(database, sourceId, rows)
        return job
      }),
    search: (query) => afterWrites(() => searchJobs(database, sourceId, query)),
    logs: (jobId, after, limit) =>
      afterWritesOf(jobId, async () => {
        const where = { sourceId, jobId }
        const [rows, { _count: total, _max: last }] = await Promise.all([
          prisma.logLine.findMany({ where: { ...where, seq: { gt: after } }, orderBy: { seq: 'asc' }, take: limit }),
          prisma.logLine.aggregate({ where, _count: true, _max: { seq: true } }),
        ])
        // Lines that were dropped have numbers too.
        return { lines: rows.map(toLogLine), total, dropped: (last.seq ?? total) - total }
      }),
    counts: () =>
      afterWrites(async () => {
        const rows = await prisma.jobCount.groupBy({ by: ['state'], where: { sourceId }, _sum: { change: true } })
        const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>
        for (const { state, _sum } of rows) counts[toState(state)] += Math.max(0, _sum.change ?? 0)
        return counts
      }),
    states: (ids) =>
      afterWrites(async () => {
        const where = { sourceId, id: { in: ids } }
        const rows = await prisma.job.findMany({ where, select: { id: true, state: true } })
        return new Map(rows.map(({ id, state }) => [id, toState(state)]))
      }),
    whole: (ids) => afterWrites(() => wholeJobIds(database, sourceId, ids)),
    unfinished: (limit) =>
      afterWrites(async () => {
        const where = { sourceId, state: { in: liveStates } }
        const rows = await prisma.job.findMany({ where, select: { id: true }, orderBy: { seq: 'asc' }, take: limit })
        return rows.map(({ id }) => id)
      }),
    finishedCounts: (which) => afterWrites(() => countFinishedJobs(database, sourceId, which)),
    finishedIds: (which, limit) => afterWrites(() => finishedJobIds(database, sourceId, which, limit)),
    throughput: (range, now) => afterWrites(() => readThroughput(database, sourceId, range, now)),
  }
}
