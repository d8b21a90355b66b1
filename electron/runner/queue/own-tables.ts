import type { Pool } from 'pg'
import { makeChoosingFunctions } from './choose-postgres.ts'

/** Any fixed number of our own: two runners that start at once must not both make the tables. */
const setupLock = 0x746f7269

/**
 * Makes Toril's own tables and functions beside BullMQ's, in a schema of their own. Presence is unlogged: it is written
 * every few seconds and worth nothing after a crash. A note is a wish that somebody was promised.
 */
export async function makeOwnTables(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [setupLock])
    await client.query('CREATE SCHEMA IF NOT EXISTS toril_queue')
    await client.query(`CREATE UNLOGGED TABLE IF NOT EXISTS toril_queue.runner (
      queue text NOT NULL, id text NOT NULL, record jsonb NOT NULL, seen_at timestamptz NOT NULL,
      PRIMARY KEY (queue, id))`)
    await client.query(`CREATE TABLE IF NOT EXISTS toril_queue.note (
      queue text NOT NULL, key text NOT NULL, body text NOT NULL, expires_at timestamptz NOT NULL,
      PRIMARY KEY (queue, key))`)
    await makeChoosingFunctions(client)
    await client.query('COMMIT')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}
