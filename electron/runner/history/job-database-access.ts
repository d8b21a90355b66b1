import { TorilError } from '../../contract/errors.ts'
import { readOnlyModels, reads, writableModels, writes } from '../../../workers/database/actions.ts'
import { pack, unpack } from '../../../workers/database/wire.ts'
import type { DatabaseError, DatabaseOperation, DatabaseRequest } from '../../../workers/protocol.ts'
import type { Database } from './database.ts'
import { Prisma } from './generated/client.ts'
import type { JobDatabaseAccess } from './history.ts'
import { createTurns } from './turns.ts'

/** Of the pool's ten connections: slow queries of jobs must not keep the history from being written. */
const maxParallel = 6

const isRead = new Set<string>(reads)
const isWrite = new Set<string>(writes)
const isReadOnly = new Set<string>(readOnlyModels)
const isWritable = new Set<string>(writableModels)

const nulls = { DbNull: Prisma.DbNull, JsonNull: Prisma.JsonNull, AnyNull: Prisma.AnyNull }
const unboxer = {
  decimal: (text: string) => new Prisma.Decimal(text),
  null: (kind: keyof typeof nulls) => nulls[kind],
}

type Delegate = Record<string, (args: unknown) => Prisma.PrismaPromise<unknown>>

function start({ prisma }: Database, operation: DatabaseOperation): Prisma.PrismaPromise<unknown> {
  switch (operation.kind) {
    case 'queryRaw':
      return prisma.$queryRawUnsafe<unknown>(operation.sql, ...operation.values)
    case 'executeRaw':
      return prisma.$executeRawUnsafe(operation.sql, ...operation.values)
    case 'model': {
      const { model, action, args } = operation
      const known = isReadOnly.has(model) || isWritable.has(model)
      if (!known || !(isRead.has(action) || isWrite.has(action))) {
        throw new TorilError('INVALID_REQUEST', `services.db has no ${model}.${action}.`)
      }
      if (isWrite.has(action) && isReadOnly.has(model)) {
        const instead = 'Keep what the job needs in jobData, or in a table of your own.'
        throw new TorilError(
          'READ_ONLY',
          `services.db.${model} is Toril's history, which a job can only read. ${instead}`,
        )
      }
      const delegate = (prisma as unknown as Record<string, Delegate>)[model]
      const method = delegate?.[action]
      if (method === undefined) throw new TorilError('INVALID_REQUEST', `services.db has no ${model}.${action}.`)
      return method.call(delegate, args)
    }
  }
}

async function perform(database: Database, { operations, transaction }: DatabaseRequest): Promise<unknown[]> {
  const started = operations.map((operation) => start(database, operation))
  if (transaction === undefined) return Promise.all(started)
  const isolationLevel = transaction.isolationLevel as Prisma.TransactionIsolationLevel | undefined
  return database.prisma.$transaction(started, isolationLevel === undefined ? {} : { isolationLevel })
}

/** What of Prisma's `meta` is data. */
function metaOf(error: object): unknown {
  const { meta } = error as { meta?: unknown }
  if (meta === undefined) return undefined
  return JSON.parse(JSON.stringify(meta, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
}

function errorOf(thrown: unknown): DatabaseError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) }
  const { code } = thrown as { code?: unknown }
  const meta = metaOf(thrown)
  return {
    name: thrown.name,
    message: thrown.message.trim(),
    ...(typeof code === 'string' ? { code } : {}),
    ...(meta === undefined ? {} : { meta }),
  }
}

const ended = { error: { name: 'Error', code: 'ATTEMPT_ENDED', message: 'The attempt has ended.' } }

/** `ctx.services.db` over the database client of the history. */
export function createJobDatabaseAccess(database: Database): JobDatabaseAccess {
  const turn = createTurns(maxParallel)
  return {
    async run(request, unwanted) {
      const done = await turn()
      try {
        if (unwanted?.() === true) return ended

        const operations = unpack(request, unboxer) as DatabaseRequest
        return pack(await database.reach(() => perform(database, operations)))
      } catch (thrown) {
        return { error: errorOf(thrown) }
      } finally {
        done()
      }
    },
  }
}
