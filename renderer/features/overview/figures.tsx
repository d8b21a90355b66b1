import type { ReactNode } from 'react'
import type { Throughput } from '../../../electron/contract/runner.ts'
import { Elapsed } from '../../components/elapsed.tsx'
import { Sparkline, type SparkTone } from '../../components/sparkline.tsx'
import { formatCount, formatDuration, formatPercent, plural, unknown } from '../../lib/format.ts'
import { useJobs, useQueue, useRunners, useSamples, useThreads } from '../../lib/panel-context.tsx'
import type { ErrorGroup } from './error-groups.ts'

function Figure({
  label,
  value,
  unit,
  note,
  values,
  tone,
}: {
  label: string
  value: string
  unit?: string
  note: ReactNode
  values: readonly number[]
  tone: SparkTone
}) {
  return (
    <li className="kpi">
      <div className="k-l">{label}</div>
      <div className="k-v">
        <span className="num">{value}</span>
        {unit !== undefined && <small>{unit}</small>}
      </div>
      <div className="k-s">
        <span>{note}</span>
      </div>
      <Sparkline values={values} tone={tone} />
    </li>
  )
}

/** When the job that waits longest was enqueued. */
function useOldestWaiting(): string | undefined {
  return useJobs(({ rows }) => {
    let oldest: string | undefined
    for (const job of rows.values()) {
      if (job.state === 'waiting' && (oldest === undefined || job.createdAt < oldest)) oldest = job.createdAt
    }
    return oldest
  })
}

function Running() {
  const active = useQueue((queue) => queue?.counts.active)
  const threads = useThreads((list) => list?.length ?? 0)
  const busy = useThreads((list) => list?.filter((thread) => thread.job !== undefined).length ?? 0)
  const values = useSamples((samples) => samples.queue)
  const alone = useRunners((runners) => (runners ?? []).every(({ self }) => self))
  const here = useRunners((runners) => runners?.find(({ self }) => self)?.active ?? 0)
  const elsewhere = Math.max(0, (active ?? 0) - here)
  const note = !alone
    ? `${formatCount(here)} here on ${plural(threads, 'thread')}, ${formatCount(elsewhere)} elsewhere`
    : threads === 0
      ? 'No thread has started yet'
      : busy === 0
        ? 'All threads are idle'
        : busy === threads
          ? 'All threads are busy'
          : `${threads - busy} idle`
  return (
    <Figure
      label="Running"
      value={formatCount(active)}
      unit={alone ? `of ${plural(threads, 'thread')}` : active === 1 ? 'job' : 'jobs'}
      note={note}
      values={values.map((sample) => sample.active)}
      tone="running"
    />
  )
}

function Waiting() {
  const waiting = useQueue((queue) => queue?.counts.waiting)
  const oldest = useOldestWaiting()
  const values = useSamples((samples) => samples.queue)
  return (
    <Figure
      label="Waiting"
      value={formatCount(waiting)}
      unit={waiting === 1 ? 'job' : 'jobs'}
      note={
        oldest === undefined ? (
          'Nothing waits'
        ) : (
          <>
            The oldest waits <Elapsed since={oldest} />
          </>
        )
      }
      values={values.map((sample) => sample.waiting)}
      tone="mut"
    />
  )
}

/** `3.8` and `s`: the figure is large, its unit small. */
function splitUnit(text: string): [string, string | undefined] {
  const match = /^([\d.]+) (\S+)$/.exec(text)
  return match?.[1] === undefined ? [text, undefined] : [match[1], match[2]]
}

/** The five figures: is it healthy? */
export function Figures({
  throughput,
  errors,
}: {
  throughput: Throughput | undefined
  errors: readonly ErrorGroup[] | undefined
}) {
  const perMinute = useQueue((queue) => queue?.rates.completedPerMinute)
  const { totals, waitMs } = throughput ?? {}
  // The last bucket has only begun; as a point of a line it would look like a fall.
  const full = throughput?.buckets.slice(0, -1) ?? []
  const ended = totals === undefined ? 0 : totals.completed + totals.failed
  const shared = errors?.[0]
  const [p95, p95Unit] = splitUnit(waitMs === undefined ? unknown : formatDuration(waitMs.p95))
  return (
    <ul className="kpis card" aria-label="Key figures">
      <Running />
      <Waiting />
      <Figure
        label="Finished"
        value={formatCount(totals?.completed)}
        unit={totals?.completed === 1 ? 'job' : 'jobs'}
        note={perMinute === undefined ? unknown : `${formatCount(perMinute)} per minute`}
        values={ended === 0 ? [] : full.map((bucket) => bucket.completed)}
        tone="done"
      />
      <Figure
        label="Failed"
        value={formatCount(totals?.failed)}
        {...(ended === 0 ? {} : { unit: formatPercent((totals?.failed ?? 0) / ended) })}
        note={
          shared !== undefined && shared.count > 1
            ? `${formatCount(shared.count)} share one error`
            : totals === undefined
              ? unknown
              : totals.failed === 0
                ? 'Nothing failed'
                : 'No two share an error'
        }
        values={(totals?.failed ?? 0) === 0 ? [] : full.map((bucket) => bucket.failed)}
        tone="failed"
      />
      <Figure
        label="Wait, p95"
        value={p95}
        {...(p95Unit === undefined ? {} : { unit: p95Unit })}
        note={
          waitMs !== undefined
            ? `Median ${formatDuration(waitMs.p50)}`
            : totals === undefined
              ? unknown
              : 'No job has finished'
        }
        values={[]}
        tone="mut"
      />
    </ul>
  )
}
