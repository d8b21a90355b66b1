import { DEFAULT_SCHEMA } from 'bullmq'
import pg from 'pg'
import { pgAddress, type PostgresAddress } from '../../connections/postgres-tls.ts'
import { postgresLabel } from '../postgres-server.ts'
import { reasonOf, refusedSentence, unavailable } from '../server-refusal.ts'
import { namesOf, nameLimit, versionOf, type Scanned, type ScanLimits, type ScannedQueue } from './scan-limits.ts'

/** Rows of one queue whose names are looked at. */
const rows = 1_000

interface MetaRow {
  queue: string
  version: string | null
  paused: boolean
}

interface CountRow {
  queue: string
  state: keyof ScannedQueue['counts']
  count: string
}

const job = `"${DEFAULT_SCHEMA}".job`
const meta = `"${DEFAULT_SCHEMA}".meta`

async function look(client: pg.Client, limit: number): Promise<Scanned> {
  const made = await client.query<{ made: boolean }>('SELECT to_regclass($1) IS NOT NULL AS made', [job])
  if (made.rows[0]?.made !== true) return { queues: [] }
  const found = await client.query<MetaRow>(
    `SELECT queue, max(value) FILTER (WHERE field = 'version') AS version,
       coalesce(bool_or(field = 'paused' AND value = '1'), false) AS paused
     FROM ${meta} GROUP BY queue ORDER BY queue LIMIT $1`,
    [limit + 1],
  )
  const shown = found.rows.slice(0, limit)
  const names = shown.map(({ queue }) => queue)
  const counted = await client.query<CountRow>(
    `SELECT queue, state, count(*) AS count FROM ${job} WHERE queue = ANY($1) GROUP BY queue, state`,
    [names],
  )
  const sampled = await client.query<{ queue: string; name: string }>(
    `SELECT wanted.queue, sample.name FROM unnest($1::text[]) AS wanted(queue)
     CROSS JOIN LATERAL (
       SELECT DISTINCT name FROM (SELECT name FROM ${job} WHERE queue = wanted.queue LIMIT ${rows}) AS rows_of_queue
       LIMIT ${nameLimit}) AS sample`,
    [names],
  )
  const queues = shown.map(({ queue: name, version, paused }) => {
    const counts = { waiting: 0, delayed: 0, 'waiting-children': 0, active: 0, completed: 0, failed: 0 }
    for (const row of counted.rows) if (row.queue === name) counts[row.state] += Number(row.count)
    const jobNames = namesOf(sampled.rows.filter((row) => row.queue === name).map((row) => row.name))
    return { name, counts, paused, jobNames, ...versionOf(version) }
  })
  return found.rows.length > limit ? { queues, cut: `Only ${limit} queues are shown; there are more.` } : { queues }
}

/** Looks for queues in BullMQ's tables, in a transaction that can only read; makes no tables. */
export async function scanPostgres(address: PostgresAddress, limits: ScanLimits): Promise<Scanned> {
  const label = postgresLabel(address)
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: limits.answerMs })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('BEGIN TRANSACTION READ ONLY')
    await client.query(`SET LOCAL statement_timeout = ${limits.scanMs}`)
    return await look(client, limits.queues)
  } catch (error) {
    throw refusedSentence('postgres', label, error) ?? unavailable('postgres', label, reasonOf(error), error)
  } finally {
    await client.end().catch(() => undefined)
  }
}
