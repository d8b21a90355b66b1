import {
  conditionKeys,
  keyedPart,
  parseCondition,
  parseConditions,
  parseStates,
  splitFilter,
  unquote,
} from '../../../electron/contract/job-filter.ts'
import type { JobState, JobSummary } from '../../../electron/contract/job.ts'
import { meets } from './row-conditions.ts'

/** What the list is narrowed to. Kept in the URL, so that a view can be kept, shared and gone back to. */
export interface JobFilter {
  states: readonly JobState[]
  type?: string
  /** A length of time back from now (`1h`), or a point in time. */
  since?: string
  until?: string
  /** Text searched in id, type, input, result and error. */
  query?: string
  /** Further conditions as they were typed: `-state:failed`, `took:>5s`. */
  conditions?: readonly string[]
}

/** Keys that the view has a place of its own for; the others are conditions. */
export type FilterKey = 'type' | 'state' | 'since' | 'until' | 'condition'
/** What is offered. */
export const filterKeys: readonly string[] = [
  ...['type', 'state', 'since', 'until'],
  ...conditionKeys
    .filter((key) => key !== 'type' && key !== 'state')
    .map((key) => (key === 'input' ? 'input.<path>' : key)),
]

export interface FilterToken {
  /** Undefined for plain text, and for a key that is not known. */
  key: FilterKey | undefined
  value: string
  /** As it was typed. */
  text: string
  /** Why it is ignored. */
  problem?: string
}

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** The point in time that `1h`, `2d` or a date stands for, in epoch ms; undefined when it is neither. */
export function parseWhen(text: string, now: number): number | undefined {
  const back = /^(\d+(?:\.\d+)?)\s*(s|m|h|d|w|min)$/.exec(text)
  if (back !== null) return now - Number(back[1]) * (unitMs[back[2] === 'min' ? 'm' : (back[2] ?? '')] ?? 0)
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

function readToken(text: string): FilterToken {
  const keyed = keyedPart(text)
  if (keyed === undefined) return { key: undefined, value: unquote(text), text }
  const { negated, name } = keyed
  const value = unquote(keyed.value)
  if (name === 'since' || name === 'until') {
    const problem = negated ? `${name}: cannot be left out with “-”.` : problemOfTime(name, value)
    return { key: name, value, text, ...(problem === undefined ? {} : { problem }) }
  }
  const condition = parseCondition(keyed)
  if ('problem' in condition) return { key: undefined, value, text, problem: condition.problem }
  const { key, op, values } = condition
  const plain = !negated && op === 'is'
  if (plain && key === 'state') return { key, value: values.join(','), text }
  if (plain && key === 'type' && values.length === 1) return { key, value: values[0] ?? '', text }
  return { key: 'condition', value: text, text }
}

function problemOfTime(key: string, value: string): string | undefined {
  if (value === '') return `${key}: needs a value.`
  if (parseWhen(value, 0) !== undefined) return undefined
  return `${key}: takes a length of time such as 30m, 1h or 7d, or a date such as 2026-11-24.`
}

/** Typed or pasted text as tokens: `type:add-two-numbers state:failed since:1h "socket hang up"`. */
export function parseFilter(text: string): FilterToken[] {
  return splitFilter(text).map(readToken)
}

/** The filter with tokens added. A later value of a key replaces the earlier one; texts are put together. */
export function withTokens(filter: JobFilter, tokens: readonly FilterToken[]): JobFilter {
  let next = { ...filter }
  for (const { key, value, problem } of tokens) {
    if (problem !== undefined) continue
    if (key === undefined) next = { ...next, query: [next.query, value].filter(Boolean).join(' ') }
    else if (key === 'condition') next = { ...next, conditions: [...new Set([...(next.conditions ?? []), value])] }
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
  const conditions = splitFilter(params.get('filter') ?? '').filter((part) => !('problem' in parseConditions(part)))
  return {
    states: parseStates(params.get('state') ?? '') ?? [],
    ...(type === undefined ? {} : { type }),
    ...(since === undefined || parseWhen(since, 0) === undefined ? {} : { since }),
    ...(until === undefined || parseWhen(until, 0) === undefined ? {} : { until }),
    ...(query === undefined ? {} : { query }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

/** The part of a URL with its `?`; empty without any filter. */
export function filterToSearch({ states, type, since, until, query, conditions }: JobFilter): string {
  const params = new URLSearchParams()
  if (states.length > 0) params.set('state', states.join(','))
  for (const [name, value] of Object.entries({ type, since, until, query, filter: conditions?.join(' ') })) {
    if (value !== undefined && value !== '') params.set(name, value)
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

/** True when anything but the state narrows the list: then the counters of the queue are not those of the view. */
export function narrows({ type, since, until, query, conditions = [] }: JobFilter): boolean {
  return conditions.length > 0 || [type, since, until, query].some((value) => value !== undefined)
}

/** What `jobs.list` is asked. */
export function toListInput(
  filter: JobFilter,
  now: number,
): { query?: string; type?: string; since?: string; until?: string; filter?: string } {
  const since = filter.since === undefined ? undefined : parseWhen(filter.since, now)
  const until = filter.until === undefined ? undefined : parseWhen(filter.until, now)
  return {
    ...(filter.query === undefined ? {} : { query: filter.query }),
    ...(filter.type === undefined ? {} : { type: filter.type }),
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    ...(filter.conditions === undefined ? {} : { filter: filter.conditions.join(' ') }),
  }
}

/** Whether a row that the runner told of belongs into the view; its input is known by its preview only. */
export function matchesFilter(job: JobSummary, filter: JobFilter, now: number): boolean {
  if (filter.type !== undefined && job.type !== filter.type) return false
  const created = Date.parse(job.createdAt)
  if (filter.since !== undefined && created < (parseWhen(filter.since, now) ?? 0)) return false
  if (filter.until !== undefined && created > (parseWhen(filter.until, now) ?? Infinity)) return false
  const conditions = parseConditions((filter.conditions ?? []).join(' '))
  if ('problem' in conditions || !conditions.every((condition) => meets(job, condition))) return false
  if (filter.query === undefined) return true
  const text = `${job.id} ${job.type} ${job.inputPreview} ${job.error?.message ?? ''}`.toLowerCase()
  return text.includes(filter.query.toLowerCase())
}
