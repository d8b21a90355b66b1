import { ownWord, type FinishedJob, type FinishedJobs, type FinishedPlace } from './finished-jobs.ts'
import type { RedisClient } from './redis-clients.ts'
import { mark, takeInLua } from './taker-mark.ts'

const kinds = { ours: '1', theirs: '2', left: '3' } as const
const kindOf = new Map<string, FinishedJob['whose']>([
  [kinds.ours, 'ours'],
  [kinds.theirs, 'theirs'],
  [kinds.left, 'left'],
])

/**
 * BullMQ's `pb` is who took it last; see taker-mark.ts. Where it does not say which take, as in versions before this one,
 * a worker without a name may have been the last. The options are decoded only where the word occurs at all. */
const whose = `${takeInLua.last}
local function torilWhose(job, word)
  local took = redis.call('HMGET', job, 'processedOn', 'pb', 'opts')
  local taker, opts = took[2] or '', took[3]
  if not took[1] then return '${kinds.left}' end
  if string.sub(taker, 1, ${mark.length}) ~= '${mark}' then return '${kinds.theirs}' end
  local named = string.match(taker, '@%d+%.%d+$')
  if not named then return '${kinds.left}' end
  if named ~= torilLastTake(job) then return '${kinds.theirs}' end
  if opts and string.find(opts, word, 1, true) then
    local read, said = pcall(cjson.decode, opts)
    if read and type(said) == 'table' and said[word] ~= nil and said[word] ~= cjson.null then return '${kinds.left}' end
  end
  return '${kinds.ours}'
end
`

/** Of a place that is no longer there, all that ended in its millisecond are looked at again. */
const pageScript = `${whose}
local from = 0
if ARGV[4] ~= '' then
  local endedAt = redis.call('ZSCORE', KEYS[1], ARGV[4])
  if endedAt and tonumber(endedAt) == tonumber(ARGV[3]) then from = redis.call('ZRANK', KEYS[1], ARGV[4]) + 1
  else from = redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. ARGV[3]) end
end
local found, page = redis.call('ZRANGE', KEYS[1], from, from + ARGV[6] - 1, 'WITHSCORES'), {}
for at = 1, #found, 2 do
  if tonumber(found[at + 1]) >= tonumber(ARGV[5]) then break end
  table.insert(page, found[at])
  table.insert(page, found[at + 1])
  table.insert(page, torilWhose(ARGV[1] .. found[at], ARGV[2]))
end
return page`

const presentScript = `
local present = {}
for at = 1, #ARGV, 2 do
  local endedAt = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if endedAt and tonumber(endedAt) == tonumber(ARGV[at + 1]) then table.insert(present, ARGV[at]) end
end
return present`

/** What BullMQ itself deletes with a job. A parent waits for a failed child as long as it is among its dependencies. */
const removeScript = `${whose}
for at = 3, #ARGV, 2 do
  local id, job = ARGV[at], ARGV[1] .. ARGV[at]
  local endedAt = redis.call('ZSCORE', KEYS[1], id)
  if endedAt and tonumber(endedAt) == tonumber(ARGV[at + 1]) and torilWhose(job, ARGV[2]) == '${kinds.ours}' then
    local parent = redis.call('HGET', job, 'parentKey')
    if not parent or parent == '' or redis.call('SISMEMBER', parent .. ':dependencies', job) == 0 then
      redis.call('ZREM', KEYS[1], id)
      redis.call('DEL', job, job .. ':logs', job .. ':dependencies', job .. ':processed', job .. ':failed',
        job .. ':unsuccessful')
    end
  end
end`

const flat = (jobs: readonly FinishedPlace[]): (string | number)[] => jobs.flatMap(({ id, endedAt }) => [id, endedAt])

/** A thousand jobs take Redis one to three milliseconds. */
export function openRedisFinished(client: RedisClient, queueKey: string): FinishedJobs {
  const prefix = `${queueKey}:`
  return {
    async page(state, after, endedBefore, limit) {
      const place = [after?.endedAt ?? '', after?.id ?? '']
      const args = [prefix, ownWord[state], ...place, endedBefore, limit]
      const found = (await client.eval(pageScript, 1, prefix + state, ...args)) as string[]
      const jobs: FinishedJob[] = []
      for (let at = 0; at < found.length; at += 3) {
        const [id = '', endedAt, kind = ''] = found.slice(at, at + 3)
        jobs.push({ id, endedAt: Number(endedAt), whose: kindOf.get(kind) ?? 'left' })
      }
      return jobs
    },
    async present(state, jobs) {
      const ids = new Set((await client.eval(presentScript, 1, prefix + state, ...flat(jobs))) as string[])
      return jobs.filter(({ id }) => ids.has(id))
    },
    async remove(state, jobs) {
      await client.eval(removeScript, 1, prefix + state, prefix, ownWord[state], ...flat(jobs))
    },
  }
}
