import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { isUnreachable, postgresUnavailable } from '../connections/postgres-errors.ts'
import { pgAddress, type PostgresAddress } from '../connections/postgres-tls.ts'
import { PrismaClient } from './generated/client.ts'
import { breakOffInSilence } from './silence.ts'

/** The one pool of the runner: Prisma and the batches of the writer share it. */
export interface Database {
  readonly address: PostgresAddress
  /** Of our tables; already checked to be a plain name, so it may be put into SQL. */
  readonly schema: string
  readonly pool: pg.Pool
  readonly prisma: PrismaClient
  /** Runs a read or statement; a server that cannot be reached becomes TorilError UNAVAILABLE. */
  reach<Value>(work: () => Promise<Value>): Promise<Value>
  close(): Promise<void>
}

const maxConnections = 10

/** `?schema=` of the URL as Prisma understands it, else `toril`. */
function schemaOf(address: PostgresAddress): string {
  const { url } = address
  const name = URL.canParse(url) ? (new URL(url).searchParams.get('schema') ?? 'toril') : 'toril'
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,62}$/.test(name)) {
    throw postgresUnavailable(new Error(`the schema ${JSON.stringify(name)} is not a plain name`), address)
  }
  return name
}

export function openDatabase(address: PostgresAddress): Database {
  const schema = schemaOf(address)
  const pool = new pg.Pool({
    ...pgAddress(address),
    max: maxConnections,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // Idle connections alone must not keep a process alive that has nothing else to do.
    allowExitOnIdle: true,
  })
  // The server went away under an idle connection: the pool opens another when one is needed.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const stopLooking = breakOffInSilence(pool, pgAddress(address))
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { schema }),
    // Errors reach jobs: without pieces of our own source in them.
    errorFormat: 'minimal',
  })
  return {
    address,
    schema,
    pool,
    prisma,
    async reach(work) {
      try {
        return await work()
      } catch (error) {
        throw isUnreachable(error) ? postgresUnavailable(error, address) : error
      }
    },
    async close() {
      await prisma.$disconnect()
      await pool.end()
      stopLooking()
    },
  }
}
