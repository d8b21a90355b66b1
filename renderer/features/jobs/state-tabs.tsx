import type { KeyboardEvent } from 'react'
import type { JobState } from '../../../electron/contract/job.ts'
import { Icon } from '../../components/icon.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatCompact, formatCount } from '../../lib/format.ts'
import { glyphOfState, stateLabels } from '../../lib/glyphs.ts'
import { groupOrder } from './list-layout.ts'
import { stateCountText, totalCountText, type StateCounts } from './state-counts.ts'

/** `waiting-children` has a tab only when there are any: few use children. */
function tabsFor(counts: Partial<Record<JobState, number>>, selected: JobState | undefined): JobState[] {
  return groupOrder.filter(
    (state) => state !== 'waiting-children' || state === selected || (counts['waiting-children'] ?? 0) > 0,
  )
}

export function StateTabs({
  counts,
  selected,
  onSelect,
  arrivals,
  onShowArrivals,
}: {
  counts: StateCounts
  selected: JobState | undefined
  onSelect(state: JobState | undefined): void
  arrivals: number
  onShowArrivals(): void
}) {
  const tabs = tabsFor(counts.counts, selected)
  const order: (JobState | undefined)[] = [undefined, ...tabs]
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    event.stopPropagation()
    const next = (order.indexOf(selected) + step + order.length) % order.length
    onSelect(order[next])
    event.currentTarget.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus()
  }
  const tab = (state: JobState | undefined) => (
    <button
      key={state ?? 'all'}
      type="button"
      role="tab"
      aria-selected={state === selected}
      tabIndex={state === selected ? 0 : -1}
      title={state === undefined ? 'All jobs' : `${stateLabels[state]}, ${stateCountText(counts, state)}`}
      onClick={() => onSelect(state)}
    >
      {state === undefined ? 'All' : <StateGlyph name={glyphOfState(state)} label={false} />}
      {state !== undefined && state === selected && <span>{stateLabels[state]}</span>}
      <span className="num">
        {state === undefined ? totalCountText(counts) : stateCountText(counts, state, formatCompact)}
      </span>
      {state !== undefined && state !== selected && <span className="sr"> {stateLabels[state].toLowerCase()}</span>}
    </button>
  )
  return (
    <div className="states">
      <div className="states-l" role="tablist" aria-label="State" onKeyDown={onKeyDown}>
        {order.map(tab)}
      </div>
      {arrivals > 0 && (
        <button type="button" className="new-pill" aria-keyshortcuts="." onClick={onShowArrivals}>
          <Icon name="arrow" className="sm up" />
          {formatCount(arrivals)} new
        </button>
      )}
    </div>
  )
}
