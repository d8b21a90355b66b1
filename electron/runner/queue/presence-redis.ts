import type { Json } from '../../contract/json.ts'
import type { PresenceStore, PresentRunner } from './presence.ts'
import type { RedisClient } from './redis-clients.ts'

/**
 * One key a runner, which Redis itself lets expire, and a set of their ids. All below the queue's own
 * keys, so the access rights and the cluster slot of the queue are enough.
 */
export function openRedisPresence(
  client: RedisClient,
  queueKey: string,
  ttlMs: number,
  readOnly: boolean,
): PresenceStore {
  const index = `${queueKey}:toril:runners`
  const keyOf = (id: string): string => `${queueKey}:toril:runner:${id}`

  return {
    async put(id, record) {
      await client.multi().set(keyOf(id), JSON.stringify(record), 'PX', ttlMs).sadd(index, id).exec()
    },
    async list() {
      const ids = await client.smembers(index)
      if (ids.length === 0) return []
      const keys = ids.map(keyOf)
      const [records, lifetimes] = await Promise.all([
        client.mget(keys),
        Promise.all(keys.map((key) => client.pttl(key))),
      ])
      const gone = ids.filter((_, position) => records[position] === null)
      if (gone.length > 0 && !readOnly) await client.srem(index, gone)
      return ids.flatMap((id, position): PresentRunner[] => {
        const text = records[position]
        const left = lifetimes[position] ?? -1
        if (text === null || text === undefined || left < 0) return []
        // What is left to live tells when it was said, whatever the clocks of the machines say.
        return [{ id, record: JSON.parse(text) as Json, lastSeenAt: Date.now() - (ttlMs - left) }]
      })
    },
    async remove(id) {
      await client.multi().del(keyOf(id)).srem(index, id).exec()
    },
  }
}
