import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis'
import type { RedisTarget } from './queue-config.ts'

/** All that Toril and BullMQ ask of Redis can be asked of either. */
export type RedisClient = Redis | Cluster

/** BullMQ reads replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

export interface ClientHabits {
  /** Keeps what it is told until the server is back. Otherwise it refuses at once, and keeps nothing for later. */
  patient: boolean
  /** An open question without any answer for so long breaks the connection off: its other end vanished without a word. */
  silenceMs: number
  /** Connects only when told to. */
  lazy?: boolean
  /** False for one that subscribes anew by its own hand. */
  resubscribes?: boolean
}

/** Time between two tries of one connection: quick at first, so that a short outage stays short. */
function retryDelay(times: number): number {
  return Math.min(times * 100, 2_000)
}

/** A replica that was the master a moment ago: only another connection finds the new one. */
function isDemoted(error: Error): boolean {
  return error.message.includes('READONLY')
}

function nodeOptions({ patient, silenceMs, resubscribes }: ClientHabits, answerMs: number): LegacyOptions {
  return {
    replyMapping: 'legacy',
    connectTimeout: answerMs,
    keepAlive: 10_000,
    socketTimeout: silenceMs,
    maxRetriesPerRequest: patient ? null : 0,
    // 2: asks again once it is connected anew. 1: only connects anew.
    reconnectOnError: (error) => (isDemoted(error) ? (patient ? 2 : 1) : false),
    autoResubscribe: resubscribes !== false,
  }
}

function openSingle(options: RedisOptions, habits: ClientHabits, answerMs: number): Redis {
  const all: LegacyOptions = {
    ...options,
    ...nodeOptions(habits, answerMs),
    ...(options.sentinels === undefined ? {} : sentinelOptions(options, answerMs)),
    retryStrategy: retryDelay,
    enableOfflineQueue: habits.patient,
    lazyConnect: habits.lazy === true,
  }
  return new Redis(all)
}

function sentinelOptions({ tls }: RedisOptions, answerMs: number) {
  return {
    // Without a number here a connection that finds no sentinel once never tries again.
    sentinelRetryStrategy: retryDelay,
    sentinelCommandTimeout: answerMs,
    // Without it ioredis leaves `tls` aside.
    enableTLSForSentinelMode: tls !== undefined,
  } satisfies RedisOptions
}

/** After a failover the slots of a dead master have another one within seconds; so long a patient client asks again. */
const patientRedirections = 1_000_000

function openCluster(target: Extract<RedisTarget, { kind: 'cluster' }>, habits: ClientHabits, answerMs: number) {
  const { nodes, options } = target
  const all: ClusterOptions & { redisOptions: { replyMapping: 'legacy' } } = {
    // Names stay names: a certificate is for a name.
    dnsLookup: (address, callback) => callback(null, address),
    ...options,
    redisOptions: { ...options.redisOptions, ...nodeOptions(habits, answerMs) },
    clusterRetryStrategy: retryDelay,
    slotsRefreshTimeout: answerMs,
    retryDelayOnMoved: 10,
    ...(habits.patient ? { maxRedirections: patientRedirections } : {}),
    enableOfflineQueue: habits.patient,
    lazyConnect: habits.lazy === true,
  }
  return new Cluster([...nodes], all)
}

/** Every connection to one Redis is made here, those that BullMQ makes after the example of another included. */
export class RedisClients {
  readonly #target: RedisTarget
  readonly #answerMs: number
  readonly #open = new Set<RedisClient>()

  constructor(target: RedisTarget, answerMs: number) {
    this.#target = target
    this.#answerMs = answerMs
  }

  open(habits: ClientHabits): RedisClient {
    const target = this.#target
    const client =
      target.kind === 'cluster'
        ? openCluster(target, habits, this.#answerMs)
        : openSingle(target.options, habits, this.#answerMs)
    return this.#keep(client)
  }

  /** Ends a connection; one that BullMQ made ends with what it was made for. */
  end(client: RedisClient): void {
    this.#open.delete(client)
    client.disconnect()
  }

  endAll(): void {
    for (const client of this.#open) this.end(client)
  }

  #keep<Client extends RedisClient>(client: Client): Client {
    this.#open.add(client)
    // Whoever uses the client hears of its errors; unheard, ioredis would write them to the console.
    client.on('error', () => undefined)
    this.#followCopies(client)
    return client
  }

  /** BullMQ copies a client for its blocking reads; a copy of one that waits to be told must not wait itself. */
  #followCopies(client: RedisClient): void {
    if (client instanceof Redis) {
      const copy = client.duplicate.bind(client)
      client.duplicate = (override) => this.#keep(copy({ ...override, lazyConnect: false }))
    } else {
      const copy = client.duplicate.bind(client)
      client.duplicate = (nodes, override) => this.#keep(copy(nodes, { ...override, lazyConnect: false }))
    }
  }
}
