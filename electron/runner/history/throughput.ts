import type { Throughput, ThroughputRange } from '../../contract/runner.ts'
import type { Database } from './database.ts'

const minute = 60_000
const hour = 60 * minute

/** Length of the range and of its buckets, in ms. Buckets are no finer than the stored 15 s, then half hours. */
const ranges: Record<ThroughputRange, { lengthMs: number; bucketMs: number }> = {
  '15m': { lengthMs: 15 * minute, bucketMs: 15_000 },
  '1h': { lengthMs: hour, bucketMs: minute },
  '24h': { lengthMs: 24 * hour, bucketMs: 30 * minute },
  '7d': { lengthMs: 168 * hour, bucketMs: 3 * hour },
}

/** Waiting times are taken from the newest finished jobs, at most so many: a million would take seconds. */
const maxWaitSamples = 10_000

interface BucketRow {
  index: number
  kind: string
  jobs: number
}

type Bucket = Throughput['buckets'][number]

function isCounted(kind: string): kind is 'completed' | 'failed' | 'cancelled' | 'enqueued' {
  return kind === 'completed' || kind === 'failed' || kind === 'cancelled' || kind === 'enqueued'
}

/** Finished jobs over time. The last bucket is the one `now` falls into. */
export async function readThroughput(
  { prisma, schema }: Database,
  sourceId: number,
  range: ThroughputRange,
  now: Date,
): Promise<Throughput> {
  const { lengthMs, bucketMs } = ranges[range]
  const end = (Math.floor(now.getTime() / bucketMs) + 1) * bucketMs
  const [from, to] = [new Date(end - lengthMs), new Date(end)]
  const counted = prisma.$queryRawUnsafe<BucketRow[]>(
    `SELECT floor(extract(epoch FROM at - $1::timestamptz) * 1000 / ${bucketMs})::int AS index, kind, sum(jobs)::int AS jobs
     FROM "${schema}".throughput WHERE source_id = ${sourceId} AND at >= $1::timestamptz AND at < $2::timestamptz
     GROUP BY 1, 2`,
    from,
    to,
  )
  const waited = prisma.$queryRawUnsafe<{ p50: number | null; p95: number | null }[]>(
    `SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS p50, percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95
     FROM (SELECT greatest(extract(epoch FROM started_at - created_at) * 1000, 0)::float8 AS ms FROM "${schema}".job
       WHERE source_id = ${sourceId} AND finished_at >= $1::timestamptz AND finished_at < $2::timestamptz
       ORDER BY finished_at DESC LIMIT ${maxWaitSamples}) AS newest`,
    from,
    to,
  )
  const buckets = Array.from({ length: lengthMs / bucketMs }, (_, index): Bucket => {
    const at = new Date(from.getTime() + index * bucketMs).toISOString()
    return { at, completed: 0, failed: 0, cancelled: 0, enqueued: 0 }
  })
  const totals = { completed: 0, failed: 0, cancelled: 0 }
  for (const { index, kind, jobs } of await counted) {
    const bucket = buckets[index]
    if (bucket === undefined || !isCounted(kind)) continue
    bucket[kind] += jobs
    if (kind !== 'enqueued') totals[kind] += jobs
  }
  const [wait] = await waited
  return {
    range,
    bucketMs,
    buckets,
    totals,
    ...(typeof wait?.p50 === 'number' && typeof wait.p95 === 'number'
      ? { waitMs: { p50: wait.p50, p95: wait.p95 } }
      : {}),
  }
}
