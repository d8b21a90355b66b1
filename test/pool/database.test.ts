import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import { createDirectDatabase } from '../../electron/runner/executors/direct-database.ts'
import type { Attempt, Job, JobData, LogLine, Source } from '../../electron/runner/history/generated/client.ts'
import type { History } from '../../electron/runner/history/history.ts'
import type { JobContext } from '../../workers/context.ts'
import type * as types from '../../workers/database/types.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { createPoolFixture, settings, until, type PoolFixture } from './pool-fixture.ts'

let postgres: TestPostgres
let history: History
let fixture: PoolFixture
let control: pg.Client

beforeAll(async () => {
  postgres = await startTestPostgres()
  history = await createHistory({ url: postgres.url, source: randomUUID() })
  fixture = await createPoolFixture({ database: history.jobDatabase, settings: { ...settings, maxThreads: 8 } })
  control = new pg.Client({ connectionString: postgres.url })
  await control.connect()
  await control.query(
    'CREATE TABLE word (id int PRIMARY KEY, text text, price numeric, big bigint, at timestamptz, raw bytea)',
  )
})
afterAll(async () => {
  await control.end()
  await fixture.close()
  await history.close()
  await postgres.stop()
})

/** The body of a function of one statement list, run in a thread and answered. */
type Body = (db: types.JobDatabase, ctx: JobContext) => Promise<unknown>

async function inThread(body: Body): Promise<unknown> {
  const report = await fixture.start(`return (${body.toString()})(ctx.services.db, ctx)`).run.report
  if (report.error !== undefined) throw Object.assign(new Error(report.error.message), { code: report.error.code })
  return report.result
}

async function inline(body: Body): Promise<unknown> {
  const services = { db: createDirectDatabase(history.jobDatabase), resultsDir: '/' }
  return body(services.db, { services } as unknown as JobContext)
}

describe.each([
  ['a thread', inThread],
  ['the process of the runner', inline],
])('services.db in %s', (_place, run) => {
  test('writes, reads, counts, sums and groups its own data', async () => {
    const result = await run(async ({ jobData }) => {
      await jobData.deleteMany({})
      const first = await jobData.create({
        data: { space: 'a', key: '1', value: { deep: [1, null] }, amount: '0.1', counter: 2n ** 60n },
      })
      await jobData.createMany({
        data: [
          { space: 'a', key: '2', value: 2, amount: first.amount?.plus('0.2') ?? null },
          { space: 'b', key: '1', value: 'three', bytes: new Uint8Array([0, 1, 255]) },
        ],
      })
      await jobData.update({ where: { space_key: { space: 'a', key: '1' } }, data: { counter: { increment: 1 } } })
      await jobData.upsert({
        where: { space_key: { space: 'a', key: '2' } },
        create: { space: 'a', key: '2', value: 0 },
        update: { value: { set: null } },
      })
      const found = await jobData.findUnique({ where: { space_key: { space: 'a', key: '1' } } })
      const bytes = await jobData.findFirst({ where: { space: 'b' }, select: { bytes: true } })
      const sums = await jobData.aggregate({ _sum: { amount: true }, _count: true, where: { space: 'a' } })
      const groups = await jobData.groupBy({ by: ['space'], _count: true, orderBy: { space: 'asc' } })
      const removed = await jobData.delete({ where: { space_key: { space: 'b', key: '1' } } })
      return {
        made: first.createdAt instanceof Date,
        value: found?.value,
        counter: found?.counter === 2n ** 60n + 1n,
        bytes: bytes?.bytes instanceof Uint8Array && [...bytes.bytes],
        sum: sums._sum.amount?.toFixed(2),
        type: Object.prototype.toString.call(sums._sum.amount),
        count: sums._count,
        groups,
        removed: removed.key,
        left: await jobData.count(),
      }
    })
    expect(result).toEqual({
      made: true,
      value: { deep: [1, null] },
      counter: true,
      bytes: [0, 1, 255],
      sum: '0.40',
      type: '[object Decimal]',
      count: 2,
      groups: [
        { space: 'a', _count: 2 },
        { space: 'b', _count: 1 },
      ],
      removed: '1',
      left: 2,
    })
  })

  test('raw SQL reaches tables of its own; values are bound, pieces are joined, types survive', async () => {
    const result = await run(async (db) => {
      await db.$executeRaw`DELETE FROM word`
      const at = new Date(1_700_000_000_000)
      const touched = await db.$executeRaw`INSERT INTO word VALUES
        (${1}, ${"it's"}, ${'1.10'}::numeric, ${2n ** 60n}, ${at}, ${new Uint8Array([7])}), (${2}, ${'b'}, null, null, null, null)`
      const which = db.sql`id IN (${db.join([1, 2])})`
      const rows = await db.$queryRaw<
        Record<string, never>
      >`SELECT * FROM word WHERE ${which} AND text <> ${''} ORDER BY id`
      const row = rows[0] as unknown as {
        price: { toFixed(n: number): string }
        big: bigint
        at: Date
        raw: Uint8Array
        text: string
      }
      const again = await db.$queryRawUnsafe('SELECT id FROM word WHERE price = $1', row.price)
      const misused = await Promise.resolve()
        .then(() => db.$queryRaw('SELECT 1' as never))
        .catch((error: Error) => error.message)
      return [
        touched,
        rows.length,
        row.text,
        row.price.toFixed(3),
        row.big === 2n ** 60n,
        row.at.getTime(),
        [...row.raw],
        again,
        misused,
      ]
    })
    const hint = 'db.$queryRaw is a tag of a template. Write db.$queryRaw`…`, or use db.$queryRawUnsafe for text.'
    expect(result).toEqual([2, 2, "it's", '1.100', true, 1_700_000_000_000, [7], [{ id: 1 }], hint])
  })

  test('a list of calls is one transaction: all or none', async () => {
    const result = await run(async (db) => {
      await db.jobData.deleteMany({ where: { space: 't' } })
      const make = (key: string) => db.jobData.create({ data: { space: 't', key, value: 1 }, select: { key: true } })
      const both = await db.$transaction([make('1'), db.$queryRaw<{ n: number }>`SELECT 1 AS n`], {
        isolationLevel: 'Serializable',
      })
      const failed = await db.$transaction([make('2'), make('1')]).catch((error: { code: string }) => error.code)
      const sent = make('3')
      await sent
      const used = await db.$transaction([sent]).catch((error: { code: string }) => error.code)
      const callback = await db
        .$transaction((() => Promise.resolve()) as never)
        .catch((error: { code: string }) => error.code)
      return [both, failed, used, callback, await db.jobData.count({ where: { space: 't' } })]
    })
    expect(result).toEqual([[{ key: '1' }, [{ n: 1 }]], 'P2002', 'INVALID_REQUEST', 'INTERACTIVE_TRANSACTION', 2])
  })

  test('an error has the name, code, meta and place that it has with Prisma', async () => {
    const result = (await run(async function placed(db) {
      const duplicate = () => db.jobData.create({ data: { space: 'e', key: '1', value: 1 } })
      await duplicate()
      const { name, code, message, meta, stack } = (await duplicate().catch((error: unknown) => error)) as {
        name: string
        code: string
        message: string
        meta: { modelName: string }
        stack: string
      }
      const missing = await db.jobData
        .update({ where: { space_key: { space: 'e', key: 'none' } }, data: { value: 2 } })
        .catch((error: { code: string }) => error.code)
      const wrong = await db.jobData.count({ where: { nothing: 1 } as never }).catch((error: Error) => error.name)
      const sql = (await db.$queryRaw`SELECT * FROM nowhere`.catch((error: unknown) => error)) as { code: string }
      await db.jobData.deleteMany({ where: { space: 'e' } })
      return {
        name,
        code,
        message,
        model: meta.modelName,
        here: stack.includes('duplicate'),
        missing,
        wrong,
        sql: sql.code,
      }
    })) as Record<string, unknown>
    expect(result).toEqual({
      name: 'PrismaClientKnownRequestError',
      code: 'P2002',
      message: expect.stringContaining('Unique constraint failed'),
      model: 'JobData',
      here: true,
      missing: 'P2025',
      wrong: 'PrismaClientValidationError',
      sql: 'P2010',
    })
  })

  test('the history can be read and not written', async () => {
    history.writer.saveJob({
      id: 'x',
      type: 'note',
      state: 'waiting',
      input: { a: 1 },
      options: {},
      createdAt: new Date(0).toISOString(),
    })
    await history.writer.flush()
    const result = await run(async (db) => {
      const job = await db.job.findFirst({ where: { id: 'x' }, select: { input: true, seq: true, createdAt: true } })
      const none = await db.job.count({ where: { result: { equals: db.DbNull }, type: 'note' } })
      const refused = await (db.job as unknown as types.JobDatabase['jobData'])
        .deleteMany({})
        .catch((error: { code: string; message: string }) => [error.code, error.message])
      return [job?.input, typeof job?.seq, job?.createdAt.getTime(), none, refused]
    })
    const message =
      "services.db.job is Toril's history, which a job can only read. Keep what the job needs in jobData, or in a table of your own."
    expect(result).toEqual([{ a: 1 }, 'bigint', 0, 1, ['READ_ONLY', message]])
  })
})

async function connections(): Promise<{ pid: number; application: string }[]> {
  const sql = `SELECT pid, application_name AS application FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`
  return (await control.query<{ pid: number; application: string }>(sql)).rows
}

test('8 threads open no connection of their own, and leave the history some of the ten', async () => {
  await control.query('SELECT pg_advisory_lock(4711)')
  const before = await connections()
  const body = `await ctx.services.db.$queryRaw\`SELECT pg_advisory_lock_shared(4711)::text, pg_advisory_unlock_shared(4711)\`
    for (let n = 0; n < 50; n += 1) await ctx.services.db.jobData.count()
    return 1`
  const runs = Array.from({ length: 8 }, () => fixture.start(body))
  await until(() => expect(fixture.pool.threads().filter(({ job }) => job !== undefined)).toHaveLength(8))
  const waiting = async () => {
    const sql = `SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%4711%'`
    return (await control.query<{ n: number }>(sql)).rows[0]?.n
  }
  await until(() => expect(fixture.pool.threads()).toHaveLength(8))
  // Six of the eight calls run; the others wait for their turn, so four connections are left for the history.
  await expect.poll(waiting).toBe(6)
  await history.ping()
  const during = await connections()
  expect(during.length).toBeGreaterThanOrEqual(6)
  expect(during.length).toBeLessThanOrEqual(10)
  expect(before.length).toBeLessThanOrEqual(10)
  await control.query('SELECT pg_advisory_unlock(4711)')
  for (const { run } of runs) expect(await run.report).toMatchObject({ outcome: 'completed', result: 1 })
  expect((await connections()).length).toBeLessThanOrEqual(10)
})

test('calls of a killed thread and of an ended attempt that have not begun are dropped', async () => {
  await control.query('CREATE TABLE trace (who text)')
  await control.query('SELECT pg_advisory_lock(4712)')
  const hold = '`SELECT pg_advisory_lock_shared(4712)::text, pg_advisory_unlock_shared(4712)`'
  const blocked = Array.from({ length: 6 }, () => fixture.start(`await ctx.services.db.$queryRaw${hold}`))
  const waiting = async () =>
    (await control.query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%4712%'`))
      .rowCount
  await expect.poll(waiting).toBe(6)
  const write = "`INSERT INTO trace VALUES (${'who'})`"
  const body = (who: string) => `void ctx.services.db.$executeRaw${write.replace('who', who)}.then(() => {})`
  const killed = fixture.start(`${body('killed')}; ctx.log('asked'); await new Promise(() => {})`)
  const ended = fixture.start(`${body('ended')}; return 1`)
  expect(await ended.run.report).toMatchObject({ outcome: 'completed' })
  await until(() => expect(killed.lines()).toEqual(['asked']))
  killed.run.kill('enough')
  await killed.run.report
  await control.query('SELECT pg_advisory_unlock(4712)')
  for (const { run } of blocked) expect(await run.report).toMatchObject({ outcome: 'completed' })
  expect(await inThread(async (db) => db.$queryRaw`SELECT who FROM trace`)).toEqual([])
})

test('code that an attempt left behind cannot use the database any more', async () => {
  fixture.pool.configure({ ...settings, maxThreads: 1 })
  const left = fixture.start(`const { AsyncResource } = await import('node:async_hooks')
    globalThis.late = AsyncResource.bind(() => ctx.services.db.jobData.count().then(() => 'ran', ({ code }) => code))`)
  await left.run.report
  const next = fixture.start('return [await globalThis.late(), typeof (await ctx.services.db.jobData.count())]')
  expect(await next.run.report).toMatchObject({ result: ['ATTEMPT_ENDED', 'number'] })
})

/** The row of a model, when its columns are those that the generated client has. */
type Checked<Row, Model> = [keyof Row, Model] extends [keyof Model, Row]
  ? [keyof Model] extends [keyof Row]
    ? true
    : 'a column is missing'
  : 'a column is too many, or of another type'

test('the types of the rows are those of the client', () => {
  const same: [
    Checked<types.SourceRow, Source>,
    Checked<types.JobRow, Job>,
    Checked<types.AttemptRow, Attempt>,
    Checked<types.LogLineRow, LogLine>,
    Checked<types.JobDataRow, JobData>,
  ] = [true, true, true, true, true]
  expect(same).not.toContain(false)
})
