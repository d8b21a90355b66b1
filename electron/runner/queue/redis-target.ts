import type { RedisTarget } from './queue-config.ts'

function placeOf({ host, port }: { host?: string | undefined; port?: number | undefined }, standard: number): string {
  const name = host ?? '127.0.0.1'
  return `${name.includes(':') ? `[${name}]` : name}:${port ?? standard}`
}

function numbered(place: string, db: number | undefined): string {
  return db === undefined || db === 0 ? place : `${place}/${db}`
}

/** Where it is, for sentences; never a secret. */
export function redisLabel(target: RedisTarget): string {
  if (target.way !== undefined) return target.way.place
  if (target.kind === 'cluster') return target.nodes.map((node) => placeOf(node, 6379)).join(', ')
  const { options } = target
  if (target.kind === 'redis') return numbered(options.path ?? placeOf(options, 6379), options.db)
  const sentinels = (options.sentinels ?? []).map((sentinel) => placeOf(sentinel, 26_379)).join(', ')
  return `${numbered(options.name ?? '', options.db)} (sentinels ${sentinels})`
}

/** Whether a cluster keeps the key where all others with the same hash tag are. */
export function tagged(key: string): boolean {
  return /\{[^}]+\}/.test(key)
}

/**
 * A cluster keeps together what has the same hash tag, and BullMQ's scripts need all keys of a queue together. Of a
 * queue that another program made, the name may have the tag.
 */
export function redisPrefix(target: RedisTarget, prefix: string, queueName: string): string {
  return target.kind !== 'cluster' || tagged(prefix) || tagged(queueName) ? prefix : `{${prefix}}`
}
