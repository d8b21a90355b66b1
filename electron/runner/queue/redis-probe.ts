import type { RedisOptions } from 'ioredis'
import { Redis } from './ioredis.ts'
import type { RedisTarget } from './queue-config.ts'
import { readInfo, versionRefusal, type RedisNotice } from './redis-info.ts'
import { reasonOf, Refusal } from './server-refusal.ts'
import { spokenAt } from './spoken-at.ts'

/** BullMQ reads replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

/** A key of the queue; nothing is written to it. */
interface Question {
  key: string
  timeoutMs: number
}

/** What a connection that does not try again got: the answers to `ask`, or the reason why not. */
async function once<T>(options: RedisOptions, timeoutMs: number, ask: (client: Redis) => Promise<T>): Promise<T> {
  const all: LegacyOptions = {
    ...options,
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: timeoutMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: timeoutMs,
  }
  const client = new Redis(all)
  // The rejection of connect() says only "Connection is closed."; the reason comes as an event before it.
  let reason: Error | undefined
  client.on('error', (error: Error) => (reason ??= error))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), timeoutMs)
  })
  try {
    const answer = await Promise.race([client.connect().then(() => ask(client)), tooLate])
    // A refused SELECT is only an event; the connection then works on database 0.
    if (reason !== undefined) throw reason
    return answer
  } catch (error) {
    throw reason ?? error
  } finally {
    clearTimeout(timer)
    client.disconnect()
  }
}

/** Where one side speaks TLS and the other does not, what is met are time-outs and closed connections. */
async function withSpeech<T>(options: RedisOptions, timeoutMs: number, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { host = '127.0.0.1', port = 6379, tls } = options
    if (error instanceof Refusal || options.path !== undefined || !isAboutSpeech(error)) throw error
    const speech = await spokenAt(host, port, Math.min(timeoutMs, 1_000))
    if (tls !== undefined && speech === 'plain') throw new Refusal('plain-port')
    if (tls === undefined && speech === 'tls') throw new Refusal('tls-port')
    throw error
  }
}

function isAboutSpeech(error: unknown): boolean {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const text = `${typeof code === 'string' ? code : ''} ${String(error)}`
  return /ECONNRESET|ETIMEDOUT|EPROTO|ERR_SSL|timed out|Socket timeout|Connection is closed|Protocol error|closed/.test(
    text,
  )
}

/** Reads what BullMQ will ask too, and a key of the queue by way of a script: so what is denied is said at the start. */
async function askNode(client: Redis, key: string, wanted: { cluster: boolean; master?: string }) {
  const info = readInfo(await client.info())
  const version = versionRefusal(info.text)
  if (version !== undefined) throw new Refusal('version', version)
  if (wanted.cluster && !info.isCluster) throw new Refusal('no-cluster')
  if (!wanted.cluster && info.isCluster) throw new Refusal('is-cluster')
  if (!wanted.cluster && info.isReplica) throw new Refusal('replica')
  // A node of a cluster answers only for its own slots.
  if (!wanted.cluster) await client.eval("return redis.call('EXISTS', KEYS[1])", 1, key)
  return info.notices
}

function probeNode(options: RedisOptions, { key, timeoutMs }: Question, cluster: boolean): Promise<RedisNotice[]> {
  const work = once(options, timeoutMs, (client) => askNode(client, key, { cluster }))
  return withSpeech(options, timeoutMs, work)
}

async function firstOf<Place, T>(places: readonly Place[], ask: (place: Place) => Promise<T>): Promise<T> {
  const asked = places.map((place) => ask(place))
  try {
    return await Promise.any(asked)
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error]
    throw errors.find((one) => one instanceof Refusal) ?? errors[0] ?? error
  }
}

async function probeSentinel(options: RedisOptions, question: Question): Promise<RedisNotice[]> {
  const { sentinels = [], name = '', natMap, sentinelUsername, sentinelPassword, sentinelTLS, ...master } = options
  const { timeoutMs } = question
  const access: RedisOptions = {
    ...(typeof sentinelUsername === 'string' ? { username: sentinelUsername } : {}),
    ...(typeof sentinelPassword === 'string' ? { password: sentinelPassword } : {}),
    ...(sentinelTLS === undefined ? {} : { tls: sentinelTLS }),
    // A sentinel is no Redis in all it says of itself.
    enableReadyCheck: false,
  }
  const address = await firstOf(sentinels, async ({ host = '127.0.0.1', port = 26_379 }) => {
    const place = { host, port, ...access }
    const asked = once(place, timeoutMs, (client) => client.call('SENTINEL', 'get-master-addr-by-name', name))
    const found = await withSpeech(place, timeoutMs, asked)
    if (!Array.isArray(found)) throw new Refusal('master-name', name)
    return { host: String(found[0]), port: Number(found[1]) }
  }).catch((error: unknown) => {
    throw error instanceof Refusal && error.kind === 'master-name' ? error : new Refusal('sentinels', reasonOf(error))
  })
  const key = `${address.host}:${address.port}`
  const mapped = typeof natMap === 'function' ? natMap(key) : natMap?.[key]
  return probeNode({ ...master, ...(mapped ?? address) }, question, false)
}

/**
 * Asks the server once, with a time limit of its own: BullMQ and ioredis would retry a wrong password or
 * a wrong port for ever, and say so only in events. Rejects with what `reasonOf` can tell in words; answers
 * what the user should know all the same. Writes nothing.
 */
export function probeRedis(target: RedisTarget, question: Question): Promise<RedisNotice[]> {
  switch (target.kind) {
    case 'redis':
      return probeNode(target.options, question, false)
    case 'sentinel':
      return probeSentinel(target.options, question)
    case 'cluster':
      return firstOf(target.nodes, ({ host, port }) =>
        probeNode({ ...target.options.redisOptions, host, port }, question, true),
      )
  }
}
