import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type KeyboardEvent, type Ref } from 'react'
import type { JobState } from '../../../electron/contract/job.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatCount } from '../../lib/format.ts'
import { glyphOfState, stateLabels } from '../../lib/glyphs.ts'
import { usePreferences } from '../../lib/panel-context.tsx'
import { textScale } from '../../lib/text-scale.ts'
import { JobRow } from './job-row.tsx'
import type { LayoutGroup, ListContent, ListItem } from './list-layout.ts'
import { lastColumn } from './row-words.ts'
import { stateCountText, type StateCounts } from './state-counts.ts'

/** As in the style sheets, in px, at the usual size of text. */
const heights = { comfortable: { row: 34, group: 31 }, compact: { row: 26, group: 31 } }

function GroupHeading({
  group,
  total,
  collapsed,
  onToggle,
}: {
  group: LayoutGroup
  total: string
  collapsed: boolean
  onToggle(state: JobState): void
}) {
  const label = stateLabels[group.state]
  return (
    <div className="jgh" role="row">
      <IconButton
        size="sm"
        icon={collapsed ? 'right' : 'down'}
        label={`${collapsed ? 'Expand' : 'Collapse'} ${label}`}
        tabIndex={-1}
        aria-expanded={!collapsed}
        onClick={() => onToggle(group.state)}
      />
      <StateGlyph name={glyphOfState(group.state)} label={false} />
      <b role="rowheader">{label}</b>
      <span className="num dim">{total}</span>
      <span className="jgx">{lastColumn[group.state]}</span>
    </div>
  )
}

/** The rows, drawn only where they are in sight. One stop in the tab order; J, K and the arrows move inside. */
export function JobGrid({
  items,
  content,
  counts,
  openId,
  cursorId,
  picked,
  autoMore,
  gridRef,
  onToggleGroup,
  onMore,
  onOpen,
  onPick,
  onKeyDown,
  onHold,
}: {
  items: readonly ListItem[]
  content: ListContent
  counts: StateCounts
  openId: string | undefined
  cursorId: string | undefined
  picked: ReadonlySet<string>
  /** The last page is read when its end comes in sight; with several groups it is asked for. */
  autoMore: boolean
  gridRef: Ref<HTMLDivElement>
  onToggleGroup(state: JobState): void
  onMore(state: JobState): void
  onOpen(id: string): void
  onPick(id: string, range: boolean): void
  onKeyDown(event: KeyboardEvent): void
  /** Somebody points at the list, or is in it. */
  onHold(reason: 'pointer' | 'focus', on: boolean): void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const density = usePreferences((preferences) => preferences?.panel.density ?? 'comfortable')
  const height = heights[density]
  const scale = textScale()
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (items[index]?.kind === 'group' ? height.group : height.row) * scale,
    getItemKey: (index) => {
      const item = items[index]
      if (item === undefined) return index
      return item.kind === 'row' ? `row ${item.id}` : `${item.kind} ${item.group.state}`
    },
    overscan: 12,
  })
  const { measure, scrollToIndex } = virtual
  useEffect(() => measure(), [density, measure])

  // Until the counts are there, what the page said.
  const totalOf = ({ state, total, totalIsMinimum }: LayoutGroup): string =>
    counts.counts[state] === undefined
      ? `${formatCount(total)}${totalIsMinimum === true ? '+' : ''}`
      : stateCountText(counts, state)
  const cursorIndex = items.findIndex((item) => item.kind === 'row' && item.id === cursorId)
  useEffect(() => {
    if (cursorIndex >= 0) scrollToIndex(cursorIndex, { align: 'auto' })
    // Only a cursor that moved scrolls; rows that come in above must not.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [cursorId, scrollToIndex])

  const drawn = virtual.getVirtualItems()
  const lastDrawn = drawn.at(-1)?.index ?? -1
  const end = items.at(-1)
  useEffect(() => {
    if (autoMore && end?.kind === 'more' && lastDrawn === items.length - 1) onMore(end.group.state)
  }, [autoMore, end, items.length, lastDrawn, onMore])

  return (
    <div
      ref={scroller}
      className="jrows scroll"
      onPointerEnter={() => onHold('pointer', true)}
      onPointerLeave={() => onHold('pointer', false)}
    >
      <div
        ref={gridRef}
        role="grid"
        aria-label="Jobs"
        aria-rowcount={items.length}
        aria-multiselectable="true"
        tabIndex={0}
        className="jgrid"
        {...(cursorId === undefined ? {} : { 'aria-activedescendant': `job-${cursorId}` })}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={onKeyDown}
        onFocus={() => onHold('focus', true)}
        onBlur={() => onHold('focus', false)}
      >
        {drawn.map((line) => {
          const item = items[line.index]
          if (item === undefined) return null
          const row = item.kind === 'row' ? content.rows.get(item.id) : undefined
          return (
            <div
              key={line.key}
              role="presentation"
              className="jline"
              style={{ transform: `translateY(${line.start}px)`, height: line.size }}
            >
              {item.kind === 'group' && (
                <GroupHeading
                  group={item.group}
                  total={totalOf(item.group)}
                  collapsed={item.collapsed}
                  onToggle={onToggleGroup}
                />
              )}
              {row !== undefined && (
                <JobRow
                  job={row}
                  index={line.index + 1}
                  open={row.id === openId}
                  cursor={row.id === cursorId}
                  picked={picked.has(row.id)}
                  onOpen={onOpen}
                  onPick={onPick}
                />
              )}
              {item.kind === 'more' && (
                <div className="jmore">
                  {item.group.looking === true ? (
                    <span className="dim">Looking further back</span>
                  ) : autoMore ? (
                    <span className="dim">Reading more</span>
                  ) : (
                    <Button size="sm" variant="quiet" tabIndex={-1} onClick={() => onMore(item.group.state)}>
                      Show more of {totalOf(item.group)}
                    </Button>
                  )}
                </div>
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}
