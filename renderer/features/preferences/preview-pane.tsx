import type { Preferences } from '../../../electron/contract/preferences.ts'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatBytes, formatPercent, plural } from '../../lib/format.ts'
import { useSystem, useThreads } from '../../lib/panel-context.tsx'
import type { Change } from './preferences-draft.ts'
import { previewOf, type PoolPlace, type Preview } from './preview.ts'
import './preview-pane.css'

/** More places than these would be too small to tell apart. */
const drawnAtMost = 48

const placeWords: Record<PoolPlace, string> = {
  busy: 'busy',
  blocked: 'blocked',
  idle: 'idle',
  free: 'not started',
  new: 'more',
  retiring: 'retiring',
  gap: '',
}

function PoolBars({ places }: { places: readonly PoolPlace[] }) {
  const counts = Object.entries(placeWords)
    .map(([place, word]) => [places.filter((other) => other === place).length, word] as const)
    .filter(([count, word]) => count > 0 && word !== '')
  return (
    <div className="pp-bars" role="img" aria-label={counts.map(([count, word]) => `${count} ${word}`).join(', ')}>
      {places.slice(0, drawnAtMost).map((place, index) => (
        <i key={index} className={place} />
      ))}
    </div>
  )
}

function range({ pool }: Preferences): string {
  return pool.minThreads === pool.maxThreads
    ? plural(pool.maxThreads, 'thread')
    : `${pool.minThreads} to ${plural(pool.maxThreads, 'thread')}`
}

function Memory({ saved, next }: { saved: Preferences; next: Preferences }) {
  const installed = useSystem((system) => system?.memoryBytes)
  const perThread = useThreads(
    (threads) => threads?.reduce((most, thread) => Math.max(most, thread.heapLimitBytes ?? 0), 0) ?? 0,
  )
  if (installed === undefined || perThread === 0) return null
  const before = perThread * saved.pool.maxThreads
  const after = perThread * next.pool.maxThreads
  const share = (bytes: number): string => `${Math.min(100, (bytes / installed) * 100)}%`
  return (
    <div className="pp-m">
      <div className="pp-mh">
        <span>Memory, if every thread fills up</span>
        <b className="num">{formatBytes(after)}</b>
      </div>
      <div
        className="pp-mb"
        role="img"
        aria-label={`${formatBytes(after)} of ${formatBytes(installed)}, ${formatBytes(before)} now`}
      >
        <i className="was" style={{ width: share(Math.min(before, after)) }} />
        {after > before && (
          <i className={after > installed ? 'add over' : 'add'} style={{ width: share(after - before) }} />
        )}
      </div>
      <div className="pp-mf num">
        <span>{after === before ? `${formatBytes(perThread)} a thread` : `${formatBytes(before)} before`}</span>
        <span>{formatBytes(installed)} installed</span>
      </div>
    </div>
  )
}

function Cores({ saved, next, preview }: { saved: Preferences; next: Preferences; preview: Preview }) {
  const cores = useSystem((system) => system?.cores)
  const cpu = useThreads((threads) => threads?.reduce((sum, thread) => sum + (thread.cpu ?? 0), 0))
  if (cores === undefined) return null
  const share = cpu === undefined ? undefined : cpu / cores
  const more = next.pool.maxThreads - saved.pool.maxThreads
  const idle = next.pool.maxThreads - preview.jobsAfter
  return (
    <div className="pp-m">
      <div className="pp-mh">
        <span>Threads and cores</span>
        <b className="num">
          {next.pool.maxThreads} on {cores}
        </b>
      </div>
      <p className="sec">
        {share !== undefined && `The threads use ${formatPercent(share)} of the cores now. `}
        {next.pool.maxThreads > cores && more > 0 && 'Above the number of cores, jobs that compute share them. '}
        {idle > 0 &&
          `${plural(preview.jobsAfter, 'job runs', 'jobs run')} at once, so ${plural(idle, 'thread has', 'threads have')} nothing to do.`}
      </p>
    </div>
  )
}

/** What applying would do to the pool, in order of when it is felt. */
export function PreviewPane({
  saved,
  next,
  changes,
}: {
  saved: Preferences
  next: Preferences | undefined
  changes: readonly Change[]
}) {
  const threads = useThreads((value) => value) ?? []
  const then = next ?? saved
  const preview = previewOf(saved, then, threads, next === undefined ? [] : changes)
  const runs = changes.some(({ setting }) => /^(pool|queue|cancel)\./.test(setting.path))
  return (
    <aside className="pf-p scroll" aria-labelledby="pp-h">
      <div className="head">
        <h2 id="pp-h">{changes.length === 0 ? 'As it is now' : 'If you apply this now'}</h2>
      </div>
      <div className="pp-b">
        <div>
          <div className="pp-l">
            <span>Now</span>
            <span className="num">{range(saved)}</span>
          </div>
          <PoolBars places={preview.now} />
        </div>
        {changes.length > 0 && (
          <div>
            <div className="pp-l">
              <span>After</span>
              <span className="num">{next === undefined ? '–' : range(then)}</span>
            </div>
            <PoolBars places={preview.after} />
          </div>
        )}
        {next === undefined && (
          <p className="pp-bad" role="status">
            <StateGlyph name="failed" label={false} />
            <span>A value cannot be used yet. It is marked on the left, or in another section.</span>
          </p>
        )}
        {next !== undefined && runs && (
          <div className="pp-ok">
            <StateGlyph name="done" label={false} />
            <div>
              <b>No job is interrupted</b>
              <span>
                {preview.busy === 0
                  ? 'None is running just now.'
                  : preview.busy === 1
                    ? 'The running job keeps its thread.'
                    : `All ${preview.busy} running jobs keep their thread.`}
              </span>
            </div>
          </div>
        )}
        {preview.steps.length > 0 && (
          <ol className="pp-steps">
            {preview.steps.map((step) => (
              <li key={step.title}>
                <span className="pp-t">{step.when}</span>
                <div>
                  <b className={step.warns === true ? 't-retry' : undefined}>{step.title}</b>
                  {step.detail !== undefined && <span>{step.detail}</span>}
                </div>
              </li>
            ))}
          </ol>
        )}
        <Memory saved={saved} next={then} />
        <Cores saved={saved} next={then} preview={preview} />
      </div>
    </aside>
  )
}
