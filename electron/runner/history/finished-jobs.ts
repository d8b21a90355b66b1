import type { JobState } from '../../contract/job.ts'
import type { Database } from './database.ts'
import type { FinishedJobs } from './history.ts'
import { toState } from './job-rows.ts'

/** The condition on a row of `job`; `bind` makes a parameter of a value and answers its placeholder. */
export function isFinishedJob(
  sourceId: number,
  { states, endedBefore }: FinishedJobs,
  bind: (value: unknown) => string,
): string {
  return `source_id = ${sourceId} AND state = ANY(${bind(states)}::text[])
    AND finished_at <= ${bind(new Date(endedBefore).toISOString())}::timestamptz`
}

export async function countFinishedJobs(
  { prisma, schema }: Database,
  sourceId: number,
  { oldest, ...which }: FinishedJobs & { oldest?: number },
): Promise<Map<JobState, number>> {
  const values: unknown[] = []
  const where = isFinishedJob(sourceId, which, (value) => `$${values.push(value)}`)
  const limit = oldest === undefined ? '' : `ORDER BY finished_at LIMIT ${oldest}`
  const rows = await prisma.$queryRawUnsafe<{ state: string; count: bigint }[]>(
    `SELECT state, count(*) AS count FROM (SELECT state FROM "${schema}".job WHERE ${where} ${limit}) AS meant GROUP BY state`,
    ...values,
  )
  return new Map(rows.map(({ state, count }) => [toState(state), Number(count)]))
}

export async function finishedJobIds(
  { prisma, schema }: Database,
  sourceId: number,
  which: FinishedJobs,
  limit: number,
): Promise<string[]> {
  const values: unknown[] = []
  const where = isFinishedJob(sourceId, which, (value) => `$${values.push(value)}`)
  const rows = await prisma.$queryRawUnsafe<{ id: string }[]>(
    `SELECT id FROM "${schema}".job WHERE ${where} ORDER BY finished_at LIMIT ${limit}`,
    ...values,
  )
  return rows.map(({ id }) => id)
}

/**
 * A job that was cancelled may never have been tried; any other end is that of an attempt. One that completed has a
 * result, if only a JSON null.
 */
export async function wholeJobIds({ prisma, schema }: Database, sourceId: number, ids: string[]): Promise<Set<string>> {
  const attempts = `FROM "${schema}".attempt WHERE source_id = ${sourceId} AND job_id = job.id`
  const rows = await prisma.$queryRawUnsafe<{ id: string }[]>(
    `SELECT id FROM "${schema}".job WHERE source_id = ${sourceId} AND id = ANY($1::text[])
      AND state IN ('completed', 'failed', 'cancelled') AND (state = 'cancelled' OR EXISTS (SELECT ${attempts}))
      AND NOT EXISTS (SELECT ${attempts} AND finished_at IS NULL) AND (state <> 'completed' OR result IS NOT NULL)`,
    ids,
  )
  return new Set(rows.map(({ id }) => id))
}
