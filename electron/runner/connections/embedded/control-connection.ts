import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { TorilError } from '../../../contract/errors.ts'
import { postgresCodeOf } from '../postgres-errors.ts'

/** Held by the Toril that owns the server, for as long as it lives; the number spells `TORI`. */
const ownerLock = 0x544f5249

/** The connection by which Toril owns its server: a second Toril on the same folder is refused. */
export interface ControlConnection {
  /** Resolves when the connection is gone, whoever ended it. */
  readonly lost: Promise<void>
  close(): Promise<void>
}

/** `not yet`: the server lives and recovers, after a session of it was killed or after its own end. */
export type Answer = 'yes' | 'not yet' | 'no'

export async function answerAt(url: string): Promise<Answer> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 5_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return 'yes'
  } catch (error) {
    return isRecovering(error) ? 'not yet' : 'no'
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** 57P02 and 57P03, or thrown out in the midst of it: PostgreSQL ends all sessions before it recovers. */
function isRecovering(error: unknown): boolean {
  const code = postgresCodeOf(error) ?? ''
  if (code.startsWith('57P') || code === 'ECONNRESET' || code === 'EPIPE') return true
  return error instanceof Error && /Connection terminated unexpectedly/.test(error.message)
}

/** Takes ownership and makes the database `name` when it is missing. `url` leads to the database `postgres`. */
export async function takeControl(url: string, name: string, dataDir: string): Promise<ControlConnection> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true })
  const lost = new Promise<void>((resolve) => {
    client.on('error', () => resolve())
    client.on('end', () => resolve())
  })
  try {
    await client.connect()
    // The connection of a Toril that was just killed may need a moment to be noticed.
    for (let tries = 0; ; tries++) {
      const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [ownerLock])
      if (rows[0]?.mine === true) break
      if (tries === 20) {
        const advice = 'Use that one, stop it first, or set TORIL_DATA_DIR to another folder.'
        throw new TorilError('UNAVAILABLE', `Another Toril is running on the data folder ${dataDir}. ${advice}`)
      }
      await delay(50)
    }
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`)
  } catch (error) {
    await client.end().catch(() => undefined)
    throw error
  }
  return { lost, close: () => client.end().catch(() => undefined) }
}
