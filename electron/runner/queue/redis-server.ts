import { createRedisBackend, type BackendFactory, type ConnectionOptions } from 'bullmq'
import { chooseOnRedis } from './choose-redis.ts'
import { openRedisFinished } from './finished-redis.ts'
import { keepLimitsOnRedis } from './keep-limits.ts'
import { limited } from './limited.ts'
import { openRedisPresence } from './presence-redis.ts'
import type { RedisTarget } from './queue-config.ts'
import type { ConnectionHint, QueueServer } from './queue-server.ts'
import { connectAnew, connectNow, RedisClients, type RedisClient } from './redis-clients.ts'
import { readInfo } from './redis-info.ts'
import { isRedisOutage, isRedisSilence } from './redis-outage.ts'
import { probeRedis } from './redis-probe.ts'
import { redisLabel, redisPrefix } from './redis-target.ts'
import { dropRedisLocks } from './release-dead.ts'
import { openRedisNotes, openRedisRelay } from './relay-redis.ts'
import type { RetryPace } from './retry-pace.ts'
import { reasonOnWay, Refusal, unavailable } from './server-refusal.ts'
import { takeOverOnRedis } from './take-over.ts'
import type { WantedJobs } from './wanted-jobs.ts'

/** A start waits for the connection so many times as long as for an answer: it asks several servers, or one several things. */
const connectTries = 3
/** BullMQ's blocking reads are answered after 10 s at the latest. */
const patientMs = 30_000

/** BullMQ's score of a delayed job: its time in ms, times this, plus a number that keeps the order within one ms. */
const scoreFactor = 0x1000

export interface RedisServerConfig {
  target: RedisTarget
  /** Below its keys nothing is written to find out how the server stands. */
  queueName: string
  prefix: string
  readOnly: boolean
  answerMs: number
  pace: RetryPace
}

/** Connects to Redis. Rejects UNAVAILABLE with one sentence that says what to do. */
export async function openRedisServer(config: RedisServerConfig): Promise<QueueServer> {
  const { target, answerMs, pace } = config
  const label = redisLabel(target)
  const prefix = redisPrefix(target, config.prefix, config.queueName)
  const key = `${prefix}:${config.queueName}:meta`
  const trouble = () => target.way?.trouble()
  const probe = () => probeRedis(target, { key, timeoutMs: answerMs })
  const notices = await probe().catch((error: unknown) => {
    throw unavailable('redis', label, reasonOnWay(trouble(), error), error)
  })
  const clients = new RedisClients(target, { answerMs, pace })
  const client = clients.open({ patient: false, silenceMs: answerMs, lazy: true })
  keepLimitsOnRedis(client)
  const listeners = new Set<(hint: ConnectionHint) => void>()
  const tell = (hint: ConnectionHint): void => {
    for (const listener of listeners) listener(hint)
  }
  let lastError: Error | undefined
  /** The last try met a replica: the address, or the sentinels, may name another server by now. */
  let onReplica = false
  client.on('error', (error: Error) => (lastError = error))
  client.on('ready', () => {
    lastError = undefined
    tell({ up: true })
  })
  // One node of a cluster is gone: whether it is that of the queue, a look will tell.
  client.on('-node', () => tell({ up: 'unsure' }))
  client.on('close', () => tell({ up: false, ...(lastError === undefined ? {} : { error: lastError }) }))
  try {
    await limited(client.connect(), connectTries * answerMs)
  } catch (error) {
    clients.endAll()
    throw unavailable('redis', label, reasonOnWay(trouble(), lastError ?? error), error)
  }

  /** BullMQ leaves open what it was given, and reads blockingly over a copy of it. */
  const patiently: BackendFactory = (name, opts, extra) => patientBackend(name, opts, extra)

  function patientBackend(...[name, opts, extra, wanted]: [...Parameters<BackendFactory>, WantedJobs?]) {
    const copied = extra?.blocking === true
    const given = clients.open({ patient: true, silenceMs: patientMs, lazy: copied })
    const choice = wanted === undefined ? undefined : chooseOnRedis(given, wanted)
    const backend = createRedisBackend(name, withPrefix(opts, prefix, given), extra)
    choice?.waitOn(backend)
    const close = backend.close.bind(backend)
    backend.close = async (force) => {
      try {
        await close(force)
      } finally {
        clients.end(given)
      }
    }
    return backend
  }

  return {
    backend: 'redis',
    label,
    notices,
    tellsOfRemoval: true,
    putsBackBehind: false,
    asking: (name, opts, extra) => createRedisBackend(name, withPrefix(opts, prefix, client), extra),
    working: (wanted) => (name, opts, extra) => patientBackend(name, opts, extra, wanted),
    listening: patiently,
    async ping() {
      // Any node of a cluster answers a ping, also when that of the queue is away.
      await (target.kind === 'cluster' ? client.exists(key) : client.ping())
    },
    trouble,
    async reach() {
      try {
        await (onReplica ? connectAnew(client) : connectNow(client))
      } catch (error) {
        // Of sentinels and nodes ioredis says only that none could be used.
        if (target.kind !== 'redis') await probe()
        throw error
      }
      onReplica = target.kind !== 'cluster' && (await isReplica(client))
      if (onReplica) throw new Refusal('replica')
    },
    wake: ({ silent }) => clients.wake(silent),
    isSilence: isRedisSilence,
    isOutage: isRedisOutage,
    isLostRace: () => false,
    async dueTimes(queueName, ids) {
      const delayed = `${prefix}:${queueName}:delayed`
      const scores = await Promise.all(ids.map((id) => client.zscore(delayed, id)))
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
    async holds(queueName) {
      const parts = [
        'meta',
        'id',
        'wait',
        'active',
        'delayed',
        'prioritized',
        'waiting-children',
        'completed',
        'failed',
      ]
      const keys = [...parts, 'events', 'repeat'].map((part) => `${prefix}:${queueName}:${part}`)
      return (await client.exists(...keys)) > 0
    },
    finished: (queueName) => openRedisFinished(client, `${prefix}:${queueName}`),
    onHint(listener) {
      listeners.add(listener)
    },
    dropLocks: (queueName, runnerId) => dropRedisLocks(client, `${prefix}:${queueName}`, runnerId),
    takeOver: (queueName, takeOver) => takeOverOnRedis(client, `${prefix}:${queueName}`, takeOver),
    notes: (queueName) => Promise.resolve(openRedisNotes(client, `${prefix}:${queueName}`)),
    relay(parts) {
      const subscriber = clients.openSubscriber(client, patientMs)
      const queueKey = `${prefix}:${parts.queueName}`
      return openRedisRelay({ ...parts, queueKey, subscriber, publisher: client })
    },
    presence: (queueName, ttlMs) =>
      Promise.resolve(openRedisPresence(client, `${prefix}:${queueName}`, ttlMs, config.readOnly)),
    close() {
      clients.endAll()
      return Promise.resolve()
    },
  }
}

/** A replica answers every ping. One that may not be asked is not known to be one: the ping that follows decides. */
async function isReplica(client: RedisClient): Promise<boolean> {
  const info = await client.info('replication').catch(() => '')
  return readInfo(info).isReplica
}

/** The prefix is no option of every backend, so BullMQ's type of a factory leaves it out. */
function withPrefix<T extends object>(opts: T, prefix: string, connection: RedisClient) {
  return { ...opts, prefix, connection: connection as ConnectionOptions }
}
