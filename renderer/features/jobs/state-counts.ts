import type { JobState } from '../../../electron/contract/job.ts'
import { formatCount } from '../../lib/format.ts'

/** How many jobs of each state there are in a view. */
export interface StateCounts {
  counts: Partial<Record<JobState, number>>
  /** States whose counting ended at its limit: they have that many at least. */
  minimum: ReadonlySet<JobState>
}

/** What is known of a page of the list. */
interface Listed {
  rows: readonly unknown[]
  nextCursor: string | undefined
}

/** A count that is only a minimum is at least what the list shows, and is exact where the list was read to its end. */
export function withListed({ counts, minimum }: StateCounts, pages: ReadonlyMap<JobState, Listed>): StateCounts {
  const known = { ...counts }
  const open = new Set(minimum)
  for (const state of minimum) {
    const page = pages.get(state)
    if (page === undefined) continue
    const listed = page.rows.length
    known[state] = page.nextCursor === undefined ? listed : Math.max(listed, counts[state] ?? 0)
    if (page.nextCursor === undefined) open.delete(state)
  }
  return { counts: known, minimum: open }
}

type Format = (count: number | undefined) => string

/** The count of a state, `1,000+` where it is only a minimum. */
export function stateCountText(
  { counts, minimum }: StateCounts,
  state: JobState,
  format: Format = formatCount,
): string {
  return `${format(counts[state])}${minimum.has(state) ? '+' : ''}`
}

/** The count of all states; of none that is known, what `format` says for that. */
export function totalCountText({ counts, minimum }: StateCounts): string {
  const known = Object.values(counts)
  if (known.length === 0) return formatCount(undefined)
  return `${formatCount(known.reduce((sum, count) => sum + count, 0))}${minimum.size > 0 ? '+' : ''}`
}

/** How many jobs of these states there are, `1,000+` where that is a minimum; no states mean all. */
export function matchingText(
  { counts, minimum }: StateCounts,
  states: readonly JobState[],
  among: (state: JobState) => boolean = () => true,
): string {
  const chosen = (Object.keys(counts) as JobState[]).filter(
    (state) => among(state) && (states.length === 0 || states.includes(state)),
  )
  const known = chosen.map((state) => counts[state] ?? 0)
  const total = known.reduce((sum, count) => sum + count, 0)
  return `${formatCount(total)}${chosen.some((state) => minimum.has(state)) ? '+' : ''}`
}
