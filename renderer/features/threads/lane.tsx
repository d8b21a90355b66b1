import { memo, type ReactNode } from 'react'
import type { Thread } from '../../../electron/contract/runner.ts'
import { ChangeButton, ChangeIconButton } from '../../components/change-button.tsx'
import { Meter } from '../../components/meter.tsx'
import { Sparkline } from '../../components/sparkline.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatBytes, formatCpu, formatElapsed, formatId, formatLoop, formatPercent } from '../../lib/format.ts'
import { glyphOfThread } from '../../lib/glyphs.ts'
import { useJobRow, usePanel } from '../../lib/panel-context.tsx'
import { useStopping, type Stopping } from '../../lib/stopping.ts'
import type { ThreadSample } from '../../stores/samples.ts'
import type { Segment } from '../../stores/timeline.ts'
import { useJobActions } from '../job-actions/use-job-actions.ts'
import { heapWarnFrom } from '../overview/needs-a-look.tsx'
import { describeLane, laneNote } from './lane-words.ts'
import { fitsLabel, nowAt, placeOf, placeSegments } from './place-segments.ts'

interface LaneProps {
  thread: Thread
  segments: readonly Segment[]
  samples: readonly ThreadSample[]
  now: number
  windowMs: number
  /** Width of the timeline in px: labels show only where they fit whole. */
  widthPx: number
  selected: boolean
  onSelect(id: string): void
}

/** A thread may tell of its job before there is a row of it. */
function useThreadStopping({ job }: Thread): Stopping | undefined {
  const row = useJobRow(job?.id)
  return useStopping(row ?? (job === undefined ? undefined : { id: job.id, state: 'active' }))
}

function Timeline({ thread, segments, now, windowMs, widthPx }: Omit<LaneProps, 'samples' | 'selected' | 'onSelect'>) {
  const ratio = useJobRow(thread.job?.id)?.progress?.ratio
  const stopping = useThreadStopping(thread)
  const here = nowAt * 100
  const placed = placeSegments(segments, now, windowMs, widthPx)
  const blockedFrom =
    thread.state === 'blocked' ? Math.max(0, placeOf(now - (thread.blockedMs ?? 0), now, windowMs)) : undefined
  const askedFrom = stopping?.askedAt === undefined ? undefined : Math.max(0, placeOf(stopping.askedAt, now, windowMs))
  const killAt =
    stopping?.killAt === undefined || stopping.killAt <= now
      ? undefined
      : Math.min(100, placeOf(stopping.killAt, now, windowMs))
  const cutAt = blockedFrom ?? askedFrom
  return (
    <div className={thread.state === 'idle' && placed.length === 0 ? 'l-tl empty' : 'l-tl'} aria-hidden="true">
      {placed.map((one) => {
        const cut = one.kind === 'running' && cutAt !== undefined ? Math.max(0, cutAt - one.left) : one.width
        const tiny = one.kind === 'done' && (one.width / 100) * widthPx < 40 ? ' tiny' : ''
        const label = fitsLabel(one.label ?? '', (cut / 100) * widthPx) ? one.label : undefined
        return (
          <span
            key={one.key}
            className={`sg ${one.kind}${tiny}`}
            style={{ left: `${one.left}%`, width: one.kind === 'running' ? `${cut}%` : `calc(${cut}% - 1px)` }}
          >
            {label !== undefined && (
              <em>
                {label}
                {one.kind === 'running' && ratio !== undefined && <i>{formatPercent(ratio)}</i>}
              </em>
            )}
          </span>
        )
      })}
      {blockedFrom !== undefined && (
        <span className="sg blocked" style={{ left: `${blockedFrom}%`, width: `${here - blockedFrom}%` }}>
          {((here - blockedFrom) / 100) * widthPx > 46 && <em>{formatElapsed(thread.blockedMs)}</em>}
        </span>
      )}
      {askedFrom !== undefined && blockedFrom === undefined && (
        <span className="sg cancelling" style={{ left: `${askedFrom}%`, width: `${here - askedFrom}%` }} />
      )}
      {killAt !== undefined && (
        <>
          <span className="sg ghost" style={{ left: `${here}%`, width: `${killAt - here}%` }} />
          <span className="kill" style={{ left: `${killAt}%` }}>
            <StateGlyph name="killed" label={false} />
          </span>
        </>
      )}
      {thread.state === 'retiring' && (
        <>
          <span className="sg out" style={{ left: `${here}%`, width: '5%' }} />
          <span className="kill exit" style={{ left: `${here + 5}%` }}>
            <StateGlyph name="retiring" label={false} />
          </span>
        </>
      )}
    </div>
  )
}

function Cpu({ thread, samples }: { thread: Thread; samples: readonly ThreadSample[] }) {
  if (thread.cpu === undefined) return <span className="dim">–</span>
  return (
    <>
      <b className="num">{formatCpu(thread.cpu)}</b>
      <Sparkline
        values={samples.map((sample) => sample.cpu ?? 0)}
        tone={thread.state === 'blocked' ? 'retry' : thread.job === undefined ? 'mut' : 'running'}
        max={1}
      />
    </>
  )
}

function Heap({ thread }: { thread: Thread }) {
  const { heapBytes, heapLimitBytes } = thread
  if (heapBytes === undefined) return <span className="dim">–</span>
  if (heapLimitBytes === undefined) return <span className="num">{formatBytes(heapBytes)}</span>
  const share = heapBytes / heapLimitBytes
  const near = share >= heapWarnFrom
  const mb = (bytes: number): string => String(Math.round(bytes / 2 ** 20))
  return (
    <>
      <span className={near ? 'num t-retry' : 'num'}>
        {mb(heapBytes)}
        <small> / {mb(heapLimitBytes)} MB</small>
      </span>
      <Meter kind="meter" value={share} label={`Heap of ${thread.id}`} tone={near ? 'warn' : 'mut'} />
    </>
  )
}

/** Asks the question before a kill. */
export function useAskToKill(thread: Thread): () => void {
  const { stores } = usePanel()
  return () => {
    if (thread.job === undefined) return
    const { id, type, since } = thread.job
    stores.ui.setState({
      question: { kind: 'kill', id, type, thread: thread.id, since, blocked: thread.state === 'blocked' },
    })
  }
}

function Action({ thread }: { thread: Thread }) {
  const actions = useJobActions()
  const askToKill = useAskToKill(thread)
  const stopping = useThreadStopping(thread)
  if (thread.job === undefined) return null
  if (thread.state === 'cancelling' || stopping !== undefined) {
    return (
      <ChangeButton size="sm" variant="danger" onClick={askToKill}>
        Kill now
      </ChangeButton>
    )
  }
  const { id, type, since } = thread.job
  return (
    <ChangeIconButton
      size="sm"
      icon="cancel"
      label={`Cancel #${id}`}
      onClick={() => actions.cancel({ id, type, state: 'active', startedAt: since })}
    />
  )
}

function JobWords({ thread, now }: { thread: Thread; now: number }) {
  const stopping = useThreadStopping(thread)
  const note = laneNote(thread, stopping, now)
  const title: ReactNode =
    thread.job === undefined ? (
      <b>{thread.state === 'starting' ? 'New thread starting' : 'Idle'}</b>
    ) : (
      <>
        <b>{thread.job.type}</b>{' '}
        <span className="mono dim" title={thread.job.id}>
          {formatId(thread.job.id)}
        </span>
      </>
    )
  return (
    <div className="l-job">
      <div className="cut">{title}</div>
      <div className="l-s num cut">{note.tone === '' ? note.text : <span className={note.tone}>{note.text}</span>}</div>
    </div>
  )
}

/** One thread: what it runs, for how long, what it ran before, what it takes. */
export const Lane = memo(function Lane(props: LaneProps) {
  const { thread, samples, now, selected, onSelect } = props
  const look = thread.state === 'busy' ? 'running' : thread.state
  return (
    <li
      className={`lane ${look}${selected ? ' on' : ''}`}
      aria-label={describeLane(thread)}
      {...(selected ? { 'aria-current': true } : {})}
    >
      <div className="l-id">
        {/* Its target covers the whole lane; what can be pressed by itself lies above it. */}
        <button
          type="button"
          className="mono"
          aria-label={`Select ${thread.id}`}
          aria-pressed={selected}
          onClick={() => onSelect(thread.id)}
        >
          {thread.id}
        </button>
        <StateGlyph name={glyphOfThread(thread.state)} />
      </div>
      <JobWords thread={thread} now={now} />
      <div className="l-el num">
        {thread.job === undefined ? '' : formatElapsed(now - Date.parse(thread.job.since))}
      </div>
      <Timeline {...props} />
      <div className="l-m">
        <Cpu thread={thread} samples={samples} />
      </div>
      <div className="l-h">
        <Heap thread={thread} />
      </div>
      <div className={thread.state === 'blocked' ? 'l-e num t-retry' : 'l-e num'}>{formatLoop(thread.loop)}</div>
      <div className="l-a">
        <Action thread={thread} />
      </div>
    </li>
  )
})
