import { jobStates, type JobState, type JobSummary } from '../../../electron/contract/job.ts'

/** What the list is narrowed to. Kept in the URL, so that a view can be kept, shared and gone back to. */
export interface JobFilter {
  states: readonly JobState[]
  type?: string
  /** A length of time back from now (`1h`), or a point in time. */
  since?: string
  until?: string
  /** Text searched in id, type, input, result and error. */
  query?: string
}

export type FilterKey = 'type' | 'state' | 'since' | 'until'
export const filterKeys: readonly FilterKey[] = ['type', 'state', 'since', 'until']

export interface FilterToken {
  /** Undefined for plain text, and for a key that is not known. */
  key: FilterKey | undefined
  value: string
  /** As it was typed. */
  text: string
  /** Why it is ignored. */
  problem?: string
}

/** Words people use for states. */
const stateNames: Record<string, JobState> = {
  ...Object.fromEntries(jobStates.map((state) => [state, state])),
  running: 'active',
  done: 'completed',
  queued: 'waiting',
  error: 'failed',
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The point in time that `1h`, `2d` or a date stands for, in epoch ms; undefined when it is neither. */
export function parseWhen(text: string, now: number): number | undefined {
  const back = /^(\d+(?:\.\d+)?)\s*(s|m|h|d|w|min)$/.exec(text)
  if (back !== null) return now - Number(back[1]) * (unitMs[back[2] === 'min' ? 'm' : (back[2] ?? '')] ?? 0)
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

export function parseStates(value: string): JobState[] | undefined {
  const states = value.split(',').map((name) => stateNames[name.trim().toLowerCase()])
  return states.every((state) => state !== undefined) ? states : undefined
}

function readToken(text: string): FilterToken {
  const match = /^(-?)([a-z][a-z.]*):(.*)$/i.exec(text)
  // A colon also stands in times, addresses and paths: only what looks like a key and a value is one.
  if (match === null || text.includes('://')) return { key: undefined, value: unquote(text), text }
  const [, minus, name = '', rest = ''] = match
  const key = filterKeys.find((known) => known === name.toLowerCase())
  const value = unquote(rest)
  if (key === undefined) {
    return { key, value, text, problem: `“${name}” is not a filter. There are ${filterKeys.join(', ')}.` }
  }
  if (minus !== '') return { key, value, text, problem: 'Leaving out with “-” is not possible yet.' }
  const problem = problemOf(key, value)
  return { key, value, text, ...(problem === undefined ? {} : { problem }) }
}

function problemOf(key: FilterKey, value: string): string | undefined {
  if (value === '') return `${key}: needs a value.`
  if (key === 'state' && parseStates(value) === undefined) return `A state is one of ${jobStates.join(', ')}.`
  if ((key === 'since' || key === 'until') && parseWhen(value, 0) === undefined) {
    return `${key}: takes a length of time such as 30m, 1h or 7d, or a date such as 2026-11-24.`
  }
  return undefined
}

function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

/** Typed or pasted text as tokens: `type:add-two-numbers state:failed since:1h "socket hang up"`. */
export function parseFilter(text: string): FilterToken[] {
  const parts = text.match(/[^\s"]*"[^"]*"|\S+/g) ?? []
  return parts.map(readToken)
}

/** The filter with tokens added. A later value of a key replaces the earlier one; texts are put together. */
export function withTokens(filter: JobFilter, tokens: readonly FilterToken[]): JobFilter {
  let next = { ...filter }
  for (const { key, value, problem } of tokens) {
    if (problem !== undefined) continue
    if (key === undefined) next = { ...next, query: [next.query, value].filter(Boolean).join(' ') }
    else if (key === 'state') next = { ...next, states: parseStates(value) ?? [] }
    else next = { ...next, [key]: value }
  }
  return next
}

/** From the part of a URL after `?`. Values that cannot be are left out. */
export function filterFromSearch(search: string): JobFilter {
  const params = new URLSearchParams(search)
  const value = (name: string): string | undefined => params.get(name)?.trim() || undefined
  const type = value('type')
  const since = value('since')
  const until = value('until')
  const query = value('query')
  return {
    states: parseStates(params.get('state') ?? '') ?? [],
    ...(type === undefined ? {} : { type }),
    ...(since === undefined || parseWhen(since, 0) === undefined ? {} : { since }),
    ...(until === undefined || parseWhen(until, 0) === undefined ? {} : { until }),
    ...(query === undefined ? {} : { query }),
  }
}

/** The part of a URL with its `?`; empty without any filter. */
export function filterToSearch({ states, type, since, until, query }: JobFilter): string {
  const params = new URLSearchParams()
  if (states.length > 0) params.set('state', states.join(','))
  for (const [name, value] of Object.entries({ type, since, until, query })) {
    if (value !== undefined && value !== '') params.set(name, value)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** True when anything but the state narrows the list: then the counters of the queue are not those of the view. */
export function narrows({ type, since, until, query }: JobFilter): boolean {
  return [type, since, until, query].some((value) => value !== undefined)
}

/** What `jobs.list` is asked. */
export function toListInput(
  filter: JobFilter,
  now: number,
): { query?: string; type?: string; since?: string; until?: string } {
  const since = filter.since === undefined ? undefined : parseWhen(filter.since, now)
  const until = filter.until === undefined ? undefined : parseWhen(filter.until, now)
  return {
    ...(filter.query === undefined ? {} : { query: filter.query }),
    ...(filter.type === undefined ? {} : { type: filter.type }),
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  }
}

/** Whether a row that the runner told of belongs into the view; its input is known by its preview only. */
export function matchesFilter(job: JobSummary, filter: JobFilter, now: number): boolean {
  if (filter.type !== undefined && job.type !== filter.type) return false
  const created = Date.parse(job.createdAt)
  if (filter.since !== undefined && created < (parseWhen(filter.since, now) ?? 0)) return false
  if (filter.until !== undefined && created > (parseWhen(filter.until, now) ?? Infinity)) return false
  if (filter.query === undefined) return true
  const text = `${job.id} ${job.type} ${job.inputPreview} ${job.error?.message ?? ''}`.toLowerCase()
  return text.includes(filter.query.toLowerCase())
}
