/*
 * BullMQ keeps of every job the name of the worker that took it last. The names of Toril's bear a mark, so that a job
 * in the hands of another program is known as such, also long after.
 */

export const mark = 'toril:'

/**
 * On Redis the name goes on with which take it was, for there a worker without a name leaves that of the one before it:
 * that is then no longer the last take. It is known by its moment (BullMQ's `processedOn`) and its number (`ats`); within
 * a millisecond a job can be put back and taken anew, and workers before BullMQ 5 do not count.
 */
const takePattern = /^(.*?)(?:@(\d+\.\d+))?$/s

/** In Lua: what follows the name when a job is taken, and the same of the last take of a job, '' of none. */
export const takeInLua = {
  now: `'@' .. processedOn .. '.' .. ((rcall("HGET", jobKey, "ats") or 0) + 1)`,
  last: `
local function torilLastTake(job)
  local last = redis.call('HMGET', job, 'processedOn', 'ats')
  return last[1] and '@' .. last[1] .. '.' .. (last[2] or 0) or ''
end
`,
}

/** The name under which a runner takes jobs. */
export function takerName(runnerId: string): string {
  return `${mark}${runnerId}`
}

/** Whether the name is that of a runner of Toril, though perhaps not of who took the job last. */
export function bearsMark(taker: string | null | undefined): taker is string {
  return taker?.startsWith(mark) === true
}

/** What BullMQ keeps of a job's last take. */
export interface LastTake {
  processedBy?: string | null | undefined
  processedOn?: number | null | undefined
  attemptsStarted: number
}

/** The runner that took a job last; undefined when that was another program's worker. */
export function runnerNamed({ processedBy, processedOn, attemptsStarted }: LastTake): string | undefined {
  if (!bearsMark(processedBy)) return undefined
  const [, name = '', take] = takePattern.exec(processedBy.slice(mark.length)) ?? []
  // Put back to be run again it has no last take any more.
  if (take === undefined || typeof processedOn !== 'number') return name
  return take === `${processedOn}.${attemptsStarted}` ? name : undefined
}
