import { formatClock, formatRoundTrip } from '../lib/format.ts'
import { useConnection, useConnectionKind, useQueue } from '../lib/panel-context.tsx'
import type { ConnectionKind } from '../stores/connection.ts'

const words: Record<ConnectionKind, string> = {
  connecting: 'Connecting',
  live: 'Live',
  slow: 'Slow',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
}

/** Live with its round trip, or how old what is on screen is. */
export function ConnectionStatus() {
  const kind = useConnectionKind()
  const roundTrip = useQueue((queue) => queue?.connection.roundTripMs)
  const asOf = useConnection((state) => (state.line === 'open' ? undefined : state.asOf))
  const known = kind === 'live' || kind === 'slow'
  return (
    <span className={`conn ${kind}`} role="status">
      <i className="dot" aria-hidden="true" />
      {words[kind]}
      {known && roundTrip !== undefined && (
        <span className="num" title="Round trip to the queue">
          {formatRoundTrip(roundTrip)}
        </span>
      )}
      {!known && asOf !== undefined && <span className="num">as of {formatClock(asOf)}</span>}
    </span>
  )
}
