import { useState } from 'react'
import type { Throughput } from '../../../electron/contract/runner.ts'
import { Button } from '../../components/button.tsx'
import { Clock } from '../../components/clock.tsx'
import { ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import { formatCount } from '../../lib/format.ts'
import type { Loaded } from '../../lib/use-load.ts'
import { ThroughputChart } from './throughput-chart.tsx'

function ThroughputTable({ throughput }: { throughput: Throughput }) {
  return (
    <div className="ov-table scroll" tabIndex={0} role="region" aria-label="Throughput as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Completed</th>
            <th scope="col">Failed</th>
            <th scope="col">Cancelled</th>
            <th scope="col">Enqueued</th>
          </tr>
        </thead>
        <tbody>
          {throughput.buckets.toReversed().map((bucket) => (
            <tr key={bucket.at}>
              <th scope="row">
                <Clock time={bucket.at} />
              </th>
              <td>{formatCount(bucket.completed)}</td>
              <td>{formatCount(bucket.failed)}</td>
              <td>{formatCount(bucket.cancelled)}</td>
              <td>{formatCount(bucket.enqueued)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

export function ThroughputCard({ loaded }: { loaded: Loaded<Throughput> }) {
  const [asTable, setAsTable] = useState(false)
  const { value, error, reload } = loaded
  return (
    <section className="card" aria-labelledby="h-through">
      <div className="card-h">
        <h2 id="h-through">Throughput</h2>
        <div className="right legend">
          <span>
            <i className="sw done" />
            Completed
          </span>
          <span>
            <i className="sw failed" />
            Failed
          </span>
          <span>
            <i className="sw line" />
            Enqueued
          </span>
          <Button size="sm" variant="quiet" aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? 'Chart' : 'Table'}
          </Button>
        </div>
      </div>
      {value !== undefined ? (
        asTable ? (
          <ThroughputTable throughput={value} />
        ) : (
          <ThroughputChart throughput={value} />
        )
      ) : error !== undefined ? (
        <ErrorRegion title="The throughput could not be read" error={error} onRetry={reload} />
      ) : (
        <div className="ov-chart-wait">
          <Skeleton rows={4} />
        </div>
      )}
    </section>
  )
}
