import { TorilError } from '../../contract/errors.ts'
import type { Rewrite } from './bullmq-pool.ts'
import type { RedisClient } from './redis-clients.ts'

/*
 * BullMQ's obliterate forgets the pause and the limits of a queue with its jobs. Written back afterwards they would be
 * lost for everyone when the server, or Toril, goes away in between. So they are kept in the same atomic run, as they
 * are at that moment; all else stays BullMQ's own.
 */

const kept = ['paused', 'max', 'duration', 'concurrency']

const keepInLua = (script: string): string => `local torilFields = {${kept.map((field) => `'${field}'`).join(', ')}}
local torilKept = redis.call('HMGET', KEYS[1], unpack(torilFields))
local function torilObliterate()
${script}
end
local torilLeft = torilObliterate()
if torilLeft == 0 then
  for i, field in ipairs(torilFields) do
    if torilKept[i] then redis.call('HSET', KEYS[1], field, torilKept[i]) end
  end
end
return torilLeft`

/** Must be called before BullMQ defines its scripts on the client. */
export function keepLimitsOnRedis(client: RedisClient): void {
  const define = client.defineCommand.bind(client)
  client.defineCommand = (name, definition) => {
    const obliterates = name.split(':')[0] === 'obliterate'
    define(name, obliterates ? { ...definition, lua: keepInLua(definition.lua) } : definition)
  }
}

const bullmqAsks = /SELECT obliterate\(\$1, \$2, \$3\) AS cursor/

/** One statement: what it reads of the limits is what was there before it. */
const askKeeping = `WITH kept AS MATERIALIZED (
  SELECT field, value FROM meta WHERE queue = $1 AND field IN (${kept.map((field) => `'${field}'`).join(', ')})
), obliterated AS MATERIALIZED (
  SELECT obliterate($1, $2, $3) AS cursor
), back AS (
  INSERT INTO meta (queue, field, value) SELECT $1, field, value FROM obliterated, kept WHERE cursor = 0
)
SELECT cursor FROM obliterated`

export const keepLimitsOnPostgres: Rewrite = (text, params) => {
  if (!/\bobliterate\(/.test(text)) return [text, [...params]]
  if (bullmqAsks.test(text)) return [askKeeping, [...params]]
  const message = 'BullMQ asks for an obliterate in another way than Toril knows, so nothing more was removed.'
  throw new TorilError('INTERNAL', message)
}
