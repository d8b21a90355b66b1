import type { IQueueBackend } from 'bullmq'
import type { PoolClient } from 'pg'
import { TorilError } from '../../contract/errors.ts'
import type { WantedJobs } from './wanted-jobs.ts'

/*
 * BullMQ's functions give out the first waiting job, whatever its name. Those that take a job are made once more in
 * Toril's own schema, from BullMQ's as they are in this database, with one condition more; BullMQ's stay as they are.
 */

const functions = ['move_to_active', 'move_to_completed_fetch', 'move_to_failed_fetch']
/**
 * A take in vain is followed by a rest of so many times its length, at most a second: others may add jobs all the time.
 * A job that is wanted ends it.
 */
const restFactor = 10
const longestRestMs = 1_000

const isWanted = (types: string): string => `(${types} IS NULL OR name = ANY (${types}))`

function replaced(text: string, what: RegExp, by: string): string {
  if (!what.test(text)) {
    const name = /FUNCTION (\S+?)\(/.exec(text)?.[1] ?? 'that takes a job'
    const message = `BullMQ's function ${name} in this database is another one than Toril knows, so jobs of unknown types could not be left alone, and no job is taken. A newer BullMQ may have changed it: update Toril, or use another database.`
    throw new TorilError('UNAVAILABLE', message)
  }
  return text.replace(what, by)
}

/** BullMQ's definition of a function as Toril's own. */
function choosingFunction(definition: string): string {
  const own = replaced(definition, /FUNCTION \S+?\.(move_to_\w+)\(/, 'FUNCTION toril_queue.$1(')
  const typed = replaced(own, /p_limiter_duration bigint\)/, 'p_limiter_duration bigint, p_types text[])')
  if (!/FUNCTION toril_queue\.move_to_active\(/.test(own)) {
    return replaced(typed, /FROM move_to_active\(([^)]*)\)/, 'FROM toril_queue.move_to_active($1, p_types)')
  }
  const first = /(WHERE queue = p_queue AND state = 'waiting')(\s+ORDER BY priority, seq\s+FOR UPDATE SKIP LOCKED)/
  return replaced(typed, first, `$1 AND ${isWanted('p_types')}$2`)
}

async function definitionOf(client: PoolClient, name: string): Promise<string | undefined> {
  const { rows } = await client.query<{ definition: string | null }>(
    'SELECT pg_get_functiondef(to_regproc($1)) AS definition',
    [name],
  )
  return rows[0]?.definition ?? undefined
}

/** Makes the functions in the schema `toril_queue`, which must be there, unless they are as they should be. */
export async function makeChoosingFunctions(client: PoolClient): Promise<void> {
  for (const name of functions) {
    const definition = await definitionOf(client, name)
    if (definition === undefined) throw new Error(`BullMQ's function ${name} is not in this database.`)
    const wanted = choosingFunction(definition)
    if ((await definitionOf(client, `toril_queue.${name}`)) !== wanted) await client.query(wanted)
  }
}

/** Makes BullMQ's own questions those for wanted jobs; others stay as they are. */
export function choosingQuery(wanted: WantedJobs): (text: string, params: readonly unknown[]) => [string, unknown[]] {
  const rewritten = new Map<string, string | undefined>()

  function rewrite(text: string, count: number): string | undefined {
    const types = `$${count + 1}::text[]`
    const call = /FROM (move_to_active|move_to_completed_fetch|move_to_failed_fetch)\(([^)]*)\)/
    if (call.test(text)) {
      return text.replace(call, (_all, name: string, args: string) => `FROM toril_queue.${name}(${args}, ${types})`)
    }
    const waits = `SELECT 1 FROM job WHERE queue = $1 AND state = 'waiting'`
    return text.includes(waits) ? text.replace(waits, () => `${waits} AND ${isWanted(types)}`) : undefined
  }

  return (text, params) => {
    if (!rewritten.has(text)) rewritten.set(text, rewrite(text, params.length))
    const own = rewritten.get(text)
    return own === undefined ? [text, [...params]] : [own, [...params, wanted.types() ?? null]]
  }
}

/** Makes the backend wait for jobs that are wanted. PostgreSQL tells of every job that is added. */
export function waitOnPostgres(backend: IQueueBackend, wanted: WantedJobs): void {
  let waiting = false
  let callsBefore = 0
  let vainMs = 0
  let endRest: (() => void) | undefined
  const take = backend.moveToActive.bind(backend)
  const wait = backend.waitForJob.bind(backend)
  const disconnect = backend.disconnectBlocking.bind(backend)

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => endRest?.(), ms)
      endRest = () => {
        clearTimeout(timer)
        endRest = undefined
        resolve()
      }
    })
  }

  backend.moveToActive = async (token, name) => {
    callsBefore = wanted.calls()
    const began = performance.now()
    const taken = (await take(token, name)) as unknown[]
    vainMs = taken[0] ? 0 : performance.now() - began
    return taken
  }
  backend.waitForJob = async (seconds) => {
    const unheard = wanted.types() !== undefined && wanted.calls() === callsBefore
    if (unheard && vainMs > 0) await rest(Math.min(longestRestMs, vainMs * restFactor))
    if (wanted.calls() !== callsBefore) return { member: '', score: 0 }
    waiting = true
    try {
      return await wait(seconds)
    } finally {
      waiting = false
    }
  }
  backend.disconnectBlocking = (patiently) => {
    endRest?.()
    return disconnect(patiently)
  }
  wanted.onCall((about) => {
    endRest?.()
    if (about !== 'types' || !waiting) return
    // Ends the wait; BullMQ has no other way from outside.
    backend
      .disconnectBlocking()
      .then(() => backend.reconnectBlocking())
      .catch(() => undefined)
  })
}
