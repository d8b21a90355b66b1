import type { ClusterOptions, RedisOptions } from 'ioredis'
import { Cluster, Redis } from './ioredis.ts'
import { knownToBullmq } from './known-to-bullmq.ts'
import type { RedisTarget } from './queue-config.ts'
import { isRedisOutage } from './redis-outage.ts'
import type { RetryPace } from './retry-pace.ts'

/** All that Toril and BullMQ ask of Redis can be asked of either. */
export type RedisClient = Redis | Cluster

type ClusterTarget = Extract<RedisTarget, { kind: 'cluster' }>

/** BullMQ reads replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

export interface ClientsConfig {
  answerMs: number
  /** When a connection that broke tries again. */
  pace: RetryPace
}

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

function openSingle(options: RedisOptions, habits: ClientHabits, { answerMs, pace }: ClientsConfig): Redis {
  const all: LegacyOptions = {
    ...options,
    ...nodeOptions(habits, answerMs),
    ...(options.sentinels === undefined ? {} : sentinelOptions(options, answerMs, pace)),
    retryStrategy: pace.follow,
    enableOfflineQueue: habits.patient,
    lazyConnect: habits.lazy === true,
  }
  return new Redis(all)
}

function sentinelOptions({ tls }: RedisOptions, answerMs: number, pace: RetryPace) {
  return {
    // Without a number here a connection that finds no sentinel once never tries again. It cannot be hurried either.
    sentinelRetryStrategy: (times) => Math.min(pace.follow(times), 2_000),
    sentinelCommandTimeout: answerMs,
    // Without it ioredis leaves `tls` aside.
    enableTLSForSentinelMode: tls !== undefined,
  } satisfies RedisOptions
}

/** After a failover the slots of a dead master have another one within seconds; so long a patient client asks again. */
const patientRedirections = 1_000_000

function openCluster(target: ClusterTarget, habits: ClientHabits, { answerMs, pace }: ClientsConfig): Cluster {
  const { nodes, options } = target
  const all: ClusterOptions & { redisOptions: { replyMapping: 'legacy' } } = {
    // Names stay names: a certificate is for a name.
    dnsLookup: (address, callback) => callback(null, address),
    ...options,
    redisOptions: { ...options.redisOptions, ...nodeOptions(habits, answerMs) },
    clusterRetryStrategy: pace.follow,
    slotsRefreshTimeout: answerMs,
    retryDelayOnMoved: 10,
    ...(habits.patient ? { maxRedirections: patientRedirections } : {}),
    enableOfflineQueue: habits.patient,
    lazyConnect: habits.lazy === true,
  }
  return new Cluster([...nodes], all)
}

/**
 * One connection to one node of a cluster, and to another whenever it breaks. For subscribing: the nodes pass on to
 * each other what is published. The client of a cluster would change nodes too, but tells nobody.
 */
function openWandering(target: ClusterTarget, among: RedisClient, habits: ClientHabits, config: ClientsConfig): Redis {
  const choose = (): Pick<RedisOptions, 'host' | 'port'> => {
    const known: Pick<RedisOptions, 'host' | 'port'>[] =
      among instanceof Cluster ? among.nodes().map((node) => node.options) : []
    const { host, port } = sample(known.length > 0 ? known : target.nodes) ?? {}
    return { ...(host === undefined ? {} : { host }), ...(port === undefined ? {} : { port }) }
  }
  const client = openSingle({ ...target.options.redisOptions, ...choose() }, habits, config)
  // Read anew for every connection.
  client.on('close', () => Object.assign(client.options, choose()))
  // One that the cluster left behind would hear nothing any more and not notice.
  among.on('-node', ({ options: { host, port } }: Redis) => {
    const own = client.options.host === host && client.options.port === port
    if (own && client.status === 'ready') client.disconnect(true)
  })
  return client
}

function sample<T>(list: readonly T[]): T | undefined {
  return list[Math.floor(Math.random() * list.length)]
}

/** Connects at once where the client waits for its turn. */
function hurry(client: RedisClient): void {
  if (client.status !== 'reconnecting') return
  // Left alone, the timer would connect it once more, even after it has been ended.
  clearTimeout(Reflect.get(client, 'reconnectTimeout') as NodeJS.Timeout | undefined)
  client.connect().catch(() => undefined)
}

/** A single connection that is being made may wait for an answer as well: it would for the whole of its silence. */
function mayLeadNowhere(client: RedisClient): boolean {
  return client.status === 'ready' || (client instanceof Redis && /^connect(ing)?$/.test(client.status))
}

/** Connects at once and resolves when the client is ready; rejects with the reason why it is not. */
export async function connectNow(client: RedisClient): Promise<void> {
  hurry(client)
  if (client.status === 'ready') return
  await new Promise<void>((resolve, reject) => {
    let reason: Error | undefined
    const settle = (error?: Error): void => {
      client.off('ready', onReady)
      client.off('close', onClose)
      client.off('error', onError)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onReady = (): void => settle()
    // Only after it can the client be told to connect again.
    const onClose = (): void => settle(reason ?? new Error('Connection is closed.'))
    const onError = (error: Error): void => {
      reason = error
      // Without a sentinel that answers there is no connection that could close.
      if (error.message.includes('sentinels are unreachable')) settle(error)
    }
    client.on('ready', onReady)
    client.on('close', onClose)
    client.on('error', onError)
  })
}

/** As `connectNow`, over another connection than the one that stands. */
export async function connectAnew(client: RedisClient): Promise<void> {
  if (client.status === 'ready') {
    const closed = new Promise((resolve) => client.once('close', resolve))
    client.disconnect(true)
    await closed
  }
  await connectNow(client)
}

/** What of a command of ioredis is needed here. */
interface Asked {
  reject(error: unknown): void
}

/**
 * A connection that is refused, for a wrong password or for want of room, rejects all that was kept for it. For a
 * worker that is no answer.
 */
function tellOutagesToBullmq(client: RedisClient): void {
  const sending = client as { sendCommand(asked: Asked, ...more: unknown[]): unknown }
  const send = sending.sendCommand.bind(client)
  const seen = new WeakSet<Asked>()
  // Sent again by ioredis itself, a command comes by here once more.
  sending.sendCommand = (asked, ...more) => {
    if (!seen.has(asked)) {
      seen.add(asked)
      const reject = asked.reject.bind(asked)
      asked.reject = (error) => reject(error instanceof Error && isRedisOutage(error) ? knownToBullmq(error) : error)
    }
    return send(asked, ...more)
  }
}

/** Every connection to one Redis is made here, those that BullMQ makes after the example of another included. */
export class RedisClients {
  readonly #target: RedisTarget
  readonly #config: ClientsConfig
  readonly #open = new Set<RedisClient>()

  constructor(target: RedisTarget, config: ClientsConfig) {
    this.#target = target
    this.#config = config
  }

  open(habits: ClientHabits): RedisClient {
    const target = this.#target
    const client =
      target.kind === 'cluster'
        ? openCluster(target, habits, this.#config)
        : openSingle(target.options, habits, this.#config)
    return this.#keep(client, habits.patient)
  }

  /** For subscribing, and nothing else. `asking`: the client that knows the nodes of a cluster. */
  openSubscriber(asking: RedisClient, silenceMs: number): Redis {
    const habits: ClientHabits = { patient: true, silenceMs, lazy: true, resubscribes: false }
    const target = this.#target
    const client =
      target.kind === 'cluster'
        ? openWandering(target, asking, habits, this.#config)
        : openSingle(target.options, habits, this.#config)
    return this.#keep(client)
  }

  /** Ends a connection; one that BullMQ made ends with what it was made for. */
  end(client: RedisClient): void {
    this.#open.delete(client)
    client.disconnect()
  }

  /** Those that wait for their turn connect at once; with `anew` also those that seem to be connected, or about to. */
  wake(anew: boolean): void {
    for (const client of this.#open) {
      if (anew && mayLeadNowhere(client)) client.disconnect(true)
      else hurry(client)
    }
  }

  endAll(): void {
    for (const client of this.#open) this.end(client)
  }

  #keep<Client extends RedisClient>(client: Client, patient = false): Client {
    this.#open.add(client)
    if (patient) tellOutagesToBullmq(client)
    // Whoever uses the client hears of its errors; unheard, ioredis would write them to the console.
    client.on('error', () => undefined)
    this.#followCopies(client, patient)
    return client
  }

  /** BullMQ copies a client for its blocking reads; a copy of one that waits to be told must not wait itself. */
  #followCopies(client: RedisClient, patient: boolean): void {
    if (client instanceof Redis) {
      const copy = client.duplicate.bind(client)
      client.duplicate = (override) => this.#keep(copy({ ...override, lazyConnect: false }), patient)
    } else {
      const copy = client.duplicate.bind(client)
      client.duplicate = (nodes, override) => this.#keep(copy(nodes, { ...override, lazyConnect: false }), patient)
    }
  }
}
