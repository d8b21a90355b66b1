import { useElementSize } from '@mantine/hooks'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Skeleton } from '../../components/region-states.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { Stepper } from '../../components/stepper.tsx'
import { formatClock } from '../../lib/format.ts'
import { usePreferences, useThreads } from '../../lib/panel-context.tsx'
import { Inspector } from './inspector.tsx'
import { describeThreads } from './lane-words.ts'
import { Lane } from './lane.tsx'
import { axisMarks, nowAt } from './place-segments.ts'
import { ResizeStrip } from './resize-strip.tsx'
import { useThreadsPicture, type ThreadsPicture } from './use-frozen.ts'
import { poolLimits, usePoolSize } from './use-pool-size.ts'
import './inspector.css'
import './threads.css'

type Window = '30' | '120' | '600'
const windows: readonly { value: Window; label: string }[] = [
  { value: '30', label: '30 s' },
  { value: '120', label: '2 min' },
  { value: '600', label: '10 min' },
]

/** Lanes of threads that may still be started, drawn at most. */
const spareAtMost = 8
const noSegments: readonly never[] = []

/** Space freezes, + and - resize, wherever the focus is, unless it is in a control. */
function useThreadKeys(keys: Record<string, () => void>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event
      if (event.metaKey || event.ctrlKey || event.altKey) return
      if (target instanceof HTMLElement && target.closest('input, textarea, button, a, [role="dialog"]')) return
      const act = keys[event.key]
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [keys])
}

function Axis({ windowMs, now }: { windowMs: number; now: number }) {
  return (
    <div className="axis">
      {axisMarks(windowMs).map((mark) => (
        <span key={mark.left} style={{ left: `${mark.left}%` }}>
          {mark.label}
        </span>
      ))}
      <span className="nowl" style={{ left: `${nowAt * 100}%` }}>
        {formatClock(now, now)}
      </span>
    </div>
  )
}

function Lanes({
  picture,
  windowMs,
  spare,
  selectedId,
  onSelect,
}: {
  picture: ThreadsPicture
  windowMs: number
  spare: number
  selectedId: string | undefined
  onSelect(id: string): void
}) {
  const { ref, width } = useElementSize()
  return (
    <div className="lanes-w">
      <div className="lanes-h" aria-hidden="true">
        <span>Thread</span>
        <span>Running now</span>
        <span className="r">For</span>
        <div ref={ref}>
          <Axis windowMs={windowMs} now={picture.now} />
        </div>
        <span>CPU</span>
        <span>Heap</span>
        <span className="r">Loop</span>
        <span />
      </div>
      <ol className="lanes scroll" aria-label="Thread lanes">
        {picture.threads.map((thread) => (
          <Lane
            key={`${thread.runner} ${thread.id}`}
            thread={thread}
            segments={picture.lanes.get(thread.id) ?? noSegments}
            samples={picture.samples.get(thread.id) ?? noSegments}
            now={picture.now}
            windowMs={windowMs}
            widthPx={width}
            selected={thread.id === selectedId}
            onSelect={onSelect}
          />
        ))}
        {Array.from({ length: Math.min(spare, spareAtMost) }, (_, index) => (
          <li key={`spare ${index}`} className="lane spare">
            <div className="l-id">
              <span className="mono">–</span>
            </div>
            <div className="l-job">
              <div className="cut">Not started</div>
              <div className="l-s cut">starts when a job needs it</div>
            </div>
            <div />
            <div className="l-tl empty" aria-hidden="true" />
          </li>
        ))}
      </ol>
      <div className="now-line" aria-hidden="true">
        <i style={{ left: `${nowAt * 100}%` }} />
        {axisMarks(windowMs)
          .slice(1)
          .map((mark) => (
            <u key={mark.left} style={{ left: `${mark.left}%` }} />
          ))}
      </div>
    </div>
  )
}

/** Every thread as a lane: what it runs, what it ran, what it takes. */
export function ThreadsScreen() {
  const [frozen, setFrozen] = useState(false)
  const [seconds, setSeconds] = useState<Window>('120')
  const [chosenId, setChosenId] = useState<string | undefined>(undefined)
  const { size, setSize } = usePoolSize()
  const concurrency = usePreferences((preferences) => preferences?.queue.concurrency)
  const loaded = useThreads((list) => list !== undefined)
  const picture = useThreadsPicture(frozen)
  const toggle = useCallback((id: string) => setChosenId((before) => (before === id ? undefined : id)), [])
  const keys = useMemo(
    () => ({
      ' ': () => setFrozen((before) => !before),
      '+': () => size !== undefined && setSize(size + 1),
      '-': () => size !== undefined && setSize(size - 1),
      Escape: () => setChosenId(undefined),
    }),
    [size, setSize],
  )
  useThreadKeys(keys)

  const chosen = picture.threads.find((thread) => thread.id === chosenId)
  const limited = size !== undefined && concurrency !== undefined && concurrency < size
  return (
    <>
      <div className="head">
        <h1>Threads</h1>
        <span className="meta">
          {describeThreads(picture.threads)}
          {limited && `. At most ${concurrency} jobs at once, by preference`}
        </span>
        <div className="right">
          <Segmented<Window> label="Time window" value={seconds} options={windows} onChange={setSeconds} />
          <Button
            size="sm"
            icon={frozen ? 'play' : 'pause'}
            aria-pressed={frozen}
            aria-keyshortcuts="Space"
            title="Stops drawing, not the work"
            onClick={() => setFrozen(!frozen)}
          >
            {frozen ? 'Frozen' : 'Freeze'}
          </Button>
          <span className="sep" />
          <span className="sec pool-l">Pool size</span>
          {size !== undefined && (
            <Stepper
              small
              label="Pool size"
              lessLabel="One thread fewer"
              moreLabel="One thread more"
              value={size}
              min={poolLimits.min}
              max={poolLimits.max}
              onChange={setSize}
            />
          )}
        </div>
      </div>
      {size !== undefined && <ResizeStrip threads={picture.threads} size={size} onSize={setSize} />}
      {loaded ? (
        <Lanes
          picture={picture}
          windowMs={Number(seconds) * 1000}
          spare={Math.max(0, (size ?? 0) - picture.threads.length)}
          selectedId={chosen?.id}
          onSelect={toggle}
        />
      ) : (
        <div className="ov">
          <Skeleton rows={6} />
        </div>
      )}
      {chosen !== undefined && <Inspector thread={chosen} onClose={() => setChosenId(undefined)} />}
    </>
  )
}
