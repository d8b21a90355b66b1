import { useMemo, useState } from 'react'
import type { ThroughputRange } from '../../../electron/contract/runner.ts'
import { Skeleton } from '../../components/region-states.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { useClient, useQueue, useSystem } from '../../lib/panel-context.tsx'
import { useLoad, useThrottledEffect } from '../../lib/use-load.ts'
import { groupErrors } from './error-groups.ts'
import { Figures } from './figures.tsx'
import { FirstRun } from './first-run.tsx'
import { NeedsALook } from './needs-a-look.tsx'
import { NowCard } from './now-card.tsx'
import { ThroughputCard } from './throughput-card.tsx'
import { WhyCard } from './why-card.tsx'
import './chart.css'
import './overview.css'

const ranges: readonly { value: ThroughputRange; label: string }[] = [
  { value: '15m', label: '15 min' },
  { value: '1h', label: '1 hour' },
  { value: '24h', label: '24 hours' },
  { value: '7d', label: '7 days' },
]

const rangeMs: Record<ThroughputRange, number> = {
  '15m': 15 * 60_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
}

/** A chart read from the history; while jobs finish it is read again, but not with each of them. */
function useThroughput(range: ThroughputRange) {
  const client = useClient()
  const loaded = useLoad(`throughput ${range}`, (signal) => client.queue.throughput({ range }, { signal }))
  const finished = useQueue((queue) =>
    queue === undefined ? 0 : queue.counts.completed + queue.counts.failed + queue.counts.cancelled,
  )
  useThrottledEffect(finished, range === '15m' || range === '1h' ? 3000 : 30_000, loaded.reload)
  return loaded
}

function useErrorGroups(range: ThroughputRange) {
  const client = useClient()
  const failures = useLoad(`failures ${range}`, (signal) =>
    client.jobs.list(
      { state: ['failed'], since: new Date(Date.now() - rangeMs[range]).toISOString(), limit: 200 },
      { signal },
    ),
  )
  const failed = useQueue((queue) => queue?.counts.failed)
  useThrottledEffect(failed, 3000, failures.reload)
  // Unknown until read: no failure yet would be a claim.
  return useMemo(() => failures.value && groupErrors(failures.value.jobs), [failures.value])
}

function Healthy() {
  const [range, setRange] = useState<ThroughputRange>('1h')
  const throughput = useThroughput(range)
  const errors = useErrorGroups(range)
  return (
    <>
      <div className="head">
        <h1>Overview</h1>
        <div className="right">
          <Segmented<ThroughputRange> label="Time range" value={range} options={ranges} onChange={setRange} />
        </div>
      </div>
      <div className="scroll ov">
        <Figures throughput={throughput.value} errors={errors} />
        <div className="ov-grid">
          <ThroughputCard loaded={throughput} />
          <WhyCard />
          <NowCard />
          <NeedsALook errors={errors} />
        </div>
      </div>
    </>
  )
}

/** Is it healthy? Before the first job: what to do first. */
export function OverviewScreen() {
  const total = useQueue((queue) =>
    queue === undefined ? undefined : Object.values(queue.counts).reduce((sum, count) => sum + count, 0),
  )
  // Whoever runs the first job from here stays to see what came of it.
  const [watching, setWatching] = useState(false)
  const environment = useSystem((system) => system?.profile.environment) ?? 'development'
  if (total === undefined) {
    return (
      <>
        <div className="head">
          <h1>Overview</h1>
        </div>
        <div className="ov">
          <Skeleton rows={8} />
        </div>
      </>
    )
  }
  // A sample job is for trying out: nobody wants to be led into adding one to what is in earnest.
  if ((total === 0 && environment === 'development') || watching)
    return <FirstRun onRun={() => setWatching(true)} onDone={() => setWatching(false)} />
  return <Healthy />
}
