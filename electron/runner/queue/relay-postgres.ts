import { createHash, randomUUID } from 'node:crypto'
import pg from 'pg'
import { pgAddress, type PostgresAddress } from '../connections/postgres-tls.ts'
import {
  createUnpacker,
  lineCheckMs,
  packText,
  type NoteStore,
  type RelayLine,
  type RelayLineParts,
} from './relay-line.ts'
import type { RetryPace } from './retry-pace.ts'
import { reasonOf } from './server-refusal.ts'

/** PostgreSQL takes payloads of less than 8,000 bytes. */
const messageBytes = 7_900
/** After so many failures while the queue itself is reached, it is told. */
const toldAfter = 6

export interface PostgresRelayParts extends RelayLineParts {
  /** For what is sent. */
  pool: pg.Pool
  address: PostgresAddress
  answerMs: number
  /** When a connection that broke tries again. */
  pace: RetryPace
}

/** Notes in a table beside BullMQ's, in a schema of Toril's own, which must be there. Times are the server's. */
export function openPostgresNotes(pool: pg.Pool, queueName: string): NoteStore {
  return {
    async put(key, text, ttlMs) {
      await pool.query(
        `INSERT INTO toril_queue.note (queue, key, body, expires_at)
         VALUES ($1, $2, $3, now() + make_interval(secs => $4))
         ON CONFLICT (queue, key) DO UPDATE SET body = EXCLUDED.body, expires_at = EXCLUDED.expires_at`,
        [queueName, key, text, ttlMs / 1000],
      )
      await pool.query('DELETE FROM toril_queue.note WHERE expires_at < now()')
    },
    async get(key) {
      const found = await pool.query<{ body: string }>(
        'SELECT body FROM toril_queue.note WHERE queue = $1 AND key = $2 AND expires_at >= now()',
        [queueName, key],
      )
      return found.rows[0]?.body
    },
    async remove(key) {
      await pool.query('DELETE FROM toril_queue.note WHERE queue = $1 AND key = $2', [queueName, key])
    },
  }
}

/** A channel's name is an identifier of at most 63 bytes; a queue's name may be longer. */
function channelOf(...names: string[]): string {
  return `toril_${createHash('sha256').update(names.join('\n')).digest('hex').slice(0, 32)}`
}

/** LISTEN and NOTIFY: one channel for all runners of the queue, one for each, heard over a connection of its own. */
export function openPostgresRelay(parts: PostgresRelayParts): RelayLine & { wake: () => void } {
  const { queueName, notes, pool, report } = parts
  const all = channelOf(queueName)
  const own = channelOf(queueName, parts.id)
  const unpack = createUnpacker(notes, parts.onText, report)
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let closed = false

  function again(after: pg.Client): void {
    if (closed || client !== after) return
    client = undefined
    after.end().catch(() => undefined)
    failures += 1
    timer = setTimeout(() => void listen(), parts.pace.follow(failures))
    timer.unref()
  }

  async function listen(): Promise<void> {
    const mine = new pg.Client({
      ...pgAddress(parts.address),
      connectionTimeoutMillis: parts.answerMs,
      query_timeout: parts.answerMs,
      keepAlive: true,
    })
    client = mine
    // The queue's own connection tells of an outage.
    mine.on('error', () => again(mine))
    mine.on('end', () => again(mine))
    mine.on('notification', ({ payload }) => {
      if (client === mine && payload !== undefined) unpack(payload)
    })
    try {
      await mine.connect()
      await mine.query(`LISTEN "${all}"`)
      await mine.query(`LISTEN "${own}"`)
      failures = 0
      if (!closed && client === mine) parts.onListening()
    } catch (error) {
      if (failures === toldAfter && !parts.pace.down())
        report(`Other runners cannot be heard on PostgreSQL: ${reasonOf(error)}.`)
      again(mine)
    }
  }

  // Without a question now and then the end of a silent connection would not be noticed.
  const check = setInterval(() => {
    const asked = client
    asked?.query('SELECT 1').catch(() => again(asked))
  }, lineCheckMs)
  check.unref()
  void listen()

  return {
    /** The server is back: no longer waits for its turn. */
    wake() {
      if (client !== undefined || closed) return
      clearTimeout(timer)
      void listen()
    },
    async send(to, text) {
      const message = await packText(text, messageBytes, notes, randomUUID)
      await pool.query('SELECT pg_notify($1, $2)', [to === undefined ? all : channelOf(queueName, to), message])
    },
    async close() {
      closed = true
      clearTimeout(timer)
      clearInterval(check)
      const last = client
      client = undefined
      await last?.end().catch(() => undefined)
    },
  }
}
