import { Link } from 'wouter'
import type { Thread } from '../../../electron/contract/runner.ts'
import { Elapsed } from '../../components/elapsed.tsx'
import { Meter } from '../../components/meter.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import { formatElapsed, formatId, formatPercent } from '../../lib/format.ts'
import { glyphOfThread } from '../../lib/glyphs.ts'
import { useJobRow, usePreferences, useThreads, useTimeline } from '../../lib/panel-context.tsx'
import { useNow } from '../../lib/use-now.ts'
import type { Segment } from '../../stores/timeline.ts'

const windowMs = 120_000
const rowsAtMost = 10

function segmentLook(segment: Segment): string {
  if (segment.until === undefined) return 'g run'
  if (segment.state === 'failed' || segment.state === 'delayed') return 'g fail'
  return segment.state === 'cancelled' ? 'g cut-off' : 'g done'
}

function MiniLane({ thread }: { thread: Thread }) {
  const now = useNow(1000)
  const lane = useTimeline((timeline) => timeline.lanes.get(thread.id))
  const left = now - windowMs
  const place = (at: number): number => Math.max(0, Math.min(100, ((at - left) / windowMs) * 100))
  return (
    <span className="ml" aria-hidden="true">
      {(lane ?? [])
        .filter((segment) => (segment.until ?? now) > left)
        .map((segment) => {
          const from = place(segment.from)
          const blockedFrom =
            segment.until === undefined && thread.state === 'blocked' ? place(now - (thread.blockedMs ?? 0)) : undefined
          const until = blockedFrom ?? place(segment.until ?? now)
          return (
            <span key={`${segment.jobId} ${segment.from}`}>
              <i
                className={segmentLook(segment)}
                style={{ left: `${from}%`, width: `${Math.max(0.6, until - from)}%` }}
              />
              {blockedFrom !== undefined && (
                <i className="g blk" style={{ left: `${blockedFrom}%`, width: `${100 - blockedFrom}%` }} />
              )}
            </span>
          )
        })}
    </span>
  )
}

function Progress({ thread }: { thread: Thread }) {
  const row = useJobRow(thread.job?.id)
  const ratio = row?.progress?.ratio
  if (thread.job === undefined) return <span className="pr" />
  if (thread.state === 'blocked') {
    return (
      <span className="pr">
        <span className="t-retry">blocked {formatElapsed(thread.blockedMs)}</span>
      </span>
    )
  }
  if (ratio === undefined) {
    return (
      <span className="pr">
        <span className="dim">no progress</span>
      </span>
    )
  }
  return (
    <span className="pr">
      <Meter value={ratio} label={`${thread.job.type} progress`} />
      <span className="num">{formatPercent(ratio)}</span>
    </span>
  )
}

function NowRow({ thread }: { thread: Thread }) {
  const { job } = thread
  return (
    <li className={job === undefined ? 'off' : ''}>
      <span className="t mono">{thread.id}</span>
      <StateGlyph name={glyphOfThread(thread.state)} />
      {job === undefined ? (
        <span className="ty dim">{thread.state === 'starting' ? 'Starting' : 'Idle'}</span>
      ) : (
        <Link className="ty cut" href={`/jobs/${job.id}`}>
          <b>{job.type}</b>{' '}
          <span className="mono dim" title={job.id}>
            {formatId(job.id)}
          </span>
        </Link>
      )}
      <MiniLane thread={thread} />
      <Progress thread={thread} />
      <span className="el num">{job !== undefined && <Elapsed since={job.since} />}</span>
    </li>
  )
}

/** What each thread does now, and did in the last two minutes. */
export function NowCard() {
  const threads = useThreads((list) => list)
  const atMost = usePreferences((preferences) => preferences?.pool.maxThreads)
  const shown = threads?.slice(0, rowsAtMost) ?? []
  const more = (threads?.length ?? 0) - shown.length
  return (
    <section className="card" aria-labelledby="h-now">
      <div className="card-h">
        <h2 id="h-now">On threads now</h2>
        <div className="right">
          <span>{more > 0 ? `and ${more} more, ` : ''}last 2 min</span>
          <Link className="link" href="/threads">
            Open Threads
          </Link>
        </div>
      </div>
      {shown.length === 0 ? (
        <p className="ov-none">
          No thread runs yet. The first job starts one{atMost === undefined ? '' : `, and up to ${atMost} run at once`}.
        </p>
      ) : (
        <ul className="now">
          {shown.map((thread) => (
            <NowRow key={`${thread.runner} ${thread.id}`} thread={thread} />
          ))}
        </ul>
      )}
    </section>
  )
}
