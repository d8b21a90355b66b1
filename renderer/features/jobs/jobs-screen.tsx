import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { BatchAction } from '../../../electron/contract/batch.ts'
import type { JobState, JobSummary } from '../../../electron/contract/job.ts'
import { Button, buttonClass } from '../../components/button.tsx'
import { Empty, ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import { useBatch } from '../../lib/panel-context.tsx'
import { useNarrow } from '../../lib/use-narrow.ts'
import { useReadOnly } from '../../lib/use-read-only.ts'
import type { BatchQuery } from '../../stores/mass.ts'
import { useMass } from '../job-actions/use-mass.ts'
import { JobDetail } from '../job-detail/job-detail.tsx'
import { AllBar } from './all-bar.tsx'
import { BatchBar } from './batch-bar.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { FilterBox } from './filter-box.tsx'
import { JobGrid } from './job-grid.tsx'
import { filterFromSearch, filterToSearch, narrows, toListInput, type JobFilter } from './job-filter.ts'
import { shownOfGroup, toItems } from './list-layout.ts'
import { matchingText, stateCountText, totalCountText, withListed } from './state-counts.ts'
import { QueueMenu } from './queue-menu.tsx'
import { StateTabs } from './state-tabs.tsx'
import { useJobPages, useStateCounts } from './use-job-pages.ts'
import { useListKeys } from './use-list-keys.ts'
import { useShownList } from './use-shown-list.ts'
import './jobs.css'

function NoJobs({ filter, onDrop }: { filter: JobFilter; onDrop(): void }) {
  const readOnly = useReadOnly()
  if (filter.states.length === 0 && !narrows(filter)) {
    return (
      <Empty
        icon="jobs"
        title="No jobs yet"
        actions={
          readOnly === undefined ? (
            <Link href="/enqueue" className={buttonClass('primary', 'sm')}>
              Enqueue
            </Link>
          ) : undefined
        }
      >
        {readOnly === undefined
          ? 'What is enqueued here, by REST, by the command line or by another program shows up at once.'
          : `${readOnly}, so nothing can be enqueued from here. What other programs enqueue shows up at once.`}
      </Empty>
    )
  }
  return (
    <Empty
      icon="filter"
      title="No job matches"
      actions={
        <Button size="sm" onClick={onDrop}>
          {narrows(filter) ? 'Drop the filter' : 'Show all states'}
        </Button>
      }
    />
  )
}

/** Rows that “Show more” adds to a group. */
const showMoreBy = 100

interface Neighbours {
  previous: string | undefined
  next: string | undefined
}

/** The list, with the state that only it needs: cursor, picked rows, collapsed groups. */
function JobList({
  openId,
  returnTo,
  onNeighbours,
}: {
  openId: string | undefined
  /** The job that stood in place of the list until now: the list is gone on with from there. */
  returnTo: string | undefined
  /** Who stands before and after the open job, for the arrows of its header. */
  onNeighbours(neighbours: Neighbours): void
}) {
  const search = useSearch()
  const [, navigate] = useLocation()
  const filter = useMemo(() => filterFromSearch(search), [search])
  const key = filterToSearch(filter)
  const paged = useJobPages(filter)
  const counted = useStateCounts(filter)
  const counts = useMemo(() => withListed(counted, paged.pages), [counted, paged.pages])
  const { content, arrivals, showArrivals, hold } = useShownList(filter, paged)
  const [collapsed, setCollapsed] = useState<ReadonlySet<JobState>>(new Set())
  const [cursorId, setCursorId] = useState<string | undefined>(openId ?? returnTo)
  const [pickedIds, setPickedIds] = useState<ReadonlySet<string>>(new Set())
  const [allPicked, setAllPicked] = useState(false)
  const batch = useBatch()
  const filterInput = useRef<HTMLInputElement>(null)
  const grid = useRef<HTMLDivElement>(null)

  const headings = filter.states.length !== 1
  const [limits, setLimits] = useState<ReadonlyMap<JobState, number>>(new Map())
  const items = useMemo(
    () => toItems(content.groups, collapsed, headings, limits),
    [content.groups, collapsed, headings, limits],
  )
  const ids = useMemo(() => items.flatMap((item) => (item.kind === 'row' ? [item.id] : [])), [items])
  const picked = useMemo(
    () => [...pickedIds].map((id) => content.rows.get(id)).filter((job): job is JobSummary => job !== undefined),
    [pickedIds, content.rows],
  )
  useEffect(() => {
    setPickedIds(new Set())
    setAllPicked(false)
    setLimits(new Map())
  }, [key])
  const { more } = paged
  const showMore = useCallback(
    (state: JobState) => {
      const group = content.groups.find((one) => one.state === state)
      const limit = (limits.get(state) ?? shownOfGroup) + showMoreBy
      setLimits((before) => new Map(before).set(state, limit))
      if (group !== undefined && group.ids.length < limit) more(state)
    },
    [content.groups, limits, more],
  )
  useEffect(() => {
    if (openId !== undefined) setCursorId(openId)
  }, [openId])

  const { loading } = paged
  useEffect(() => {
    if (returnTo !== undefined && !loading) grid.current?.focus()
  }, [returnTo, loading])

  const openAt = openId === undefined ? -1 : ids.indexOf(openId)
  const previous = openAt > 0 ? ids[openAt - 1] : undefined
  const next = openAt >= 0 ? ids[openAt + 1] : undefined
  useEffect(() => onNeighbours({ previous, next }), [onNeighbours, previous, next])

  const setFilter = useCallback(
    (next: JobFilter) => navigate(`/jobs${openId === undefined ? '' : `/${openId}`}${filterToSearch(next)}`),
    [navigate, openId],
  )
  const open = useCallback((id: string) => navigate(`/jobs/${encodeURIComponent(id)}${key}`), [navigate, key])
  const pick = useCallback(
    (id: string, range: boolean) => {
      setAllPicked(false)
      const from = cursorId === undefined ? -1 : ids.indexOf(cursorId)
      const to = ids.indexOf(id)
      setCursorId(id)
      setPickedIds((before) => {
        const next = new Set(before)
        if (range && from >= 0 && to >= 0) {
          for (const one of ids.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(one)
        } else if (!next.delete(id)) next.add(id)
        return next
      })
    },
    [cursorId, ids],
  )
  const toggleGroup = useCallback((state: JobState) => {
    setCollapsed((before) => {
      const next = new Set(before)
      if (!next.delete(state)) next.add(state)
      return next
    })
  }, [])
  const move = (step: 1 | -1, extend: boolean): void => {
    const at = cursorId === undefined ? -1 : ids.indexOf(cursorId)
    const next = ids[at === -1 ? (step === 1 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + step))]
    if (next === undefined) return
    if (extend) setPickedIds((before) => new Set([...before, ...(cursorId === undefined ? [] : [cursorId]), next]))
    setCursorId(next)
    // With a job open beside the list, walking the list walks through the jobs.
    if (openId !== undefined && !extend) open(next)
  }
  const pickAll = (): void => {
    setPickedIds(new Set(ids))
    setAllPicked(true)
  }
  const clearPicked = (): void => {
    setPickedIds(new Set())
    setAllPicked(false)
  }
  const batchQuery: BatchQuery = {
    ...toListInput(filter, Date.now()),
    ...(filter.states.length > 0 ? { state: [...filter.states] } : {}),
  }
  const startMass = useMass()
  const onAll = (action: BatchAction): void =>
    startMass({
      kind: 'matching',
      action,
      query: batchQuery,
      started: () => {
        clearPicked()
        // The button that was pressed goes away with its bar.
        grid.current?.focus()
      },
    })
  const onKeyDown = useListKeys({
    cursor: cursorId === undefined ? undefined : content.rows.get(cursorId),
    picked,
    onAll: allPicked ? onAll : undefined,
    move,
    toEnd: (which) => setCursorId(which === 'first' ? ids[0] : ids.at(-1)),
    pick: (id) => pick(id, false),
    pickAll,
    open: (id, full) => (full ? navigate(`/jobs/${encodeURIComponent(id)}?full=1`) : open(id)),
    close: () => {
      if (pickedIds.size > 0 || allPicked) clearPicked()
      else if (openId !== undefined) navigate(`/jobs${key}`)
    },
    go: (path) => navigate(path),
    showArrivals,
    focusFilter: () => filterInput.current?.focus(),
  })
  // `/` also works when nothing in the screen has the focus.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.metaKey || event.ctrlKey || event.altKey) return
      if (event.target instanceof HTMLElement && event.target.closest('input, textarea, [contenteditable]')) return
      event.preventDefault()
      filterInput.current?.focus()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])

  const selected = filter.states.length === 1 ? filter.states[0] : undefined
  const matching = selected === undefined ? totalCountText(counts) : stateCountText(counts, selected)
  return (
    <section className="jlist" aria-label="Job list">
      <div className="head">
        <h1>Jobs</h1>
        <span className="meta">
          {matching} {matching === '1' ? 'job' : 'jobs'}
          {narrows(filter) ? ' match' : ''}
        </span>
        <span className="right">
          <QueueMenu />
        </span>
      </div>
      <FilterBox filter={filter} onChange={setFilter} inputRef={filterInput} onLeave={() => grid.current?.focus()} />
      <StateTabs
        counts={counts}
        selected={selected}
        onSelect={(state) => setFilter({ ...filter, states: state === undefined ? [] : [state] })}
        arrivals={arrivals}
        onShowArrivals={showArrivals}
      />
      {paged.error !== undefined && content.rows.size === 0 ? (
        <div className="jrows middle">
          <ErrorRegion title="The list could not be read" error={paged.error} onRetry={paged.reload} />
        </div>
      ) : paged.loading ? (
        <div className="jrows">
          <Skeleton rows={10} />
        </div>
      ) : items.length === 0 ? (
        <div className="jrows middle">
          <NoJobs filter={filter} onDrop={() => setFilter({ states: [] })} />
        </div>
      ) : (
        <JobGrid
          items={items}
          content={content}
          counts={counts}
          openId={openId}
          cursorId={cursorId}
          picked={pickedIds}
          autoMore={!headings}
          gridRef={grid}
          onToggleGroup={toggleGroup}
          onMore={headings ? showMore : paged.more}
          onOpen={open}
          onPick={pick}
          onKeyDown={onKeyDown}
          onHold={hold}
        />
      )}
      {batch !== undefined ? (
        <BatchBar />
      ) : allPicked ? (
        <AllBar counts={counts} states={filter.states} onAct={onAll} onClear={clearPicked} />
      ) : (
        picked.length > 0 && (
          <BulkBar
            jobs={picked}
            matching={matchingText(counts, filter.states)}
            onPickAll={pickAll}
            onClear={clearPicked}
          />
        )
      )}
    </section>
  )
}

/** The list, and beside it, or instead of it, one job. */
export function JobsScreen({ openId }: { openId: string | undefined }) {
  const params = new URLSearchParams(useSearch())
  const [, navigate] = useLocation()
  // Two of them do not fit side by side everywhere.
  const narrow = useNarrow()
  const full = openId !== undefined && (narrow || params.has('full'))
  const [returnTo, setReturnTo] = useState<string | undefined>(undefined)
  params.delete('full')
  params.delete('tab')
  const rest = params.size === 0 ? '' : `?${params.toString()}`
  const [neighbours, setNeighbours] = useState<Neighbours>({ previous: undefined, next: undefined })
  const goTo = (id: string | undefined) =>
    id === undefined ? undefined : () => navigate(`/jobs/${encodeURIComponent(id)}${rest}`)
  if (full) {
    return (
      <div className="jobs full">
        <JobDetail
          key={openId}
          id={openId}
          full
          onClose={() => {
            setReturnTo(openId)
            navigate(`/jobs${rest}`)
          }}
          onResize={narrow ? undefined : () => navigate(`/jobs/${encodeURIComponent(openId)}${rest}`)}
        />
      </div>
    )
  }
  return (
    <div className={openId === undefined ? 'jobs' : 'jobs with-detail'}>
      <JobList openId={openId} returnTo={returnTo} onNeighbours={setNeighbours} />
      {openId !== undefined && (
        <JobDetail
          key={openId}
          id={openId}
          full={false}
          onPrevious={goTo(neighbours.previous)}
          onNext={goTo(neighbours.next)}
          onClose={() => {
            navigate(`/jobs${rest}`)
            // Back to where it was opened from.
            document.querySelector<HTMLElement>('.jgrid')?.focus()
          }}
          onResize={() => navigate(`/jobs/${encodeURIComponent(openId)}?full=1`)}
        />
      )}
    </div>
  )
}
