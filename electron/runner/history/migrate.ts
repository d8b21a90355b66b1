import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { TorilError } from '../../contract/errors.ts'
import { postgresUnavailable } from '../connections/postgres-errors.ts'
import { pgAddress, type PostgresAddress } from '../connections/postgres-tls.ts'

/** The lock that Prisma's own engine takes while it migrates, so that both never do at once. */
const prismaLock = 72_707_369

interface Migration {
  name: string
  sql: string
  checksum: string
}

interface Applied {
  migration_name: string
  checksum: string
  finished_at: Date | null
  rolled_back_at: Date | null
}

/** In the order of their names, which begin with a time. */
async function readMigrations(folder: string): Promise<Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(folder, name, 'migration.sql'))
      return { name, sql: bytes.toString(), checksum: createHash('sha256').update(bytes).digest('hex') }
    }),
  )
}

async function readApplied(client: pg.Client): Promise<Map<string, Applied>> {
  // As Prisma makes it.
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`)
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at, rolled_back_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  )
  return new Map(rows.map((row) => [row.migration_name, row]))
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const id = randomUUID()
  await client.query('BEGIN')
  try {
    await client.query(migration.sql)
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [id, migration.checksum, migration.name],
    )
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

async function schemaExists(client: pg.Client, schema: string): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema])
  return rowCount !== 0
}

/**
 * Brings the tables up to date; answers the names of the migrations it applied. Several runners may
 * start at once: one migrates, the others wait. Each migration is one transaction.
 * Rejects with TorilError UNAVAILABLE when the database is newer than this Toril or refuses.
 */
export async function migrate(address: PostgresAddress, schema: string, folder: string): Promise<string[]> {
  const migrations = await readMigrations(folder)
  const client = new pg.Client({ ...pgAddress(address), connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  const done: string[] = []
  try {
    await client.connect()
    await client.query('SELECT pg_advisory_lock($1)', [prismaLock])
    // Asked first, because CREATE SCHEMA needs its right even where the schema is there.
    if (!(await schemaExists(client, schema))) await client.query(`CREATE SCHEMA IF NOT EXISTS "${schema}"`)
    await client.query(`SET search_path TO "${schema}"`)
    const applied = await readApplied(client)
    const unknown = [...applied.keys()].find((name) => !migrations.some((migration) => migration.name === name))
    if (unknown !== undefined) {
      throw new TorilError(
        'UNAVAILABLE',
        `The database was used by a newer Toril (it has ${unknown}). Update this Toril, or use another database.`,
      )
    }
    for (const migration of migrations) {
      const row = applied.get(migration.name)
      if (row === undefined) {
        await apply(client, migration)
        done.push(migration.name)
      } else if (row.checksum !== migration.checksum) {
        throw new TorilError(
          'UNAVAILABLE',
          `The migration ${migration.name} was applied to the database in another form. Use the Toril that made the database, or another database.`,
        )
      }
    }
    return done
  } catch (error) {
    throw postgresUnavailable(error, address)
  } finally {
    await client.end().catch(() => undefined)
  }
}
