import type { IQueueBackend } from 'bullmq'
import type { RedisClient } from './redis-clients.ts'
import type { Pool } from 'pg'
import { takeInLua, takerName } from './taker-mark.ts'

/**
 * Gives the jobs of a runner that is dead back to wait, by BullMQ's own way for jobs without a live runner:
 * so each is counted as stalled once more, and one that takes every runner with it ends. Its locks are
 * dropped first, and the check for such jobs is due at once. Jobs of others keep their locks, so the check
 * leaves them alone.
 */
export async function releaseJobsOf(
  runnerId: string,
  dropLocks: (runnerId: string) => Promise<string[]>,
  backend: IQueueBackend,
): Promise<string[]> {
  const ids = await dropLocks(runnerId)
  if (ids.length > 0) await backend.moveStalledJobsToWait()
  return ids
}

/** In one step, so that a job which somebody takes meanwhile is not touched: `pb` is who took it last; see taker-mark.ts. */
const dropOnRedis = `${takeInLua.last}
local dropped = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local job = ARGV[1] .. id
  if redis.call('HGET', job, 'pb') == ARGV[2] .. torilLastTake(job) then
    redis.call('DEL', job .. ':lock')
    redis.call('SADD', KEYS[2], id)
    table.insert(dropped, id)
  end
end
if #dropped > 0 then redis.call('DEL', KEYS[3]) end
return dropped`

export async function dropRedisLocks(client: RedisClient, queueKey: string, runnerId: string): Promise<string[]> {
  const keys = [`${queueKey}:active`, `${queueKey}:stalled`, `${queueKey}:stalled-check`]
  return (await client.eval(dropOnRedis, keys.length, ...keys, `${queueKey}:`, takerName(runnerId))) as string[]
}

export async function dropPostgresLocks(pool: Pool, queueName: string, runnerId: string): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `UPDATE job SET locked_until_ms = 0, stalled_marked = true
     WHERE queue = $1 AND state = 'active' AND processed_by = $2 RETURNING id`,
    [queueName, takerName(runnerId)],
  )
  if (rows.length > 0) await pool.query(`DELETE FROM meta WHERE queue = $1 AND field = 'stalled-check'`, [queueName])
  return rows.map(({ id }) => id)
}
