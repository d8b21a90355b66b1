import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import { migrate } from '../../electron/runner/history/migrate.ts'
import { makeTestFolder, startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { expectedTables } from './expected-tables.ts'

const migrations = join(import.meta.dirname, '../../prisma/migrations')
let postgres: TestPostgres
let folder: string

beforeAll(async () => {
  folder = await makeTestFolder()
  postgres = await startTestPostgres()
})
afterAll(async () => {
  await postgres.stop()
  await rm(folder, { recursive: true, force: true })
})

async function query<Row extends pg.QueryResultRow>(url: string, sql: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql, values)).rows
  } finally {
    await client.end()
  }
}

/** The migrations with one more, `sql`. */
async function withMigration(name: string, sql: string): Promise<string> {
  const copy = join(folder, name)
  await cp(migrations, copy, { recursive: true })
  await mkdir(join(copy, `99990101000000_${name}`))
  await writeFile(join(copy, `99990101000000_${name}`, 'migration.sql'), sql)
  return copy
}

test('the tables that the migrations make are those of schema.prisma', async () => {
  const url = await postgres.createDatabase()
  await migrate({ url }, 'toril', migrations)
  const expected = expectedTables(await readFile(join(migrations, '../schema.prisma'), 'utf8'))
  const columns = await query<{ table: string; column: string }>(
    url,
    `SELECT c.relname AS table, a.attname || ' ' || format_type(a.atttypid, a.atttypmod) ||
       CASE WHEN a.attnotnull THEN '' ELSE ' null' END ||
       CASE WHEN pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval%' THEN ' serial' ELSE '' END AS column
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'toril'::regnamespace AND a.attnum > 0 AND c.relname <> '_prisma_migrations'`,
  )
  const indexes = await query<{ table: string; index: string }>(
    url,
    `SELECT tablename AS table, indexname || ' ' || substring(indexdef from '\\((.*)\\)') ||
       CASE WHEN indexdef LIKE 'CREATE UNIQUE%' THEN ' unique' ELSE '' END AS index
     FROM pg_indexes WHERE schemaname = 'toril' AND tablename <> '_prisma_migrations'`,
  )
  expect(columns.map((row) => `${row.table}: ${row.column}`).sort()).toEqual(expected.columns)
  expect(indexes.map((row) => `${row.table}: ${row.index}`).sort()).toEqual(expected.indexes)
})

test('migrations are applied once, and kept in the table that Prisma keeps', async () => {
  const url = await postgres.createDatabase()
  const names = (await readdir(migrations, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  expect(await migrate({ url }, 'toril', migrations)).toEqual(names.map((entry) => entry.name).sort())
  expect(await migrate({ url }, 'toril', migrations)).toEqual([])
  const rows = await query(
    url,
    'SELECT applied_steps_count AS steps, finished_at IS NOT NULL AS done FROM toril._prisma_migrations',
  )
  expect(rows).toEqual(names.map(() => ({ steps: 1, done: true })))
})

test('runners that start at once migrate once', async () => {
  const url = await postgres.createDatabase()
  const done = await Promise.all([1, 2, 3, 4].map(() => migrate({ url }, 'toril', migrations)))
  expect(done.filter((names) => names.length > 0)).toHaveLength(1)
  const histories = await Promise.all([1, 2, 3].map(() => createHistory({ url, source: 'same' })))
  for (const history of histories) await history.close()
  expect(await query(url, 'SELECT name FROM toril.source')).toEqual([{ name: 'same' }])
})

test('a migration that fails leaves nothing of itself behind', async () => {
  const url = await postgres.createDatabase()
  const broken = await withMigration('broken', 'CREATE TABLE half (id int); SELECT no_such_column;')
  await expect(migrate({ url }, 'toril', broken)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(await query(url, "SELECT to_regclass('toril.half') AS half")).toEqual([{ half: null }])
  expect(await migrate({ url }, 'toril', migrations)).toEqual([])
})

test('a database of a newer Toril, or with other tables, is refused', async () => {
  const url = await postgres.createDatabase()
  await migrate({ url }, 'toril', await withMigration('newer', 'SELECT 1;'))
  await expect(migrate({ url }, 'toril', migrations)).rejects.toThrow(
    /used by a newer Toril \(it has 99990101000000_newer\)/,
  )
  const other = await postgres.createDatabase()
  await migrate({ url: other }, 'toril', migrations)
  await query(other, "UPDATE toril._prisma_migrations SET checksum = 'changed'")
  await expect(migrate({ url: other }, 'toril', migrations)).rejects.toThrow(
    /was applied to the database in another form/,
  )
})

test('a user without special rights needs only a schema of its own, named in the URL', async () => {
  const url = new URL(await postgres.createDatabase())
  const database = url.pathname.slice(1)
  await query(
    url.href,
    `CREATE ROLE plain LOGIN PASSWORD 'plain-password'; REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
    GRANT CONNECT ON DATABASE ${database} TO plain; CREATE SCHEMA mine AUTHORIZATION plain`,
  )
  url.username = 'plain'
  url.password = 'plain-password'
  await expect(createHistory({ url: url.href, source: 'q' })).rejects.toThrow(
    /The user plain may not do this .* Grant it the right to create a schema/,
  )
  url.searchParams.set('schema', 'mine')
  const history = await createHistory({ url: url.href, source: 'q' })
  try {
    const job = { id: '1', type: 'add', state: 'completed' as const, input: 'needle', options: {} }
    history.writer.saveJob({ ...job, createdAt: new Date().toISOString(), finishedAt: new Date().toISOString() })
    expect((await history.reader.search({ text: 'NEEDLE', limit: 1 })).total).toBe(1)
    expect((await history.reader.counts()).completed).toBe(1)
  } finally {
    await history.close()
  }
})

test('a schema name that is none is refused', async () => {
  const url = new URL(postgres.url)
  url.searchParams.set('schema', 'a"b')
  await expect(createHistory({ url: url.href, source: 'q' })).rejects.toThrow(/is not a plain name/)
})
