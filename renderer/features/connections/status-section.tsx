import { useEffect, useState } from 'react'
import { Clock } from '../../components/clock.tsx'
import { CopyIcon } from '../../components/copy-button.tsx'
import { Elapsed } from '../../components/elapsed.tsx'
import { sparkFrom, Sparkline } from '../../components/sparkline.tsx'
import { StateGlyph } from '../../components/state-glyph.tsx'
import type { GlyphName } from '../../lib/glyphs.ts'
import { formatRoundTrip } from '../../lib/format.ts'
import { useConnection, useQueue, useRunners, useSystem } from '../../lib/panel-context.tsx'
import { checksOf, type Check } from './checks.ts'

const glyphs: Record<Check['state'], GlyphName> = { ok: 'done', warn: 'blocked', bad: 'failed', unknown: 'queued' }
const keepTrips = 60

/** Round trips seen since this screen was opened. */
function useRoundTrips(): readonly number[] {
  const connection = useQueue((queue) => queue?.connection)
  const [trips, setTrips] = useState<readonly number[]>([])
  useEffect(() => {
    const trip = connection?.roundTripMs
    if (trip !== undefined) setTrips((before) => [...before, trip].slice(-keepTrips))
  }, [connection])
  return trips
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

/** How the connection in use stands, kept up to date by itself: there is nothing to press. */
export function StatusSection() {
  const queue = useQueue((value) => value)
  const line = useConnection((state) => state.line)
  const dataDir = useSystem((system) => system?.dataDir)
  const checks = checksOf(
    line,
    queue,
    useRunners((value) => value),
  )
  const trips = useRoundTrips()
  const since = queue?.connection.since
  const state = queue?.connection.state
  return (
    <section className="ct-s" aria-labelledby="cs-h">
      <div className="head">
        <h2 id="cs-h">In use</h2>
        {since !== undefined && line === 'open' && (
          <span className="meta">
            {state === 'live' ? 'Live' : state === 'reconnecting' ? 'Reconnecting' : 'Offline'} for{' '}
            <Elapsed since={since} />, since <Clock time={since} />
          </span>
        )}
      </div>
      <ol className="tks" aria-label="How the connection in use stands">
        {checks.map((check) => (
          <li key={check.title} className={check.state}>
            <span className="tk-i">
              <StateGlyph
                name={glyphs[check.state]}
                label={{ ok: 'Works', warn: 'Warning', bad: 'Does not work', unknown: 'Not known now' }[check.state]}
              />
            </span>
            <div>
              <span className="tk-l">
                <b>{check.title}</b>
                <span className="num cut">{check.value}</span>
              </span>
              {check.detail !== undefined && <p>{check.detail}</p>}
            </div>
          </li>
        ))}
      </ol>
      {trips.length >= sparkFrom && (
        <div className="ct-l">
          <div className="row">
            <span className="sec">Round trip</span>
            <span className="grow" />
            <span className="sec num">median {formatRoundTrip(median(trips))}</span>
            <span className="sec num">most {formatRoundTrip(Math.max(...trips))}</span>
          </div>
          <Sparkline values={trips} tone="running" />
        </div>
      )}
      {dataDir !== undefined && (
        <p className="ct-d">
          <span className="sec">Data folder</span>
          <span className="mono cut" title={dataDir}>
            {dataDir}
          </span>
          <CopyIcon text={dataDir} label="Copy the path of the data folder" />
        </p>
      )}
    </section>
  )
}
