import { formatClock, formatIso } from '../lib/format.ts'
import { toMs } from '../lib/format.ts'

/** A point in time, short; the whole of it, local and UTC, on hover, and ISO when read by a machine. */
export function Clock({
  time,
  format = formatClock,
}: {
  time: string | number | undefined
  format?: (time: string | number | undefined) => string
}) {
  const ms = toMs(time)
  if (ms === undefined) return <span className="dim">–</span>
  return (
    <time dateTime={new Date(ms).toISOString()} title={formatIso(ms)}>
      {format(ms)}
    </time>
  )
}
