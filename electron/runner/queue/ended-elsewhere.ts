import type { RedisClient } from './redis-clients.ts'
import { mark } from './taker-mark.ts'

/** In one question: of one that has gone meanwhile there is neither of the two. `pb` is who took it last. */
const lookOnRedis = `
for at = 3, #ARGV do
  local taken = redis.call('HMGET', KEYS[1] .. ':' .. ARGV[at], 'processedOn', 'pb')
  if taken[1] and string.sub(taken[2] or '', 1, tonumber(ARGV[2])) ~= ARGV[1] then return 1 end
end
return 0`

/** Whether any of these jobs was last taken by a program that is no Toril. A thousand take Redis about a millisecond. */
export async function anyEndedElsewhere(
  client: RedisClient,
  queueKey: string,
  ids: readonly string[],
): Promise<boolean> {
  return Number(await client.eval(lookOnRedis, 1, queueKey, mark, mark.length, ...ids)) === 1
}
