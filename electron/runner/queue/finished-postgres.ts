import type { Pool } from 'pg'
import {
  ownWord,
  type FinishedJob,
  type FinishedJobs,
  type FinishedPlace,
  type FinishedState,
} from './finished-jobs.ts'
import { mark } from './taker-mark.ts'

/** The state stands in the text: only then does the database know that its index of finished jobs will do. */
const isIn = (state: FinishedState): string => `j.queue = $1 AND j.state = '${state}'`
const isTorils = `starts_with(coalesce(j.processed_by, ''), '${mark}')`
const saysItself = (state: FinishedState): string => `j.opts ->> '${ownWord[state]}' IS NOT NULL`
const given = 'unnest($2::text[], $3::bigint[]) AS given (id, ended_at)'
const isGiven = 'j.id = given.id AND j.finished_at_ms = given.ended_at'

function columns(jobs: readonly FinishedPlace[]): [string[], number[]] {
  return [jobs.map(({ id }) => id), jobs.map(({ endedAt }) => endedAt)]
}

export function openPostgresFinished(pool: Pool, queueName: string): FinishedJobs {
  return {
    async page(state, after, endedBefore, limit) {
      const found = await pool.query<{ id: string; ended_at: string; whose: FinishedJob['whose'] }>(
        `SELECT j.id, j.finished_at_ms AS ended_at,
           CASE WHEN j.processed_at_ms IS NULL THEN 'left' WHEN NOT ${isTorils} THEN 'theirs'
             WHEN ${saysItself(state)} THEN 'left' ELSE 'ours' END AS whose
         FROM job AS j
         WHERE ${isIn(state)} AND j.finished_at_ms >= $2 AND (j.finished_at_ms > $2 OR j.id > $3)
           AND j.finished_at_ms < $4
         ORDER BY j.finished_at_ms, j.id LIMIT $5`,
        [queueName, after?.endedAt ?? 0, after?.id ?? '', endedBefore, limit],
      )
      return found.rows.map(({ id, ended_at: endedAt, whose }) => ({ id, endedAt: Number(endedAt), whose }))
    },
    async present(state, jobs) {
      const found = await pool.query<{ id: string }>(
        `SELECT j.id FROM job AS j JOIN ${given} ON ${isGiven} WHERE ${isIn(state)}`,
        [queueName, ...columns(jobs)],
      )
      const ids = new Set(found.rows.map(({ id }) => id))
      return jobs.filter(({ id }) => ids.has(id))
    },
    async remove(state, jobs) {
      // One that is locked right now is being run again, or trimmed by another runner.
      await pool.query(
        `DELETE FROM job WHERE queue = $1 AND id IN (
           SELECT j.id FROM job AS j JOIN ${given} ON ${isGiven}
           WHERE ${isIn(state)} AND j.processed_at_ms IS NOT NULL AND ${isTorils} AND NOT ${saysItself(state)}
             AND NOT EXISTS (SELECT FROM job_dependency AS d
               WHERE d.child_queue = j.queue AND d.child_id = j.id AND d.status = 'pending')
           FOR UPDATE OF j SKIP LOCKED)`,
        [queueName, ...columns(jobs)],
      )
    },
  }
}
