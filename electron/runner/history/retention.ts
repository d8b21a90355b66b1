import type { Database } from './database.ts'
import type { FinishedJobs } from './history.ts'
import { isFinishedJob } from './finished-jobs.ts'

/** Jobs deleted at once: short enough that writers hardly wait. */
const step = 1000

const finished = ['completed', 'failed', 'cancelled']

/** Deletes jobs with their attempts and lines; `chosen` is the select that yields their ids. Answers those that went. */
async function deleteJobs(
  database: Database,
  sourceId: number,
  chosen: string,
  ...values: unknown[]
): Promise<string[]> {
  const table = (name: string) => `"${database.schema}"."${name}"`
  const rows = await database.prisma.$queryRawUnsafe<{ id: string }[]>(
    `WITH chosen AS MATERIALIZED (${chosen}),
     gone AS (DELETE FROM ${table('job')} j USING chosen WHERE j.source_id = ${sourceId} AND j.id = chosen.id RETURNING j.id),
     attempts AS (DELETE FROM ${table('attempt')} a USING gone WHERE a.source_id = ${sourceId} AND a.job_id = gone.id),
     lines AS (DELETE FROM ${table('log_line')} l USING gone WHERE l.source_id = ${sourceId} AND l.job_id = gone.id)
     SELECT id FROM gone`,
    ...values,
  )
  return rows.map(({ id }) => id)
}

export async function deleteJob(database: Database, sourceId: number, id: string): Promise<boolean> {
  return (await deleteJobs(database, sourceId, 'SELECT $1::text AS id', id)).length > 0
}

/** Removes those of the jobs that still are what is asked for. */
export function deleteFinished(
  database: Database,
  sourceId: number,
  ids: readonly string[],
  which: FinishedJobs,
): Promise<string[]> {
  const values: unknown[] = [ids]
  const where = isFinishedJob(sourceId, which, (value) => `$${values.push(value)}`)
  const chosen = `SELECT id FROM "${database.schema}".job WHERE id = ANY($1::text[]) AND ${where} FOR UPDATE`
  return deleteJobs(database, sourceId, chosen, ...values)
}

async function countFinished(database: Database, sourceId: number): Promise<number> {
  const where = { sourceId, state: { in: finished } }
  const { _sum } = await database.prisma.jobCount.aggregate({ where, _sum: { change: true } })
  return _sum.change ?? 0
}

/** Deletes finished jobs past the limits, oldest first. */
export async function pruneJobs(
  database: Database,
  sourceId: number,
  limits: { keepDays: number; keepJobs: number },
): Promise<number> {
  const oldest = (condition: string, limit: number) =>
    `SELECT id FROM "${database.schema}".job WHERE source_id = ${sourceId} AND finished_at IS NOT NULL ${condition}
     ORDER BY finished_at LIMIT ${limit}`
  let pruned = 0
  for (;;) {
    const days = oldest('AND finished_at < now() - make_interval(days => $1::int)', step)
    const { length: deleted } = await deleteJobs(database, sourceId, days, limits.keepDays)
    pruned += deleted
    if (deleted < step) break
  }
  let excess = (await countFinished(database, sourceId)) - limits.keepJobs
  while (excess > 0) {
    const { length: deleted } = await deleteJobs(database, sourceId, oldest('', Math.min(excess, step)))
    pruned += deleted
    excess -= deleted
    if (deleted === 0) break
  }
  await foldCounts(database, sourceId)
  return pruned
}

/**
 * Sums the changes up, so that counting stays a matter of a few rows. A row is summed by who deleted it:
 * runners that fold at once take each row only once.
 */
export async function foldCounts({ prisma, schema }: Database, sourceId: number): Promise<void> {
  await prisma.$executeRawUnsafe(
    `WITH folded AS (DELETE FROM "${schema}".job_count WHERE source_id = ${sourceId} RETURNING state, type, change)
     INSERT INTO "${schema}".job_count (source_id, state, type, change)
     SELECT ${sourceId}, state, type, sum(change) FROM folded GROUP BY state, type HAVING sum(change) <> 0`,
  )
  await prisma.$executeRawUnsafe(
    `WITH folded AS (DELETE FROM "${schema}".throughput t WHERE source_id = ${sourceId}
       AND EXISTS (SELECT FROM "${schema}".throughput o WHERE o.source_id = ${sourceId} AND o.at = t.at AND o.kind = t.kind AND o.id <> t.id)
       OR (source_id = ${sourceId} AND at < now() - interval '2 hours' AND at <> date_bin('30 minutes', at, 'epoch'))
       OR (source_id = ${sourceId} AND at < now() - interval '8 days')
       RETURNING at, kind, jobs)
     INSERT INTO "${schema}".throughput (source_id, at, kind, jobs)
     SELECT ${sourceId}, CASE WHEN at < now() - interval '2 hours' THEN date_bin('30 minutes', at, 'epoch') ELSE at END AS bucket,
       kind, sum(jobs) FROM folded WHERE at >= now() - interval '8 days' GROUP BY bucket, kind`,
  )
}
