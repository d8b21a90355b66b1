import type { Pool } from 'pg'
import type { RedisClient } from './redis-clients.ts'
import { takeInLua, takerName } from './taker-mark.ts'

/** A job that another runner took from the queue, and who goes on with it under which token. */
export interface TakeOver {
  id: string
  /** The token under which the other one holds it. */
  held: string
  /** The token from now on. */
  token: string
  runnerId: string
  lockMs: number
}

/*
 * The token changes with the hands. Whoever is offered the same job, or hears of it late, finds it gone; and what the
 * one that gave it away still says of it, because it heard no answer, is refused by BullMQ.
 *
 * BullMQ writes down who took a job when it gives it out, and nowhere else. A job that was handed on has another
 * runner: without its name here the lock would be dropped together with those of the one that handed it on.
 */

/** `pb` is BullMQ's field for who took it last; see taker-mark.ts. */
const onRedis = `${takeInLua.last}
local job, lock, stalled = KEYS[1], KEYS[2], KEYS[3]
if redis.call('GET', lock) ~= ARGV[1] then return 0 end
redis.call('SET', lock, ARGV[2], 'PX', ARGV[3])
redis.call('SREM', stalled, ARGV[4])
local take = torilLastTake(job)
if take ~= '' then redis.call('HSET', job, 'pb', ARGV[5] .. take) end
return 1`

/** Whether the job was still held under that token, and is now this runner's. */
export async function takeOverOnRedis(client: RedisClient, queueKey: string, takeOver: TakeOver): Promise<boolean> {
  const { id, held, token, runnerId, lockMs } = takeOver
  const keys = [`${queueKey}:${id}`, `${queueKey}:${id}:lock`, `${queueKey}:stalled`]
  return (await client.eval(onRedis, keys.length, ...keys, held, token, lockMs, id, takerName(runnerId))) === 1
}

export async function takeOverOnPostgres(pool: Pool, queueName: string, takeOver: TakeOver): Promise<boolean> {
  const { id, held, token, runnerId, lockMs } = takeOver
  const { rowCount } = await pool.query(
    // The time is of the runner's clock, as in BullMQ's own statements.
    `UPDATE job SET lock_token = $4, locked_until_ms = $5::bigint, stalled_marked = false, processed_by = $6
     WHERE queue = $1 AND id = $2 AND state = 'active' AND lock_token = $3`,
    [queueName, id, held, token, Date.now() + lockMs, takerName(runnerId)],
  )
  return rowCount === 1
}
