import type { QueueTarget } from '../queue-config.ts'
import { redisPrefix } from '../redis-target.ts'
import { scanLimits, type Scanned, type ScanLimits } from './scan-limits.ts'
import { scanPostgres } from './scan-postgres.ts'
import { scanRedis } from './scan-redis.ts'

/** How a profile names its queue. */
export interface QueueNames {
  queueName: string
  prefix: string
}

/** The queues of BullMQ on a server, whoever made them. Writes nothing. Rejects UNAVAILABLE with one sentence. */
export function scanQueues(
  target: QueueTarget,
  { queueName, prefix }: QueueNames,
  limits: ScanLimits = scanLimits,
): Promise<Scanned> {
  if (target.kind === 'postgres') return scanPostgres(target, limits)
  return scanRedis(target, `${redisPrefix(target, prefix, queueName)}:${queueName}:meta`, limits)
}

/** Whether a queue that was found is the one that a profile names. */
export function isNamed(
  target: QueueTarget,
  found: { prefix?: string | undefined; name: string },
  { queueName, prefix }: QueueNames,
): boolean {
  if (found.name !== queueName) return false
  return target.kind === 'postgres' || found.prefix === redisPrefix(target, prefix, queueName)
}
