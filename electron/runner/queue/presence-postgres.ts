import type { Pool } from 'pg'
import type { Json } from '../../contract/json.ts'
import { cleanJson } from './sanitize-json.ts'
import type { PresenceStore } from './presence.ts'

/** A small table beside BullMQ's, in a schema of Toril's own, which must be there. Times are the server's. */
export function openPostgresPresence(pool: Pool, queueName: string, ttlMs: number): PresenceStore {
  return {
    async put(id, record) {
      await pool.query(
        `INSERT INTO toril_queue.runner (queue, id, record, seen_at) VALUES ($1, $2, $3, now())
         ON CONFLICT (queue, id) DO UPDATE SET record = EXCLUDED.record, seen_at = EXCLUDED.seen_at`,
        [queueName, id, JSON.stringify(cleanJson(record))],
      )
      await pool.query(
        `DELETE FROM toril_queue.runner WHERE queue = $1 AND seen_at < now() - make_interval(secs => $2)`,
        [queueName, ttlMs / 1000],
      )
    },
    async list() {
      const found = await pool.query<{ id: string; record: Json; age_ms: string }>(
        `SELECT id, record, extract(epoch FROM now() - seen_at) * 1000 AS age_ms FROM toril_queue.runner
         WHERE queue = $1 AND seen_at >= now() - make_interval(secs => $2) ORDER BY id`,
        [queueName, ttlMs / 1000],
      )
      return found.rows.map((row) => ({
        id: row.id,
        record: row.record,
        lastSeenAt: Math.round(Date.now() - Number(row.age_ms)),
      }))
    },
    async remove(id) {
      await pool.query('DELETE FROM toril_queue.runner WHERE queue = $1 AND id = $2', [queueName, id])
    },
  }
}
