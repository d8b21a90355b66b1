import { createPostgresBackend, DEFAULT_SCHEMA, runMigrations, type BackendFactory } from 'bullmq'
import pg from 'pg'
import { pgAddress, type PostgresAddress } from '../connections/postgres-tls.ts'
import { BullmqPool } from './bullmq-pool.ts'
import { choosingQuery, waitOnPostgres } from './choose-postgres.ts'
import { openPostgresFinished } from './finished-postgres.ts'
import { keepLimitsOnPostgres } from './keep-limits.ts'
import { asOutageBullmqKnows, isLostRace, isPostgresOutage, isPostgresSilence } from './postgres-outage.ts'
import { openPostgresPresence } from './presence-postgres.ts'
import type { ConnectionHint, QueueServer } from './queue-server.ts'
import { dropPostgresLocks } from './release-dead.ts'
import { openPostgresNotes, openPostgresRelay } from './relay-postgres.ts'
import { makeOwnTables } from './own-tables.ts'
import { removingQuery } from './remove-postgres.ts'
import type { RetryPace } from './retry-pace.ts'
import { reasonOnWay, unavailable } from './server-refusal.ts'
import { takeOverOnPostgres } from './take-over.ts'
import type { WantedJobs } from './wanted-jobs.ts'

/** In `server_version_num`. BullMQ itself runs from 13 and recommends 14. */
const minimumVersion = 140_000

export function postgresLabel({ url, place }: PostgresAddress): string {
  if (place !== undefined) return place
  try {
    const parsed = new URL(url)
    const socket = parsed.searchParams.get('host')
    const database = decodeURIComponent(parsed.pathname)
    return `${socket ?? parsed.hostname}${parsed.port === '' ? '' : `:${parsed.port}`}${database}`
  } catch {
    // A socket URL without a host is no URL to the platform, yet a good one to pg.
    return 'the address of DATABASE_URL'
  }
}

/** Connections of a queue see BullMQ's schema, and wait for the disk: what is acknowledged must survive a kill. */
const sessionSetup = `SET search_path TO "${DEFAULT_SCHEMA}";
  SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`

interface PoolUse extends PostgresAddress {
  max: number
  answerMs: number
  /** Time limit of one query; none for a worker, which must not give up a result. */
  queryMs?: number
}

function openPool({ max, answerMs, queryMs, ...address }: PoolUse): pg.Pool {
  const config: pg.PoolConfig & { onConnect: (client: pg.ClientBase) => Promise<void> } = {
    ...pgAddress(address),
    max,
    connectionTimeoutMillis: answerMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(queryMs === undefined ? {} : { query_timeout: queryMs }),
    onConnect: async (client) => {
      // Its connection timed, and no query of a worker: unanswered, this one would wait for ever.
      await client.query({ text: sessionSetup, query_timeout: answerMs } as pg.QueryConfig)
    },
  }
  const pool = new pg.Pool(config)
  // Idle connections tell their end here; unheard, it would end the process.
  pool.on('error', () => undefined)
  return pool
}

async function isThere(client: pg.ClientBase | pg.Pool, table: string): Promise<boolean> {
  const found = await client.query<{ there: boolean }>('SELECT to_regclass($1) IS NOT NULL AS there', [table])
  return found.rows[0]?.there === true
}

/** Makes or updates BullMQ's schema, unless only to read; safe when several runners start at once (an advisory lock inside). */
async function prepare(
  address: PostgresAddress,
  label: string,
  { answerMs, prepare: makes }: { answerMs: number; prepare: boolean },
): Promise<void> {
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: answerMs })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const version = await client.query<{ server_version_num: string; server_version: string }>(
      `SELECT current_setting('server_version_num') AS server_version_num, current_setting('server_version') AS server_version`,
    )
    const row = version.rows[0]
    if (row !== undefined && Number(row.server_version_num) < minimumVersion) {
      throw new Error(`it is version ${row.server_version}, and Toril needs 14 or newer. Upgrade PostgreSQL`)
    }
    if (makes) await runMigrations(client)
    else if (!(await isThere(client, `${DEFAULT_SCHEMA}.job`))) {
      throw new Error('it holds no queue yet, and the profile is read-only. Turn off read-only once to make it')
    }
  } catch (error) {
    throw unavailable('postgres', label, reasonOnWay(address.trouble?.(), error), error)
  } finally {
    await client.end().catch(() => undefined)
  }
}

export interface PostgresServerConfig extends PostgresAddress {
  answerMs: number
  pace: RetryPace
  /** False where only to read: then the tables must be there. */
  prepare: boolean
}

/** Connects to PostgreSQL and prepares its schema. Rejects UNAVAILABLE with one sentence that says what to do. */
export async function openPostgresServer(config: PostgresServerConfig): Promise<QueueServer> {
  const { answerMs, pace, prepare: makes, ...address } = config
  const label = postgresLabel(address)
  await prepare(address, label, { answerMs, prepare: makes })
  const pool = openPool({ ...address, max: 4, answerMs, queryMs: answerMs })
  const shared = new BullmqPool(
    pool,
    (error) => error,
    () => false,
    (text, params) => keepLimitsOnPostgres(...removingQuery(text, params)),
  )
  const listeners = new Set<(hint: ConnectionHint) => void>()
  pool.on('error', (error) => {
    for (const listener of listeners) listener({ up: false, error })
  })

  const pools = new Set<BullmqPool>()
  const relays = new Set<() => void>()
  const withOwnPool =
    (max: number, wanted?: WantedJobs): BackendFactory =>
    (name, opts, extra) => {
      const rewrite = wanted === undefined ? undefined : choosingQuery(wanted)
      const own = new BullmqPool(openPool({ ...address, max, answerMs }), asOutageBullmqKnows, pace.down, rewrite)
      pools.add(own)
      const backend = createPostgresBackend(name, { ...opts, connection: own }, extra)
      if (wanted !== undefined) waitOnPostgres(backend, wanted)
      backend.on('close', () => {
        pools.delete(own)
        void own.end().catch(() => undefined)
      })
      return backend
    }

  let tables: Promise<void> | undefined
  const ownTables = (): Promise<void> => (tables ??= makeOwnTables(pool))
  /** To read, what is not there is as good as empty. */
  const canRead = async (): Promise<boolean> => makes || isThere(pool, 'toril_queue.runner')

  return {
    backend: 'postgres',
    label,
    notices: [],
    tellsOfRemoval: false,
    putsBackBehind: true,
    asking: (name, opts, extra) => createPostgresBackend(name, { ...opts, connection: shared }, extra),
    working: (wanted) => withOwnPool(10, wanted),
    listening: withOwnPool(2),
    async ping() {
      await pool.query('SELECT 1')
    },
    trouble: () => address.trouble?.(),
    async reach() {
      await pool.query('SELECT 1')
    },
    wake({ silent }) {
      if (silent) for (const own of pools) own.breakAll()
      for (const wakeRelay of relays) wakeRelay()
    },
    isSilence: isPostgresSilence,
    isOutage: isPostgresOutage,
    isLostRace,
    async dueTimes(queueName, ids) {
      const found = await pool.query<{ id: string; due: string }>(
        'SELECT id, process_at_ms AS due FROM job WHERE queue = $1 AND id = ANY($2) AND process_at_ms IS NOT NULL',
        [queueName, ids],
      )
      return new Map(found.rows.map((row) => [row.id, Number(row.due)]))
    },
    async placeOf(queueName, id) {
      const found = await pool.query<{ place: string }>(
        `SELECT (SELECT count(*) FROM job WHERE queue = $1 AND state = 'waiting'
           AND (priority, seq) < (own.priority, own.seq)) AS place
         FROM job AS own WHERE queue = $1 AND id = $2 AND state = 'waiting'`,
        [queueName, id],
      )
      const [row] = found.rows
      return row === undefined ? undefined : Number(row.place)
    },
    async holds(queueName) {
      const found = await pool.query<{ there: boolean }>(
        `SELECT EXISTS (SELECT FROM meta WHERE queue = $1) OR EXISTS (SELECT FROM job WHERE queue = $1)
           OR EXISTS (SELECT FROM scheduler WHERE queue = $1) AS there`,
        [queueName],
      )
      return found.rows[0]?.there === true
    },
    finished: (queueName) => openPostgresFinished(pool, queueName),
    onHint(listener) {
      listeners.add(listener)
    },
    dropLocks: (queueName, runnerId) => dropPostgresLocks(pool, queueName, runnerId),
    takeOver: (queueName, takeOver) => takeOverOnPostgres(pool, queueName, takeOver),
    async notes(queueName) {
      if (makes) await ownTables()
      const notes = openPostgresNotes(pool, queueName)
      return {
        async put(key, text, ttlMs) {
          await ownTables()
          await notes.put(key, text, ttlMs)
        },
        get: async (key) => ((await canRead()) ? notes.get(key) : undefined),
        async remove(key) {
          if (await canRead()) await notes.remove(key)
        },
      }
    },
    relay(parts) {
      const line = openPostgresRelay({ ...parts, pool, address, answerMs, pace })
      relays.add(line.wake)
      return {
        send: (to, text) => line.send(to, text),
        close() {
          relays.delete(line.wake)
          return line.close()
        },
      }
    },
    async presence(queueName, ttlMs) {
      if (makes) await ownTables()
      const presence = openPostgresPresence(pool, queueName, ttlMs)
      return { ...presence, list: async () => ((await canRead()) ? presence.list() : []) }
    },
    async close() {
      // What could not be closed in order, because the server is away, ends here.
      for (const own of pools) void own.end().catch(() => undefined)
      await pool.end().catch(() => undefined)
    },
  }
}
