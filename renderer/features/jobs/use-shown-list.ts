import { useCallback, useMemo, useRef, useState } from 'react'
import { useJobs } from '../../lib/panel-context.tsx'
import { filterToSearch, type JobFilter } from './job-filter.ts'
import { extendLayout, freezeLayout, layoutJobs, type ListContent } from './list-layout.ts'
import type { JobPages } from './use-job-pages.ts'

export interface ShownList {
  content: ListContent
  /** Jobs that came while the list was held still. */
  arrivals: number
  showArrivals(): void
  hold(reason: 'pointer' | 'focus', on: boolean): void
}

interface Shown {
  key: string
  pages: JobPages['pages']
  reading: number
  turn: number
  content: ListContent
}

/** The list as it is drawn: it follows the jobs, but stands still while somebody is in it. */
export function useShownList(filter: JobFilter, { pages, reading }: JobPages): ShownList {
  const live = useJobs((jobs) => jobs.rows)
  const removed = useJobs((jobs) => jobs.removed)
  const [held, setHeld] = useState<{ pointer: boolean; focus: boolean }>({ pointer: false, focus: false })
  const [turn, setTurn] = useState(0)
  const computed = useMemo(() => layoutJobs(pages, live, removed, filter, Date.now()), [pages, live, removed, filter])
  const key = filterToSearch(filter)
  const shown = useRef<Shown | undefined>(undefined)

  const frozen = held.pointer || held.focus
  const before = shown.current
  // Another filter, a list read anew and the pill are the user's own doing: they do move it.
  const still =
    frozen && before !== undefined && before.key === key && before.reading === reading && before.turn === turn
  const kept = still ? (before.pages === pages ? before.content : extendLayout(before.content, pages)) : undefined
  const result = kept === undefined ? { content: computed, arrivals: [] } : freezeLayout(kept, computed)
  shown.current = { key, pages, reading, turn, content: result.content }

  const hold = useCallback((reason: 'pointer' | 'focus', on: boolean) => {
    setHeld((was) => (was[reason] === on ? was : { ...was, [reason]: on }))
  }, [])
  const showArrivals = useCallback(() => setTurn((was) => was + 1), [])
  return { content: result.content, arrivals: result.arrivals.length, showArrivals, hold }
}
