import type { JobState, JobSummary } from '../../../electron/contract/job.ts'
import { matchesFilter, type JobFilter } from './job-filter.ts'

/** The groups of the list in their order: what needs attention first. */
export const groupOrder: readonly JobState[] = [
  'active',
  'waiting',
  'delayed',
  'waiting-children',
  'failed',
  'completed',
  'cancelled',
]

/** What was read of one state, newest first. */
export interface StatePage {
  rows: readonly JobSummary[]
  nextCursor: string | undefined
  /** How many match in all, as it was read. */
  total: number
  /** They are that many at least. */
  totalIsMinimum?: boolean | undefined
  /** Older jobs are being looked through for more. */
  looking?: boolean
}

export interface LayoutGroup {
  state: JobState
  ids: readonly string[]
  total: number
  totalIsMinimum?: boolean | undefined
  hasMore: boolean
  looking?: boolean
}

export interface ListContent {
  groups: readonly LayoutGroup[]
  rows: ReadonlyMap<string, JobSummary>
}

/** Newest first, as the runner lists them; of the same moment the higher id. */
export function newestFirst(left: JobSummary, right: JobSummary): number {
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1
  return right.id.localeCompare(left.id, undefined, { numeric: true })
}

/**
 * Pages that were read and rows that came since, put together. A row that came belongs to a group only
 * as far down as the group was read, or it would hide that others between are not there.
 */
export function layoutJobs(
  pages: ReadonlyMap<JobState, StatePage>,
  live: ReadonlyMap<string, JobSummary>,
  removed: ReadonlySet<string>,
  filter: JobFilter,
  now: number,
): ListContent {
  const rows = new Map<string, JobSummary>()
  for (const page of pages.values()) {
    for (const row of page.rows) if (!removed.has(row.id)) rows.set(row.id, live.get(row.id) ?? row)
  }
  const byState = new Map<JobState, JobSummary[]>()
  const put = (row: JobSummary): void => {
    const list = byState.get(row.state)
    if (list === undefined) byState.set(row.state, [row])
    else list.push(row)
  }
  for (const row of rows.values()) put(row)
  for (const row of live.values()) {
    const page = pages.get(row.state)
    if (rows.has(row.id) || page === undefined || removed.has(row.id)) continue
    const oldest = page.rows.at(-1)
    if (page.nextCursor !== undefined && oldest !== undefined && row.createdAt < oldest.createdAt) continue
    if (!matchesFilter(row, filter, now)) continue
    rows.set(row.id, row)
    put(row)
  }
  const groups: LayoutGroup[] = []
  for (const state of groupOrder) {
    const page = pages.get(state)
    if (page === undefined) continue
    const sorted = (byState.get(state) ?? []).sort(newestFirst)
    // Who is next in line stands first, where the whole line is known.
    if (state === 'waiting' && page.nextCursor === undefined) sorted.reverse()
    const ids = sorted.map((row) => row.id)
    const hasMore = page.nextCursor !== undefined
    if (ids.length === 0 && !hasMore) continue
    const total = hasMore ? Math.max(page.total, ids.length) : ids.length
    const minimum = hasMore && page.totalIsMinimum ? { totalIsMinimum: true } : {}
    groups.push({ state, ids, total, hasMore, ...minimum, ...lookingOf(page) })
  }
  return { groups, rows }
}

/**
 * The list as it stands while somebody points at it or is in it: rows change in place, finished ones
 * stay, and nothing moves. `arrivals` are the ids that would have come in.
 */
export function freezeLayout(shown: ListContent, computed: ListContent): { content: ListContent; arrivals: string[] } {
  const kept = new Set<string>()
  const rows = new Map<string, JobSummary>()
  for (const group of shown.groups) {
    for (const id of group.ids) {
      kept.add(id)
      const row = computed.rows.get(id) ?? shown.rows.get(id)
      if (row !== undefined) rows.set(id, row)
    }
  }
  const arrivals = [...computed.rows.keys()].filter((id) => !kept.has(id))
  return { content: { groups: shown.groups, rows }, arrivals }
}

/** Adds the rows of pages that were read since to the ends of their groups; nothing above them moves. */
export function extendLayout(shown: ListContent, pages: ReadonlyMap<JobState, StatePage>): ListContent {
  const kept = new Set(shown.groups.flatMap((group) => group.ids))
  const rows = new Map(shown.rows)
  const groups = shown.groups.map((group) => {
    const page = pages.get(group.state)
    if (page === undefined) return group
    const added = page.rows.slice(Math.max(0, lastKnown(page, kept) + 1))
    for (const row of added) rows.set(row.id, row)
    const { looking: _before, ...rest } = group
    const ids = [...group.ids, ...added.map((row) => row.id)]
    return { ...rest, ids, hasMore: page.nextCursor !== undefined, ...lookingOf(page) }
  })
  return { groups, rows }
}

function lookingOf({ looking }: StatePage): { looking?: boolean } {
  return looking === true ? { looking } : {}
}

/** Rows above the last one that is shown were left out on purpose. */
function lastKnown(page: StatePage, kept: ReadonlySet<string>): number {
  return page.rows.findLastIndex((row) => kept.has(row.id))
}

/** A line of the list, for drawing only what is in sight. */
export type ListItem =
  | { kind: 'group'; group: LayoutGroup; collapsed: boolean }
  | { kind: 'row'; id: string; state: JobState }
  | { kind: 'more'; group: LayoutGroup }

/** Rows of a group drawn at first when there are several groups, so that the next one stays in reach. */
export const shownOfGroup = 20

export function toItems(
  groups: readonly LayoutGroup[],
  collapsed: ReadonlySet<JobState>,
  headings: boolean,
  limits: ReadonlyMap<JobState, number>,
): ListItem[] {
  const items: ListItem[] = []
  for (const group of groups) {
    const closed = headings && collapsed.has(group.state)
    if (headings) items.push({ kind: 'group', group, collapsed: closed })
    if (closed) continue
    const shown = headings ? group.ids.slice(0, limits.get(group.state) ?? shownOfGroup) : group.ids
    for (const id of shown) items.push({ kind: 'row', id, state: group.state })
    if (group.hasMore || shown.length < group.ids.length) items.push({ kind: 'more', group })
  }
  return items
}
