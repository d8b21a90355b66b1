import { randomUUID } from 'node:crypto'
import { Cluster, type Redis } from './ioredis.ts'
import {
  createUnpacker,
  lineCheckMs,
  packText,
  type NoteStore,
  type RelayLine,
  type RelayLineParts,
} from './relay-line.ts'
import { TorilError } from '../../contract/errors.ts'
import { reasonOf } from './server-refusal.ts'

/** Redis drops a subscriber that has more than 8 MB outstanding for a minute; messages stay far below. */
const messageBytes = 1_000_000

export interface RedisRelayParts extends RelayLineParts {
  /** Below the queue's own keys: the access rights and the slot of the queue are enough for the notes. */
  queueKey: string
  /** Subscribes, so it can be used for nothing else. Not yet connected; must not subscribe again by itself. */
  subscriber: Redis
  publisher: Redis | Cluster
}

const publishOnRedis = "return redis.call('PUBLISH', ARGV[1], ARGV[2])"

/**
 * A cluster's client publishes by way of any node, and two nodes may be heard in another order than they were told in.
 * A script goes to the node of its key, so all that one runner says takes one way.
 */
function publish(publisher: Redis | Cluster, queueKey: string, channel: string, message: string): Promise<unknown> {
  if (publisher instanceof Cluster) return publisher.eval(publishOnRedis, 1, queueKey, channel, message)
  return publisher.publish(channel, message)
}

/** What Redis says of a right that is missing, to a command, and to one inside a script (7, and before). */
const denialWords = /NOPERM|ACL failure in script|executing the script can't/

/** Notes as keys that Redis lets expire. */
export function openRedisNotes(client: Redis | Cluster, queueKey: string): NoteStore {
  const keyOf = (key: string): string => `${queueKey}:toril:note:${key}`
  return {
    async put(key, text, ttlMs) {
      await client.set(keyOf(key), text, 'PX', ttlMs)
    },
    async get(key) {
      return (await client.get(keyOf(key))) ?? undefined
    },
    async remove(key) {
      await client.del(keyOf(key))
    },
  }
}

/** Pub/sub: one channel for all runners of the queue, one for each. A cluster passes them on between its nodes. */
export function openRedisRelay(parts: RedisRelayParts): RelayLine {
  const { subscriber, publisher, notes, report } = parts
  const all = `${parts.queueKey}:toril:relay`
  const channelOf = (id: string): string => `${all}:${id}`
  const unpack = createUnpacker(notes, parts.onText, report)
  let closed = false
  let listening = false
  let told = false
  /** Since when the user may not speak, epoch ms; 0 as far as is known it may. */
  let deniedAt = 0

  function denied(): TorilError {
    const message = `Other runners cannot be reached: the user of Redis may not use its channels. Allow it &${all}* and +@pubsub.`
    return new TorilError('RUNNER_SILENT', message)
  }

  /** Undefined unless the user lacks the right. Said once: the runner goes on without, and looks whether it was given. */
  function denialOf(error: unknown): TorilError | undefined {
    if (!(error instanceof Error) || !denialWords.test(error.message)) return undefined
    const denial = denied()
    if (!told) report(denial.message)
    told = true
    return denial
  }

  async function listen(): Promise<void> {
    try {
      await subscriber.subscribe(all, channelOf(parts.id))
      listening = true
      if (!closed) parts.onListening()
    } catch (error) {
      if (closed || subscriber.status !== 'ready' || denialOf(error) !== undefined) return
      report(`Other runners cannot be heard on Redis: ${reasonOf(error)}.`)
    }
  }

  subscriber.on('message', (_channel: string, message: string) => unpack(message))
  subscriber.on('ready', () => void listen())
  subscriber.on('close', () => (listening = false))
  // The queue's own connection tells of an outage.
  subscriber.on('error', () => undefined)
  if (subscriber.status === 'wait') subscriber.connect().catch(() => undefined)
  // Without a question now and then the end of a silent connection would not be noticed.
  const check = setInterval(() => {
    if (subscriber.status !== 'ready') return
    if (listening) subscriber.ping().catch(() => undefined)
    else void listen()
  }, lineCheckMs)
  check.unref()

  return {
    async send(to, text) {
      if (Date.now() - deniedAt < lineCheckMs) throw denied()
      const message = await packText(text, messageBytes, notes, randomUUID)
      try {
        await publish(publisher, parts.queueKey, to === undefined ? all : channelOf(to), message)
      } catch (error) {
        const denial = denialOf(error)
        if (denial !== undefined) deniedAt = Date.now()
        throw denial ?? error
      }
    },
    close() {
      closed = true
      clearInterval(check)
      subscriber.disconnect()
      return Promise.resolve()
    },
  }
}
