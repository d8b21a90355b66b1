import type { RateLimit } from '../../contract/preferences.ts'
import type { BullQueue } from './job-mapping.ts'
import type { QueueLimits } from './job-queue.ts'

function positive(text: string | null | undefined): number | undefined {
  const value = Number(text ?? '')
  return Number.isFinite(value) && value > 0 ? value : undefined
}

export async function readLimits(queue: BullQueue): Promise<QueueLimits> {
  const backend = queue.getBackend()
  const [fields, paused, [active = 0]] = await Promise.all([
    backend.getQueueMetaFields(['max', 'duration', 'concurrency']),
    queue.isPaused(),
    backend.getCounts(['active']),
  ])
  const [max, durationMs, concurrency] = fields.map(positive)
  const limited = max !== undefined && durationMs !== undefined
  // Without a limit the question answers the window of whatever limit there was before.
  const ttl = limited ? await backend.getRateLimitTtl() : 0
  return {
    paused,
    ...(limited ? { rate: { max, durationMs } } : {}),
    rateLimitedMs: Math.max(0, ttl),
    ...(concurrency === undefined ? {} : { concurrency }),
    active,
  }
}

/** Sets BullMQ's global rate limit, which each worker asks for with each job it takes. */
export async function writeRateLimit(queue: BullQueue, limit: RateLimit | null): Promise<void> {
  if (limit === null) await queue.removeGlobalRateLimit()
  else await queue.setGlobalRateLimit(limit.max, limit.durationMs)
  // The running window has the length of the old limit: the new one begins now.
  await queue.removeRateLimitKey()
}
