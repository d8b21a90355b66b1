import { TorilError } from '../contract/errors.ts'
import type { QueueBackend, SystemInfo } from '../contract/runner.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './connections/embedded-postgres.ts'
import { waitForPostgres } from './connections/wait-for-postgres.ts'
import type { Environment } from './environment.ts'
import type { QueueTarget } from './queue/queue-config.ts'
import { redisOptionsFrom } from './queue/redis-options.ts'

/** Where jobs and their history live, with its servers running. */
export interface Storage {
  databaseUrl: string
  queueTarget: QueueTarget
  /** Names the queue in the history: ids of other queues may be the same. */
  source: string
  profile: SystemInfo['profile']
  environment: SystemInfo['environment']
  notices: SystemInfo['notices']
  stop(): Promise<void>
}

export interface StorageOptions {
  dataDir: string
  environment: Environment
  /** PostgreSQL's binaries in a packaged app; found in node_modules otherwise. */
  postgresBinariesDir?: string
  onProblem: (message: string) => void
}

/** A URL without user, password and query, fit to be shown. */
function placeOf(url: string): string {
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}

interface QueuePlace {
  target: QueueTarget
  backend: QueueBackend
  place: string
}

function redisPlace(environment: Environment): QueuePlace {
  const options = redisOptionsFrom({
    url: environment.REDIS_URL ?? '127.0.0.1',
    ...(environment.REDIS_PORT === undefined ? {} : { port: environment.REDIS_PORT }),
  })
  const place = `${options.host ?? '127.0.0.1'}:${options.port ?? 6379}/${options.db ?? 0}`
  return { target: { kind: 'redis', options }, backend: 'redis', place }
}

function shown(environment: Environment): SystemInfo['environment'] {
  const fields: SystemInfo['environment'] = []
  const add = (variable: keyof Environment, field: string, value: string | number | undefined): void => {
    if (value !== undefined) fields.push({ variable, field, value: String(value) })
  }
  // Addresses are shown without what is secret in them.
  const { REDIS_URL, REDIS_PORT, DATABASE_URL } = environment
  if (REDIS_URL !== undefined || REDIS_PORT !== undefined) {
    add(REDIS_URL === undefined ? 'REDIS_PORT' : 'REDIS_URL', 'profile.queue', redisPlace(environment).place)
  }
  add('DATABASE_URL', 'profile.database', DATABASE_URL === undefined ? undefined : placeOf(DATABASE_URL))
  add('TORIL_JOBS_DIR', 'jobs.folder', environment.TORIL_JOBS_DIR)
  if (environment.TORIL_QUEUE !== 'toril') add('TORIL_QUEUE', 'profile.queueName', environment.TORIL_QUEUE)
  return fields
}

async function openDatabase(options: StorageOptions): Promise<{ url: string; embedded?: EmbeddedPostgres }> {
  const given = options.environment.DATABASE_URL
  if (given !== undefined) {
    await waitForPostgres(given, { setting: 'DATABASE_URL' })
    return { url: given }
  }
  const { dataDir, postgresBinariesDir } = options
  const embedded = await startEmbeddedPostgres({
    dataDir,
    ...(postgresBinariesDir === undefined ? {} : { binariesDir: postgresBinariesDir }),
  })
  embedded.onExit(options.onProblem)
  return { url: embedded.url, embedded }
}

/** Starts or finds the servers that the environment asks for; embedded PostgreSQL for both by default. */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  const { environment } = options
  if (environment.TORIL_QUEUE.length === 0) throw new TorilError('INVALID_PREFERENCES', 'TORIL_QUEUE is empty.')
  const redis = environment.REDIS_URL !== undefined || environment.REDIS_PORT !== undefined
  const { url, embedded } = await openDatabase(options)
  const database = embedded === undefined ? placeOf(url) : 'embedded'
  const queue: QueuePlace = redis
    ? redisPlace(environment)
    : { target: { kind: 'postgres', url }, backend: 'postgres', place: database }
  const history = embedded === undefined ? `PostgreSQL at ${database}` : 'Embedded database'
  return {
    databaseUrl: url,
    queueTarget: queue.target,
    source: `${queue.backend}:${queue.place}:${environment.TORIL_QUEUE}`,
    profile: {
      name: redis ? 'Redis' : 'This computer',
      description: redis ? `Redis at ${queue.place}, history: ${history}` : history,
      backend: queue.backend,
    },
    environment: shown(environment),
    notices: embedded?.notices ?? [],
    stop: async () => {
      await embedded?.stop()
    },
  }
}
