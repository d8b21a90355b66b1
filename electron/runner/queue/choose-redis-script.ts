import { TorilError } from '../../contract/errors.ts'
import { takeInLua } from './taker-mark.ts'

/*
 * BullMQ's scripts give out the job at the head of the line, whatever its name. Three of them take a job. Into each
 * goes one step, just before it takes: a job of a wanted type is brought to the head, in the same atomic run and after
 * everything that may say no (pause, rate limit, limit of active jobs). Besides, the name of the taker goes on
 * with which take it was. So all else stays BullMQ's own.
 */

/** Jobs looked at in one go: about half a millisecond of the server's time. */
const page = 500

/** Of BullMQ's scripts, where prefix and line of priorities are found in each. */
const places: Record<string, { prefix: string; prioritized: string; before: RegExp }> = {
  moveToActive: { prefix: 'ARGV[1]', prioritized: 'KEYS[3]', before: /^local isPausedOrMaxed, rateLimitMax/m },
  moveToFinished: { prefix: 'prefix', prioritized: 'prioritizedKey', before: /^local function fetchNextJob\(/m },
  moveToDelayed: { prefix: 'prefix', prioritized: 'prioritizedKey', before: /^local function fetchNextJob\(/m },
}

const take = /^ *local jobId = rcall\("RPOPLPUSH", waitKey, activeKey\)$/gm
/** Where BullMQ writes down who takes a job, and when; see taker-mark.ts. */
const name = /opts\['name'\]\)$/gm

/**
 * The last three arguments are the wanted types, one a line (none: any), and how far the search has come: the id of
 * a job in the line, and a score in that of priorities. The first page of each is always looked at. Answers nil when
 * BullMQ may take, else BullMQ's answer for "no job now", a 1, how far it came, and 1 when that is not the end.
 */
const choose = `
local function torilWants(prefix, id)
  local name = rcall("HGET", prefix .. id, "name")
  if not name or string.find(name, "\\n", 1, true) then return false end
  return string.find(ARGV[#ARGV - 2], "\\n" .. name .. "\\n", 1, true) ~= nil
end
local function torilFind(prefix, ids, first, last, step)
  for at = first, last, step do
    if torilWants(prefix, ids[at]) then return ids[at] end
  end
end
local function torilChoose(prefix, waitKey, prioritizedKey, delayedKey, markerKey)
  local fromId, fromScore, more = ARGV[#ARGV - 1], ARGV[#ARGV], 0
  if ARGV[#ARGV - 2] == "" then return nil end
  local head = rcall("LINDEX", waitKey, -1)
  local first = head or rcall("ZRANGE", prioritizedKey, 0, 0)[1]
  if not first or torilWants(prefix, first) then return nil end
  if head then
    local ids = rcall("LRANGE", waitKey, -${page}, -1)
    local found = torilFind(prefix, ids, #ids, 1, -1)
    if not found and #ids == ${page} then
      local length, seen = rcall("LLEN", waitKey), ${page}
      local place = fromId ~= "" and rcall("LPOS", waitKey, fromId)
      if place then seen = math.max(seen, length - place) end
      if seen < length then
        ids = rcall("LRANGE", waitKey, -(seen + ${page}), -(seen + 1))
        found = torilFind(prefix, ids, #ids, 1, -1)
        fromId = ids[1]
        if seen + ${page} < length then more = 1 end
      end
    end
    if found then
      rcall("LREM", waitKey, -1, found)
      rcall("RPUSH", waitKey, found)
      return nil
    end
  end
  if more == 0 then
    local ids = rcall("ZRANGE", prioritizedKey, 0, ${page - 1}, "WITHSCORES")
    local found = torilFind(prefix, ids, 1, #ids, 2)
    if not found and #ids == ${2 * page} then
      local from = ids[#ids]
      if fromScore ~= "" and tonumber(fromScore) > tonumber(from) then from = fromScore end
      ids = rcall("ZRANGEBYSCORE", prioritizedKey, "(" .. from, "+inf", "WITHSCORES", "LIMIT", 0, ${page})
      found = torilFind(prefix, ids, 1, #ids, 2)
      fromScore = ids[#ids] or from
      if #ids == ${2 * page} then more = 1 end
    end
    if found then
      rcall("ZREM", prioritizedKey, found)
      rcall("RPUSH", waitKey, found)
      return nil
    end
  end
  rcall("ZADD", markerKey, 0, "0")
  return {0, 0, 0, getNextDelayedTimestamp(delayedKey) or 0, 1, fromId, fromScore, more}
end
`

/** The script with the choice in it; undefined of one that takes no job. Throws when BullMQ's is not as it was. */
export function choosingScript(command: string, lua: string): string | undefined {
  const place = places[command]
  if (place === undefined) return undefined
  const { prefix, prioritized, before } = place
  const at = before.exec(lua)?.index
  if (at === undefined || lua.match(take)?.length !== 1 || lua.match(name)?.length !== 1) {
    const message = `BullMQ's script ${command} is another one than Toril knows, so jobs of unknown types could not be left alone, and no job is taken. Install Toril again, with the BullMQ that belongs to it.`
    throw new TorilError('UNAVAILABLE', message)
  }
  const call = `local torilAnswer = torilChoose(${prefix}, waitKey, ${prioritized}, delayedKey, markerKey)
if torilAnswer then return torilAnswer end
`
  return (lua.slice(0, at) + choose + lua.slice(at))
    .replace(take, (line) => call + line)
    .replace(name, `opts['name'] .. ${takeInLua.now})`)
}
