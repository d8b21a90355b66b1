import type { Pool } from 'pg'
import type { RedisClient } from './redis-clients.ts'
import { takeInLua, takerName } from './taker-mark.ts'

/*
 * BullMQ writes down who took a job when it gives it out, and nowhere else. A job that was handed on has
 * another runner: without this its locks would be dropped together with those of the one that handed it on.
 */

/** `pb` is BullMQ's field for who took it last; see taker-mark.ts. Nothing is written for a job that is no longer there. */
const nameOnRedis = `${takeInLua.last}
local take = torilLastTake(KEYS[1])
if take ~= '' then redis.call('HSET', KEYS[1], 'pb', ARGV[1] .. take) end`

export async function nameRedisTaker(client: RedisClient, jobKey: string, runnerId: string): Promise<void> {
  await client.eval(nameOnRedis, 1, jobKey, takerName(runnerId))
}

export async function namePostgresTaker(pool: Pool, queueName: string, id: string, runnerId: string): Promise<void> {
  await pool.query('UPDATE job SET processed_by = $3 WHERE queue = $1 AND id = $2', [
    queueName,
    id,
    takerName(runnerId),
  ])
}
