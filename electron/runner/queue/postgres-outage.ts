import { knownToBullmq } from './known-to-bullmq.ts'
import { TooLate } from './limited.ts'

/** Classes and codes of PostgreSQL that mean "not now" and not "not so": away, or full. */
const outageStates = /^(08|53|57P0[1-5])/
/** Rolled back for the sake of another session: serialization failure, deadlock. Nothing was changed. */
const lostRaceStates = new Set(['40001', '40P01'])
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])
const outageText =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|is not queryable|server closed the connection|pool after calling end/

/** Whether an error of `pg` tells of a server that is away, and not of a wrong question. */
export function isPostgresOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  if (typeof code === 'string' && (outageCodes.has(code) || outageStates.test(code))) return true
  return outageText.test(error.message)
}

/** Whether the question lost against another and may simply be asked again. */
export function isLostRace(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code: unknown = Reflect.get(error, 'code')
  return typeof code === 'string' && lostRaceStates.has(code)
}

/** What PostgreSQL says when it is killed under a query, and a deadlock, in the form in which BullMQ tries again. */
export function asOutageBullmqKnows(error: unknown): unknown {
  return error instanceof Error && (isPostgresOutage(error) || isLostRace(error)) ? knownToBullmq(error) : error
}

/** Whether it tells of a server that did not answer in time. */
export function isPostgresSilence(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (
    error instanceof TooLate ||
    /timeout exceeded|timeout expired|connection timeout|Query read timeout|ETIMEDOUT/.test(error.message)
  )
}
