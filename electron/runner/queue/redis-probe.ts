import type { RedisOptions } from 'ioredis'
import type { HostPort } from '../../contract/connection-profile.ts'
import { announcedError, mappedPlace, masterOfKey, slotRanges } from './cluster-slots.ts'
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
export async function withSpeech<T>(options: RedisOptions, timeoutMs: number, work: Promise<T>): Promise<T> {
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
  return /ECONNRESET|EPIPE|ETIMEDOUT|EPROTO|ERR_SSL|timed out|Socket timeout|Connection is closed|Protocol error|closed/.test(
    text,
  )
}

/** Reads what BullMQ will ask too, and a key of the queue by way of a script: so what is denied is said at the start. */
async function askNode(client: Redis, key: string, wanted: { cluster: boolean; key: boolean }) {
  const info = readInfo(await client.info())
  const version = versionRefusal(info.text)
  if (version !== undefined) throw new Refusal('version', version)
  if (wanted.cluster && !info.isCluster) throw new Refusal('no-cluster')
  if (!wanted.cluster && info.isCluster) throw new Refusal('is-cluster')
  if (!wanted.cluster && info.isReplica) throw new Refusal('replica')
  // A node of a cluster answers only for its own slots.
  if (wanted.key) await client.eval("return redis.call('EXISTS', KEYS[1])", 1, key)
  return info.notices
}

function probeNode(options: RedisOptions, { key, timeoutMs }: Question, cluster: boolean): Promise<RedisNotice[]> {
  const work = once(options, timeoutMs, (client) => askNode(client, key, { cluster, key: true }))
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

/**
 * Where a sentinel says the master is. Asks all that ioredis will ask it: what is denied to the user then would keep
 * it from connecting, without a word.
 */
export async function askSentinel(client: Redis, name: string): Promise<HostPort> {
  const found = await client.call('SENTINEL', 'get-master-addr-by-name', name)
  if (!Array.isArray(found)) throw new Refusal('master-name', name)
  await client.call('SENTINEL', 'sentinels', name)
  return { host: String(found[0]), port: Number(found[1]) }
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
    return withSpeech(
      place,
      timeoutMs,
      once(place, timeoutMs, (client) => askSentinel(client, name)),
    )
  }).catch((error: unknown) => {
    throw error instanceof Refusal && error.kind === 'master-name' ? error : new Refusal('sentinels', reasonOf(error))
  })
  return probeNode({ ...master, ...mappedPlace({ natMap }, address) }, question, false)
}

/** A seed, and the master of the queue at the address that the cluster announces: that is where ioredis will look for it. */
async function probeCluster(
  target: Extract<RedisTarget, { kind: 'cluster' }>,
  question: Question,
): Promise<RedisNotice[]> {
  const { nodes, options } = target
  const { key, timeoutMs } = question
  const home = await firstOf(nodes, (seed) => {
    const access = { ...options.redisOptions, ...seed }
    const asked = once(access, timeoutMs, async (client) => {
      await askNode(client, key, { cluster: true, key: false })
      return masterOfKey(await slotRanges(client, seed.host), key)
    })
    return withSpeech(access, timeoutMs, asked)
  })
  if (home === undefined) throw new Error('CLUSTERDOWN')
  try {
    return await probeNode({ ...options.redisOptions, ...mappedPlace(options, home) }, question, true)
  } catch (error) {
    throw announcedError(target, home, error)
  }
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
      return probeCluster(target, question)
  }
}
