import { randomUUID } from 'node:crypto'
import type { PostgresAddress } from '../connections/postgres-tls.ts'
import { locateUpwards } from '../entries.ts'
import { createBatchedWriter } from './batched-writer.ts'
import { openDatabase, type Database } from './database.ts'
import type { History } from './history.ts'
import { createJobDatabaseAccess } from './job-database-access.ts'
import { migrate } from './migrate.ts'
import { createReader } from './reader.ts'
import { deleteFinished, deleteJob, foldCounts, pruneJobs } from './retention.ts'
import { ensureTextIndexes } from './text-index.ts'

/** The database of the URL must exist. `?schema=` names the schema of the tables, default `toril`. */
export interface HistoryOptions extends PostgresAddress {
  /** Names the queue that the ids belong to, e.g. its server, prefix and name: other queues may use the same ids. */
  source: string
  /** Told when jobs or lines could not be kept: one sentence. */
  onProblem?: (message: string) => void
  /** Told when the database goes away, with the reason, and when it is back. */
  onConnection?: (connected: boolean, message?: string) => void
  /** Characters of rows kept at most while the database is away; default 64,000,000. */
  maxPending?: number
}

/** How often the counts are folded while jobs come. */
const foldEveryMs = 30_000

async function sourceIdOf({ prisma, schema }: Database, name: string): Promise<number> {
  await prisma.$executeRawUnsafe(`INSERT INTO "${schema}".source (name) VALUES ($1) ON CONFLICT DO NOTHING`, name)
  const { id } = await prisma.source.findUniqueOrThrow({ where: { name } })
  return id
}

/** Where the server does not say which one it is, each runner has a place of its own: nobody relies on another's writes. */
async function placeOf({ prisma, schema }: Database, sourceId: number): Promise<string> {
  try {
    const [row] = await prisma.$queryRaw<{ place: string }[]>`
      SELECT (SELECT system_identifier FROM pg_control_system())::text || ':' || oid::text AS place
      FROM pg_database WHERE datname = current_database()`
    if (row !== undefined) return `${row.place}:${schema}:${sourceId}`
  } catch {
    // Not allowed to look.
  }
  return randomUUID()
}

/**
 * Opens the history: brings the tables up to date, then takes writes and answers reads.
 * Rejects with TorilError UNAVAILABLE when the database cannot be used; it does not wait for it
 * (see waitForPostgres).
 */
export async function createHistory(options: HistoryOptions): Promise<History> {
  const database = openDatabase(options)
  let sourceId: number
  let stopIndexing: () => Promise<void>
  try {
    await migrate(options, database.schema, locateUpwards('prisma/migrations'))
    stopIndexing = await ensureTextIndexes(database)
    sourceId = await database.reach(() => sourceIdOf(database, options.source))
  } catch (error) {
    await database.close().catch(() => undefined)
    throw error
  }
  const place = await placeOf(database, sourceId)
  const writer = createBatchedWriter(database, {
    sourceId,
    onProblem: options.onProblem ?? (() => undefined),
    onConnection: options.onConnection ?? (() => undefined),
    ...(options.maxPending === undefined ? {} : { maxPending: options.maxPending }),
  })
  const fold = setInterval(() => {
    // It is tried again in half a minute; what fails here fails the next write too, which tells.
    void foldCounts(database, sourceId).catch(() => undefined)
  }, foldEveryMs)
  fold.unref()

  return {
    place,
    writer,
    reader: createReader(database, sourceId, writer),
    async removeJob(id) {
      await writer.flush()
      return database.reach(() => deleteJob(database, sourceId, id))
    },
    async removeFinished(ids, which) {
      await writer.flush()
      return database.reach(() => deleteFinished(database, sourceId, ids, which))
    },
    async prune(limits) {
      await writer.flush()
      return database.reach(() => pruneJobs(database, sourceId, limits))
    },
    jobDatabase: createJobDatabaseAccess(database),
    async ping() {
      await database.reach(() => database.prisma.$queryRaw`SELECT 1`)
    },
    async close() {
      clearInterval(fold)
      await stopIndexing()
      await writer.close()
      await database.close()
    },
  }
}
