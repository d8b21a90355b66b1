import { Cluster, type Redis } from '../ioredis.ts'
import type { RedisTarget } from '../queue-config.ts'
import { limited } from '../limited.ts'
import { probeRedis } from '../redis-probe.ts'
import { RedisClients, type RedisClient } from '../redis-clients.ts'
import { redisLabel, tagged } from '../redis-target.ts'
import { createRetryPace } from '../retry-pace.ts'
import { reasonOf, refusedSentence, unavailable } from '../server-refusal.ts'
import { namesOf, sampleSize, versionOf, type Scanned, type ScanLimits, type ScannedQueue } from './scan-limits.ts'

/** Keys looked at in one go: small enough not to hold up the server. */
const batch = 1_000
const suffix = ':meta'

/** Fields of which BullMQ has at least one in the meta key of each queue, since its first version. */
const ownFields = ['version', 'opts.maxLenEvents', 'paused', 'concurrency', 'max'] as const

/** The name has no colon, the prefix may have some. */
function queueOf(metaKey: string): { prefix: string; name: string } | undefined {
  const key = metaKey.slice(0, -suffix.length)
  const colon = key.lastIndexOf(':')
  return colon < 1 || colon === key.length - 1 ? undefined : { prefix: key.slice(0, colon), name: key.slice(colon + 1) }
}

/** All names of the server that look like the meta key of a queue, until the time is up. */
async function metaKeys(nodes: Redis[], keys: Set<string>, limits: ScanLimits): Promise<boolean> {
  const until = performance.now() + limits.scanMs
  for (const node of nodes) {
    let cursor = '0'
    do {
      if (performance.now() > until || keys.size > limits.queues) return false
      const [next, found] = await limited(
        node.scan(cursor, 'MATCH', `*${suffix}`, 'COUNT', batch, 'TYPE', 'hash'),
        limits.answerMs,
      )
      for (const key of found) keys.add(key)
      cursor = next
    } while (cursor !== '0')
  }
  return true
}

async function read(client: RedisClient, metaKey: string): Promise<ScannedQueue | undefined> {
  const found = queueOf(metaKey)
  if (found === undefined) return undefined
  const [version = null, ...others] = await client.hmget(metaKey, ...ownFields)
  if (version === null && others.every((value) => value === null)) return undefined
  const key = (part: string): string => `${metaKey.slice(0, -suffix.length)}:${part}`
  const [wait, held, active, prioritized, delayed, children, completed, failed, paused] = await Promise.all([
    client.llen(key('wait')),
    client.llen(key('paused')),
    client.llen(key('active')),
    client.zcard(key('prioritized')),
    client.zcard(key('delayed')),
    client.zcard(key('waiting-children')),
    client.zcard(key('completed')),
    client.zcard(key('failed')),
    client.hexists(metaKey, 'paused'),
  ])
  const lists = ['wait', 'paused', 'active'].map((list) => client.lrange(key(list), -sampleSize, -1))
  const sets = ['prioritized', 'delayed', 'waiting-children', 'completed', 'failed'].map((set) =>
    client.zrange(key(set), -sampleSize, '-1'),
  )
  const ids = (await Promise.all([...lists, ...sets])).flat()
  const names = await Promise.all(ids.map((id) => client.hget(key(id), 'name')))
  return {
    ...found,
    counts: {
      waiting: wait + held + prioritized,
      delayed,
      'waiting-children': children,
      active,
      completed,
      failed,
    },
    paused: paused === 1,
    jobNames: namesOf(names),
    ...versionOf(version),
  }
}

/** Whether a key of the server may not be read, or has another form than BullMQ's: then it is left out. */
function isClosed(error: unknown): boolean {
  return error instanceof Error && /^(NOPERM|WRONGTYPE)/.test(error.message)
}

async function look(client: RedisClient, limits: ScanLimits): Promise<Scanned> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client]
  const keys = new Set<string>()
  const whole = await metaKeys(nodes, keys, limits)
  // Scripts of BullMQ need all keys of a queue on one node.
  const usable = [...keys].sort().filter((key) => !(client instanceof Cluster) || tagged(key))
  const queues: ScannedQueue[] = []
  let closed = 0
  for (const key of usable.slice(0, limits.queues)) {
    try {
      const queue = await limited(read(client, key), limits.answerMs)
      if (queue !== undefined) queues.push(queue)
    } catch (error) {
      if (!isClosed(error)) throw error
      if (error instanceof Error && error.message.startsWith('NOPERM')) closed += 1
    }
  }
  if (usable.length > limits.queues) return { queues, cut: `Only ${limits.queues} queues are shown; there are more.` }
  if (!whole) {
    const seconds = limits.scanMs / 1000
    return {
      queues,
      cut: `The server has so many keys that looking ended after ${seconds} s; there may be more queues.`,
    }
  }
  if (closed === 0) return { queues }
  return { queues, cut: `The user of the profile may not read ${closed} further ${closed === 1 ? 'queue' : 'queues'}.` }
}

/**
 * Looks for queues over a connection of its own, with commands that only read; on a cluster on each master.
 * `key` is of the profile's own queue: what is denied there is said in the same words as at a start.
 */
export async function scanRedis(target: RedisTarget, key: string, limits: ScanLimits): Promise<Scanned> {
  const { answerMs } = limits
  const label = redisLabel(target)
  const clients = new RedisClients(target, { answerMs, pace: createRetryPace() })
  try {
    await probeRedis(target, { key, timeoutMs: answerMs })
    const client = clients.open({ patient: false, silenceMs: answerMs, lazy: true })
    await limited(client.connect(), answerMs)
    return await look(client, limits)
  } catch (error) {
    throw refusedSentence('redis', label, error) ?? unavailable('redis', label, reasonOf(error), error)
  } finally {
    clients.endAll()
  }
}
