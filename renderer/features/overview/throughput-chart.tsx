import { useState, type KeyboardEvent, type PointerEvent } from 'react'
import type { Throughput } from '../../../electron/contract/runner.ts'
import { formatClock, formatCount, formatDuration, formatHour } from '../../lib/format.ts'
import { labelIndexes, niceTop } from './chart-scale.ts'

const width = 760
const barsHeight = 124
const lineHeight = 34

type Bucket = Throughput['buckets'][number]

function Bars({ buckets, top, hot }: { buckets: Bucket[]; top: number; hot: number | undefined }) {
  const slot = width / buckets.length
  const bar = Math.max(1, slot * 0.76)
  const scale = (value: number): number => (value / top) * (barsHeight - 1)
  return (
    <svg
      style={{ height: barsHeight }}
      viewBox={`0 0 ${width} ${barsHeight}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="grid" d={`M0 .5H${width}M0 ${barsHeight / 2}H${width}M0 ${barsHeight - 0.5}H${width}`} />
      {buckets.map((bucket, index) => {
        const done = scale(bucket.completed)
        // A single failure among hundreds must still be seen.
        const failed = bucket.failed === 0 ? 0 : Math.max(3, scale(bucket.failed))
        const look = index === hot ? 'c-done hot' : index === buckets.length - 1 ? 'c-done part' : 'c-done'
        return (
          <g key={bucket.at}>
            <rect className={look} x={index * slot} y={barsHeight - done} width={bar} height={done} rx="1.5" />
            {failed > 0 && (
              <rect
                className="c-fail"
                x={index * slot}
                y={Math.max(0, barsHeight - done - failed - 1.5)}
                width={bar}
                height={failed}
                rx="1.5"
              />
            )}
          </g>
        )
      })}
    </svg>
  )
}

function Line({ buckets, top }: { buckets: Bucket[]; top: number }) {
  const slot = width / buckets.length
  const points = buckets.map((bucket, index) => {
    const y = lineHeight - 0.5 - (bucket.enqueued / top) * (lineHeight - 2)
    return `${(index * slot + slot * 0.38).toFixed(1)} ${y.toFixed(1)}`
  })
  const path = `M${points.join('L')}`
  return (
    <svg
      style={{ height: lineHeight }}
      viewBox={`0 0 ${width} ${lineHeight}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className="grid" d={`M0 .5H${width}M0 ${lineHeight - 0.5}H${width}`} />
      <path className="c-wait-a" d={`${path}L${width} ${lineHeight}L0 ${lineHeight}Z`} />
      <path className="c-wait" d={path} />
    </svg>
  )
}

function Tip({ bucket, x }: { bucket: Bucket; x: number }) {
  return (
    <div className={x > 0.7 ? 'tip left' : 'tip'} style={{ '--x': x } as React.CSSProperties}>
      <div className="tip-b">
        <b className="num">
          {formatClock(bucket.at).replace(/:\d\d$/, (seconds) => (seconds === ':00' ? '' : seconds))}
        </b>
        <span>
          <i className="sw done" />
          {formatCount(bucket.completed)} completed
        </span>
        <span>
          <i className="sw failed" />
          {formatCount(bucket.failed)} failed
        </span>
        <span>
          <i className="sw line" />
          {formatCount(bucket.enqueued)} enqueued
        </span>
      </div>
    </div>
  )
}

/** What the chart shows, as a sentence. */
export function summarizeThroughput({ buckets, bucketMs, totals }: Throughput): string {
  const worst = buckets.reduce<Bucket | undefined>(
    (most, bucket) => (bucket.failed > (most?.failed ?? 0) ? bucket : most),
    undefined,
  )
  const most = worst === undefined ? '' : ` Most failures at ${formatHour(worst.at)}: ${formatCount(worst.failed)}.`
  return (
    `Jobs finished in steps of ${formatDuration(bucketMs)}. ` +
    `${formatCount(totals.completed)} completed, ${formatCount(totals.failed)} failed, ${formatCount(totals.cancelled)} cancelled.${most}`
  )
}

/** Finished jobs as bars, enqueued ones as a line below. Arrow keys walk along it, as the pointer does. */
export function ThroughputChart({ throughput }: { throughput: Throughput }) {
  const { buckets } = throughput
  const [hot, setHot] = useState<number | undefined>(undefined)
  const top = niceTop(Math.max(...buckets.map((bucket) => bucket.completed + bucket.failed)))
  const topEnqueued = niceTop(Math.max(...buckets.map((bucket) => bucket.enqueued)))
  const hotBucket = hot === undefined ? undefined : buckets[hot]

  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    const plot = event.currentTarget.querySelector('.plot')?.getBoundingClientRect()
    if (plot === undefined) return
    const index = Math.floor(((event.clientX - plot.left) / plot.width) * buckets.length)
    setHot(index >= 0 && index < buckets.length ? index : undefined)
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === 'Escape') setHot(undefined)
    if (step === undefined) return
    event.preventDefault()
    setHot(Math.min(buckets.length - 1, Math.max(0, (hot ?? buckets.length) + step)))
  }

  const labels = labelIndexes(buckets.length, 7)
  return (
    <figure
      className="chart"
      role="img"
      tabIndex={0}
      aria-label={summarizeThroughput(throughput)}
      onPointerMove={onPointerMove}
      onPointerLeave={() => setHot(undefined)}
      onBlur={() => setHot(undefined)}
      onKeyDown={onKeyDown}
    >
      <div className="ax-y" aria-hidden="true">
        <span>{formatCount(top)}</span>
        <span>{formatCount(top / 2)}</span>
        <span>0</span>
      </div>
      <div className="plot">
        <Bars buckets={buckets} top={top} hot={hot} />
      </div>
      <div className="ax-y two" aria-hidden="true">
        <span>{formatCount(topEnqueued)}</span>
        <span>0</span>
      </div>
      <div className="plot two">
        <Line buckets={buckets} top={topEnqueued} />
      </div>
      {hotBucket !== undefined && hot !== undefined && <Tip bucket={hotBucket} x={(hot + 0.38) / buckets.length} />}
      <div className="ax-x" aria-hidden="true">
        {labels.map((index) => (
          <span key={index}>{index === buckets.length - 1 ? 'now' : formatHour(buckets[index]?.at)}</span>
        ))}
      </div>
    </figure>
  )
}
