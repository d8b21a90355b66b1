import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { TorilError } from '../../contract/errors.ts'
import { isUnreachable, placeOf, postgresUnavailable } from './postgres-errors.ts'
import { pgAddress, type PostgresAddress } from './postgres-tls.ts'

/** BullMQ's backend recommends 14, and so does `date_bin` of the history need it. */
export const minimumPostgresVersion = 14

export interface WaitOptions {
  /** How long a server that cannot be reached is tried again; 0 for one try. Other failures are told at once. */
  timeoutMs?: number
  signal?: AbortSignal
}

async function probe(address: PostgresAddress): Promise<number> {
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: 5_000, query_timeout: 5_000 })
  // The reason is in the rejection of connect; without a listener the event would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ version: string }>("SELECT current_setting('server_version_num') AS version")
    return Math.trunc(Number(rows[0]?.version) / 10_000)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * Resolves with the major version of the server once it lets Toril in. Rejects with TorilError
 * UNAVAILABLE: one sentence naming the place and what to change.
 */
export async function waitForPostgres(address: PostgresAddress, options: WaitOptions = {}): Promise<number> {
  const deadline = Date.now() + (options.timeoutMs ?? 0)
  for (let wait = 50; ; wait = Math.min(wait * 2, 1_000)) {
    try {
      const version = await probe(address)
      if (version >= minimumPostgresVersion) return version
      const sentence = `${placeOf(address)} is version ${version}, but Toril needs ${minimumPostgresVersion} or newer. Upgrade it, or point ${address.setting ?? 'DATABASE_URL'} at another server.`
      throw new TorilError('UNAVAILABLE', sentence)
    } catch (error) {
      const again = isUnreachable(error) && Date.now() + wait < deadline && options.signal?.aborted !== true
      if (!again) throw postgresUnavailable(error, address)
      await delay(wait, undefined, options.signal === undefined ? {} : { signal: options.signal }).catch(
        () => undefined,
      )
    }
  }
}
