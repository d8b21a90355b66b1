import { randomUUID } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import {
  createUnpacker,
  lineCheckMs,
  packText,
  type NoteStore,
  type RelayLine,
  type RelayLineParts,
} from './relay-line.ts'
import { reasonOf } from './server-refusal.ts'

/** Redis drops a subscriber that has more than 8 MB outstanding for a minute; messages stay far below. */
const messageBytes = 1_000_000

export interface RedisRelayParts extends RelayLineParts {
  /** Below the queue's own keys: the access rights and the slot of the queue are enough for the notes. */
  queueKey: string
  /** Subscribes, so it can be used for nothing else. Not yet connected; must not subscribe again by itself. */
  subscriber: Redis | Cluster
  publisher: Redis | Cluster
}

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

  async function listen(): Promise<void> {
    try {
      await subscriber.subscribe(all, channelOf(parts.id))
      if (!closed) parts.onListening()
    } catch (error) {
      if (closed || subscriber.status !== 'ready') return
      const what = `Other runners cannot be heard on Redis: ${reasonOf(error)}.`
      const needs = `Allow the user the channels ${all}* and the commands of @pubsub.`
      report(error instanceof Error && error.message.includes('NOPERM') ? `${what} ${needs}` : what)
    }
  }

  subscriber.on('message', (_channel: string, message: string) => unpack(message))
  subscriber.on('ready', () => void listen())
  // The queue's own connection tells of an outage.
  subscriber.on('error', () => undefined)
  if (subscriber.status === 'wait') subscriber.connect().catch(() => undefined)
  // Without a question now and then the end of a silent connection would not be noticed.
  const check = setInterval(() => {
    if (subscriber.status === 'ready') subscriber.ping().catch(() => undefined)
  }, lineCheckMs)
  check.unref()

  return {
    async send(to, text) {
      const message = await packText(text, messageBytes, notes, randomUUID)
      await publisher.publish(to === undefined ? all : channelOf(to), message)
    },
    close() {
      closed = true
      clearInterval(check)
      subscriber.disconnect()
      return Promise.resolve()
    },
  }
}
