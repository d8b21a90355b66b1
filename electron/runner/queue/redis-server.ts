import { createRedisBackend, type BackendFactory, type ConnectionOptions } from 'bullmq'
import { Redis, type RedisOptions } from 'ioredis'
import { nameRedisTaker } from './name-taker.ts'
import { openRedisPresence } from './presence-redis.ts'
import type { QueueServer } from './queue-server.ts'
import { dropRedisLocks } from './release-dead.ts'
import { openRedisNotes, openRedisRelay } from './relay-redis.ts'
import { reasonOf, unavailable } from './server-refusal.ts'

/** BullMQ reads replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

/** Older ones lack what BullMQ recommends; it would only warn on the console. */
const minimumVersion = [6, 2] as const

export function redisLabel(options: RedisOptions): string {
  if (options.path !== undefined) return options.path
  const host = options.host ?? '127.0.0.1'
  const shown = host.includes(':') ? `[${host}]` : host
  return `${shown}:${options.port ?? 6379}${options.db ? `/${options.db}` : ''}`
}

/** BullMQ's blocking reads are answered after 10 s at the latest. */
const patientMs = 30_000

/** BullMQ's score of a delayed job: its time in ms, times this, plus a number that keeps the order within one ms. */
const scoreFactor = 0x1000

/** Quick at first, so that a short outage stays short; never further apart than this. */
function retryDelay(times: number): number {
  return Math.min(times * 100, 2_000)
}

/**
 * Asks the server once, with a time limit of its own: BullMQ and ioredis would retry a wrong password or
 * a wrong port for ever, and say so only in events. Rejects UNAVAILABLE with one sentence.
 */
async function probe(options: RedisOptions, label: string, timeoutMs: number): Promise<void> {
  const once: LegacyOptions = {
    ...options,
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: timeoutMs,
  }
  const client = new Redis(once)
  // The rejection of connect() says only "Connection is closed."; the reason comes as an event before it.
  let reason: Error | undefined
  client.on('error', (error: Error) => (reason ??= error))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), timeoutMs)
  })
  try {
    const info = await Promise.race([client.connect().then(() => client.info('server')), tooLate])
    // A refused SELECT is only an event; the connection then works on database 0.
    if (reason !== undefined) throw reason
    const refusal = versionRefusal(info)
    if (refusal !== undefined) throw new Error(refusal)
  } catch (error) {
    throw unavailable('redis', label, reasonOf(reason ?? error), reason ?? error)
  } finally {
    clearTimeout(timer)
    client.disconnect()
  }
}

/** Undefined when the server's version will do, or cannot be told. */
export function versionRefusal(info: string): string | undefined {
  const found = /^(?:redis|valkey)_version:(\d+)\.(\d+)\S*/m.exec(info)
  if (found === null || /^(?:dragonfly|valkey)_version:/m.test(info)) return undefined
  const [major, minor] = [Number(found[1]), Number(found[2])]
  const [wantedMajor, wantedMinor] = minimumVersion
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined
  return `it is version ${found[0].split(':')[1] ?? ''}, and Toril needs ${minimumVersion.join('.')} or newer. Upgrade Redis`
}

export interface RedisServerConfig {
  options: RedisOptions
  prefix: string
  answerMs: number
}

/** Connects to Redis. Rejects UNAVAILABLE with one sentence that says what to do. */
export async function openRedisServer({ options, prefix, answerMs }: RedisServerConfig): Promise<QueueServer> {
  const label = redisLabel(options)
  await probe(options, label, answerMs)
  const common: LegacyOptions = {
    ...options,
    replyMapping: 'legacy',
    connectTimeout: answerMs,
    keepAlive: 10_000,
    retryStrategy: retryDelay,
    // A connection whose other end vanished without a word stays open for many minutes. This one breaks it off.
    socketTimeout: answerMs,
  }
  // Nothing is kept for later: what was answered with "unavailable" must not happen after all.
  const hasty: LegacyOptions = { ...common, enableOfflineQueue: false, maxRetriesPerRequest: 0, lazyConnect: true }
  const client = new Redis(hasty)
  const listeners = new Set<(hint: { up: boolean; error?: Error }) => void>()
  let lastError: Error | undefined
  client.on('error', (error: Error) => (lastError = error))
  client.on('ready', () => {
    lastError = undefined
    for (const listener of listeners) listener({ up: true })
  })
  client.on('close', () => {
    for (const listener of listeners) listener({ up: false, ...(lastError === undefined ? {} : { error: lastError }) })
  })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    throw unavailable('redis', label, reasonOf(lastError ?? error), error)
  }

  const patient = { ...common, maxRetriesPerRequest: null, socketTimeout: patientMs } as ConnectionOptions
  const withOptions: BackendFactory = (name, opts, extra) =>
    createRedisBackend(name, withPrefix(opts, prefix, patient), extra)

  return {
    backend: 'redis',
    label,
    capsFinished: true,
    tellsOfRemoval: true,
    putsBackBehind: false,
    asking: (name, opts, extra) => createRedisBackend(name, withPrefix(opts, prefix, client), extra),
    working: withOptions,
    listening: withOptions,
    async ping() {
      await client.ping()
    },
    isOutage,
    isLostRace: () => false,
    async dueTimes(queueName, ids) {
      const key = `${prefix}:${queueName}:delayed`
      const scores = await Promise.all(ids.map((id) => client.zscore(key, id)))
      const due = new Map<string, number>()
      for (const [position, id] of ids.entries()) {
        const score = scores[position]
        if (score !== null && score !== undefined) due.set(id, Math.floor(Number(score) / scoreFactor))
      }
      return due
    },
    async placeOf(queueName, id) {
      const key = `${prefix}:${queueName}`
      const [length, fromHead, rank] = await Promise.all([
        client.llen(`${key}:wait`),
        client.lpos(`${key}:wait`, id),
        client.zrank(`${key}:prioritized`, id),
      ])
      // Jobs are taken from the end of the list, and those with a priority after all of it.
      if (fromHead !== null) return Math.max(0, length - 1 - fromHead)
      return rank === null ? undefined : length + rank
    },
    onHint(listener) {
      listeners.add(listener)
    },
    dropLocks: (queueName, runnerId) => dropRedisLocks(client, `${prefix}:${queueName}`, runnerId),
    nameTaker: (queueName, jobId, runnerId) => nameRedisTaker(client, `${prefix}:${queueName}:${jobId}`, runnerId),
    notes: (queueName) => Promise.resolve(openRedisNotes(client, `${prefix}:${queueName}`)),
    relay(parts) {
      const patiently: LegacyOptions = {
        ...common,
        maxRetriesPerRequest: null,
        socketTimeout: patientMs,
        autoResubscribe: false,
        lazyConnect: true,
      }
      const queueKey = `${prefix}:${parts.queueName}`
      return openRedisRelay({ ...parts, queueKey, subscriber: new Redis(patiently), publisher: client })
    },
    presence: (queueName, ttlMs) => Promise.resolve(openRedisPresence(client, `${prefix}:${queueName}`, ttlMs)),
    close() {
      client.disconnect()
      return Promise.resolve()
    },
  }
}

/** The prefix is no option of every backend, so BullMQ's type of a factory leaves it out. */
function withPrefix<T extends object>(opts: T, prefix: string, connection: ConnectionOptions) {
  return { ...opts, prefix, connection }
}

const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
const outageText =
  /Connection is closed|isn't writeable|max retries per request|Command timed out|^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF)/

function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  return (typeof code === 'string' && outageCodes.has(code)) || outageText.test(error.message)
}
