import { TorilError } from '../../contract/errors.ts'
import { jobStates, type JobState } from '../../contract/job.ts'
import { sqlOf } from './filter-conditions.ts'
import type { JobQuery } from './history.ts'

/** Conditions and values of one query, numbered as they are added. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #parts: string[] = []

  bind(value: unknown): string {
    return `$${this.values.push(value)}`
  }

  add(condition: string): void {
    this.#parts.push(condition)
  }

  /** All of them, as they stand after WHERE. */
  get sql(): string {
    return this.#parts.length === 0 ? 'true' : this.#parts.join(' AND ')
  }
}

/** Queue, type, time and the filter; not the states, which the queries treat each in their way. */
export function conditionsOf(query: JobQuery, sourceId: number, schema: string): Conditions {
  const where = new Conditions()
  where.add(`source_id = ${sourceId}`)
  if (query.type !== undefined) where.add(`type = ${where.bind(query.type)}`)
  if (query.since !== undefined) where.add(`created_at >= ${where.bind(query.since)}::timestamptz`)
  if (query.until !== undefined) where.add(`created_at <= ${where.bind(query.until)}::timestamptz`)
  for (const condition of query.conditions ?? []) where.add(sqlOf(condition, schema, (value) => where.bind(value)))
  return where
}

export function statesOf(query: JobQuery): JobState[] {
  return query.states === undefined || query.states.length === 0 ? [...jobStates] : [...new Set(query.states)]
}

export const newestFirst = 'ORDER BY created_at DESC, seq DESC'

/**
 * A select of jobs, state by state. States are words of ours and stand in the statement itself, so that it fits the
 * text index of a state. `end` is of each state's own select.
 */
export function rowsInStates(schema: string, states: JobState[], where: Conditions, columns: string, end = ''): string {
  return states
    .map((state) => `(SELECT ${columns} FROM "${schema}".job WHERE ${where.sql} AND ${inState(state)} ${end})`)
    .join(' UNION ALL ')
}

/** The newest jobs: the server merges the states, each by its index, and reads no more than are asked for. */
export function newestRows(schema: string, states: JobState[], where: Conditions, limit: number): string {
  const newest = `${newestFirst} LIMIT ${limit}`
  return `SELECT * FROM (${rowsInStates(schema, states, where, '*', newest)}) AS wanted ${newest}`
}

export function inState(state: JobState): string {
  return `state = '${state}'`
}

/** Where in the order of the list a job stands. */
export interface Place {
  createdAt: Date
  seq: bigint
}

/** What a search that looks back step by step has found so far. */
export interface Walk {
  found: number
  /** So many match at least, as the indexes said when it began. */
  atLeast: number
}

export function encodeCursor({ createdAt, seq }: Place, walk?: Walk): string {
  const walked = walk === undefined ? '' : ` ${walk.found} ${walk.atLeast}`
  return Buffer.from(`${createdAt.toISOString()} ${seq}${walked}`).toString('base64url')
}

interface Cursor {
  createdAt: string
  seq: string
  walk?: Walk
}

/** Rejects INVALID_REQUEST. */
function cursorOf({ cursor = '' }: JobQuery): Cursor {
  const [createdAt = '', seq = '', ...walked] = Buffer.from(cursor, 'base64url').toString().split(' ')
  const numbers = [seq, ...walked].every((text) => /^\d{1,18}$/.test(text))
  if (Number.isNaN(Date.parse(createdAt)) || !numbers || ![0, 2].includes(walked.length)) {
    throw new TorilError('INVALID_REQUEST', 'The cursor is not one that a list of jobs answered as nextCursor.')
  }
  const [found = 0, atLeast = 0] = walked.map(Number)
  return { createdAt, seq, ...(walked.length === 0 ? {} : { walk: { found, atLeast } }) }
}

/** How far the search had come that the cursor goes on with; undefined when it is to begin. */
export function walkOf(query: JobQuery): Walk | undefined {
  return query.cursor === undefined ? undefined : cursorOf(query).walk
}

/** The condition that a job comes after the cursor of the query; true without one. Rejects INVALID_REQUEST. */
export function afterCursor(query: JobQuery, where: Conditions): string {
  if (query.cursor === undefined) return 'true'
  const { createdAt, seq } = cursorOf(query)
  return `(created_at, seq) < (${where.bind(createdAt)}::timestamptz, ${where.bind(seq)}::bigint)`
}
