import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { summarize, type JobState } from '../../../electron/contract/job.ts'
import { toPanelError, type PanelError } from '../../lib/errors.ts'
import { useClient, useJobs, usePanel, useQueue } from '../../lib/panel-context.tsx'
import { useThrottledEffect } from '../../lib/use-load.ts'
import { filterToSearch, narrows, toListInput, type JobFilter } from './job-filter.ts'
import { groupOrder, type StatePage } from './list-layout.ts'
import { readOn } from './read-on.ts'
import type { StateCounts } from './state-counts.ts'

/** Of each group when all are shown, and of one state on its own. The runner gives 200 at most. */
const firstOfGroup = 50
const pageSize = 200

export interface JobPages {
  pages: ReadonlyMap<JobState, StatePage>
  /** Stays the same while further pages are added, and changes when the list was read anew. */
  reading: number
  /** True until the first answer to this filter is there. */
  loading: boolean
  error: PanelError | undefined
  /** Reads the next page of a group. */
  more(state: JobState): void
  reload(): void
}

/** Reads the list in pages, each state for itself, so that every group is exact and can go on. */
export function useJobPages(filter: JobFilter): JobPages {
  const client = useClient()
  const { stores } = usePanel()
  const key = filterToSearch(filter)
  const [turn, setTurn] = useState(0)
  const [state, setState] = useState<{
    key: string
    pages: ReadonlyMap<JobState, StatePage>
    error: PanelError | undefined
    loaded: boolean
    reading: number
  }>({ key, pages: new Map(), error: undefined, loaded: false, reading: 0 })
  const asked = useRef(new Set<string>())
  const reading = useRef(new AbortController())

  const read = useCallback(
    async (one: JobState, limit: number, cursor: string | undefined, signal: AbortSignal): Promise<StatePage> => {
      const answer = await client.jobs.list(
        {
          ...toListInput(filter, Date.now()),
          state: [one],
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        },
        { signal },
      )
      const attempts = stores.preferences.getState().value?.queue.attempts ?? 1
      return {
        rows: answer.jobs.map((job) => summarize(job, attempts)),
        nextCursor: answer.nextCursor,
        total: answer.total,
        totalIsMinimum: answer.totalIsMinimum,
      }
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` is the filter by value.
    [client, stores, key],
  )

  const goOn = useCallback(
    async (one: JobState, page: StatePage, rows: number, signal: AbortSignal): Promise<void> => {
      const show = (next: StatePage): boolean => {
        if (signal.aborted) return false
        setState((before) => (before.key === key ? { ...before, pages: new Map(before.pages).set(one, next) } : before))
        return true
      }
      const cursor = page.nextCursor
      const mark = `${key} ${one} ${cursor ?? ''}`
      if (cursor === undefined || page.rows.length >= rows || asked.current.has(mark)) return
      asked.current.add(mark)
      try {
        await readOn(page, rows, (from) => read(one, pageSize, from, signal), show)
      } catch (caught) {
        if (signal.aborted) return
        asked.current.delete(mark)
        setState((before) => {
          if (before.key !== key) return before
          // What was read stays, and can be gone on with.
          const known = before.pages.get(one)
          const pages = new Map(before.pages)
          if (known?.looking === true) pages.set(one, { ...known, looking: false })
          return { ...before, pages: known?.looking === true ? pages : before.pages, error: toPanelError(caught) }
        })
      }
    },
    [key, read],
  )

  useEffect(() => {
    const stop = new AbortController()
    reading.current = stop
    asked.current.clear()
    const wanted = filter.states.length > 0 ? filter.states : groupOrder
    // The line of waiting jobs is read whole where it can be: the next one stands at its start.
    const limitOf = (one: JobState): number => (wanted.length === 1 || one === 'waiting' ? pageSize : firstOfGroup)
    Promise.all(wanted.map(async (one) => [one, await read(one, limitOf(one), undefined, stop.signal)] as const)).then(
      (entries) => {
        if (stop.signal.aborted) return
        // A page that is short though there is more: its search goes on by itself.
        const isShort = (one: JobState, page: StatePage): boolean =>
          page.nextCursor !== undefined && page.rows.length < limitOf(one)
        const shown = entries.map(
          ([one, page]) => [one, isShort(one, page) ? { ...page, looking: true } : page] as const,
        )
        setState((before) => ({
          key,
          pages: new Map(shown),
          error: undefined,
          loaded: true,
          reading: before.reading + 1,
        }))
        for (const [one, page] of entries) if (isShort(one, page)) void goOn(one, page, limitOf(one), stop.signal)
      },
      (caught: unknown) => {
        if (stop.signal.aborted) return
        const error = toPanelError(caught)
        setState((before) =>
          before.key === key ? { ...before, error } : { ...before, key, pages: new Map(), error, loaded: false },
        )
      },
    )
    return () => stop.abort()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `read` changes with the filter.
  }, [read, goOn, turn])

  const more = useCallback(
    (one: JobState): void => {
      const page = state.pages.get(one)
      if (page === undefined || page.looking === true) return
      void goOn(one, page, page.rows.length + firstOfGroup, reading.current.signal)
    },
    [goOn, state.pages],
  )

  const reload = useCallback(() => setTurn((before) => before + 1), [])
  const current = state.key === key
  return {
    pages: useMemo(() => (current ? state.pages : new Map<JobState, StatePage>()), [current, state.pages]),
    reading: state.reading,
    loading: !current || (!state.loaded && state.error === undefined),
    error: current ? state.error : undefined,
    more,
    reload,
  }
}

const exact: ReadonlySet<JobState> = new Set()
const nothing: StateCounts = { counts: {}, minimum: exact }

/** How many jobs each state has in this view: from the counters, or asked anew while jobs change. */
export function useStateCounts(filter: JobFilter): StateCounts {
  const client = useClient()
  const counts = useQueue((queue) => queue?.counts)
  const narrowed = narrows(filter)
  const key = filterToSearch({ ...filter, states: [] })
  const [totals, setTotals] = useState(nothing)
  const [turn, setTurn] = useState(0)
  const rows = useJobs((jobs) => (narrowed ? jobs.rows : undefined))
  useThrottledEffect(rows, 3000, () => setTurn((before) => before + 1))
  useEffect(() => {
    if (!narrowed) return
    const stop = new AbortController()
    const input = toListInput(filter, Date.now())
    Promise.all(
      groupOrder.map(async (state) => {
        const { total, totalIsMinimum } = await client.jobs.list(
          { ...input, state: [state], limit: 1 },
          { signal: stop.signal },
        )
        return { state, total, isMinimum: totalIsMinimum === true }
      }),
    ).then(
      (answers) => {
        if (stop.signal.aborted) return
        setTotals({
          counts: Object.fromEntries(answers.map(({ state, total }) => [state, total])),
          minimum: new Set(answers.filter(({ isMinimum }) => isMinimum).map(({ state }) => state)),
        })
      },
      // The list itself says that it cannot be read; a count that is missing is not shown.
      () => undefined,
    )
    return () => stop.abort()
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` is the filter by value.
  }, [client, narrowed, key, turn])
  return useMemo(() => (narrowed ? totals : { counts: counts ?? {}, minimum: exact }), [narrowed, totals, counts])
}
