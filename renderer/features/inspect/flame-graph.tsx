import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import type { CallNode } from '../../../electron/contract/call-tree.ts'
import { Button } from '../../components/button.tsx'
import { formatDuration } from '../../lib/format.ts'
import { layoutFlame, neighbour, type FlameCell } from './flame-layout.ts'
import { formatShare, shortPlace } from './place-words.ts'

/** A target of 24 px, and a gap. */
const rowPx = 25

function toneOf({ url, name }: CallNode, jobFiles: ReadonlySet<string>): string {
  if (jobFiles.has(url)) return 'own'
  if (name === '(idle)') return 'idle'
  return name === '(garbage collector)' ? 'gc' : ''
}

function describe(node: CallNode, wholeUs: number): string {
  const place = shortPlace(node.url, node.line)
  const share = formatShare(node.totalUs / Math.max(1, wholeUs))
  return [node.name, place, share].filter(Boolean).join(', ')
}

/** What is known of one call, below the picture. */
function Reading({ node, wholeUs }: { node: CallNode | undefined; wholeUs: number }) {
  if (node === undefined)
    return <p className="fl-read dim">Point at a call, or walk with the arrow keys. Enter zooms in.</p>
  const share = (us: number): string => `${formatShare(us / Math.max(1, wholeUs))}, ${formatDuration(us / 1000)}`
  return (
    <p className="fl-read">
      <b className="mono">{node.name}</b>
      <span className="mono dim cut" title={node.url}>
        {shortPlace(node.url, node.line)}
      </span>
      <span className="num">total {share(node.totalUs)}</span>
      <span className="num">self {share(node.selfUs)}</span>
    </p>
  )
}

interface CallProps {
  cell: FlameCell
  /** `fl-c` with the tone of whose code it is. */
  tone: string
  label: string
  /** The one call that Tab reaches; the arrow keys move it. */
  current: boolean
  /** Escape leaves the zoom, not the dialog around it. */
  holdsEscape: boolean
  onKeyDown(event: KeyboardEvent): void
  onPoint(): void
  onFocus(): void
  onZoom(): void
}

function Call({ cell, tone, label, current, holdsEscape, onKeyDown, onPoint, onFocus, onZoom }: CallProps) {
  const { node, depth, left, width } = cell
  return (
    <div
      role="treeitem"
      aria-level={depth + 1}
      aria-label={label}
      aria-selected={current}
      tabIndex={current ? 0 : -1}
      data-call={node.id}
      data-mantine-stop-propagation={holdsEscape}
      className={`fl-c ${tone}`}
      style={{ left: `${left * 100}%`, width: `${width * 100}%`, top: depth * rowPx }}
      onKeyDown={onKeyDown}
      onFocus={onFocus}
      onMouseEnter={onPoint}
      onClick={onZoom}
    >
      <span>{node.name}</span>
    </div>
  )
}

/** The calls of a profile, each under its caller, as wide as the time it took. The job's own code is blue. */
export function FlameGraph({ root, jobFiles }: { root: CallNode; jobFiles: ReadonlySet<string> }) {
  const [zoomed, setZoomed] = useState<string | undefined>(undefined)
  const [focused, setFocused] = useState<string | undefined>(undefined)
  const [hovered, setHovered] = useState<CallNode | undefined>(undefined)
  const tree = useRef<HTMLDivElement>(null)
  const cells = useMemo(() => layoutFlame(root, zoomed), [root, zoomed])
  const rows = cells.reduce((most, { depth }) => Math.max(most, depth + 1), 0)
  const current = cells.find(({ node }) => node.id === focused) ?? cells[0]

  const zoom = (cell: FlameCell): void =>
    setZoomed(cell.depth === 0 || cell.node.id === zoomed ? undefined : cell.node.id)
  const onKeyDown = (cell: FlameCell, event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') zoom(cell)
    else if (event.key === 'Escape' && zoomed !== undefined) setZoomed(undefined)
    else {
      const next = neighbour(cells, cell.node.id, event.key)
      if (next === undefined) return
      setFocused(next.node.id)
      tree.current?.querySelector<HTMLElement>(`[data-call="${next.node.id}"]`)?.focus()
    }
    event.preventDefault()
  }
  const shown = hovered ?? cells.find(({ node }) => node.id === focused)?.node
  if (cells.length === 0)
    return <p className="fl-none dim">Nothing was sampled: the recording was over before the first sample.</p>
  return (
    <div className="fl">
      <div className="fl-scroll scroll">
        <div
          ref={tree}
          className="fl-tree"
          role="tree"
          aria-label="Flame graph"
          style={{ height: rows * rowPx }}
          onMouseLeave={() => setHovered(undefined)}
        >
          {cells.map((cell) => (
            <Call
              key={cell.node.id}
              cell={cell}
              tone={toneOf(cell.node, jobFiles)}
              label={describe(cell.node, root.totalUs)}
              current={cell === current}
              holdsEscape={zoomed !== undefined}
              onKeyDown={(event) => onKeyDown(cell, event)}
              onPoint={() => setHovered(cell.node)}
              onFocus={() => setFocused(cell.node.id)}
              onZoom={() => zoom(cell)}
            />
          ))}
        </div>
      </div>
      <div className="fl-foot">
        <Reading node={shown} wholeUs={root.totalUs} />
        {zoomed !== undefined && (
          <Button size="sm" variant="quiet" icon="undo" onClick={() => setZoomed(undefined)}>
            Whole profile
          </Button>
        )}
      </div>
    </div>
  )
}
