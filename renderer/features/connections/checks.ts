import type { Connection, QueueInfo, Runner } from '../../../electron/contract/runner.ts'
import type { ConnectionState } from '../../stores/connection.ts'
import { formatRoundTrip, plural } from '../../lib/format.ts'

export interface Check {
  state: 'ok' | 'warn' | 'bad' | 'unknown'
  title: string
  value: string
  /** What it means, or what to do. */
  detail?: string
}

const queueStates: Record<Connection['state'], string> = {
  live: 'Live',
  reconnecting: 'Reconnecting',
  offline: 'Offline',
}

/** From this round trip on, each job is felt to start late; in ms. */
const slowMs = 100

/** How the way from this panel to the queue stands, from near to far. */
export function checksOf(
  line: ConnectionState['line'],
  queue: QueueInfo | undefined,
  runners: readonly Runner[] | undefined,
): Check[] {
  const open = line === 'open'
  const checks: Check[] = [
    open
      ? { state: 'ok', title: 'Panel to runner', value: 'Connected' }
      : {
          state: 'bad',
          title: 'Panel to runner',
          value: line === 'connecting' ? 'Connecting' : 'Lost',
          detail: 'What is below is from before. The panel keeps trying.',
        },
  ]
  if (queue === undefined) return checks
  const server = queue.backend === 'redis' ? 'Redis' : 'PostgreSQL'
  const { connection } = queue
  const live = connection.state === 'live'
  // What stands behind the server was true when it was last heard of.
  const known = open && live
  checks.push({
    state: !open ? 'unknown' : live ? 'ok' : connection.state === 'reconnecting' ? 'warn' : 'bad',
    title: `Runner to ${server}`,
    value: queueStates[connection.state],
    ...(connection.message === undefined ? {} : { detail: connection.message }),
  })
  if (live && connection.roundTripMs !== undefined) {
    const slow = connection.roundTripMs >= slowMs
    checks.push({
      state: !open ? 'unknown' : slow ? 'warn' : 'ok',
      title: 'Round trip',
      value: formatRoundTrip(connection.roundTripMs),
      ...(slow ? { detail: 'Every job takes several. A server nearer to the runner makes all of them faster.' } : {}),
    })
  }
  if (runners !== undefined) {
    checks.push(
      runners.length === 0
        ? { state: 'warn', title: 'Runners on this queue', value: 'None', detail: 'Jobs wait until one is on.' }
        : { state: known ? 'ok' : 'unknown', title: 'Runners on this queue', value: plural(runners.length, 'runner') },
    )
  }
  checks.push(
    queue.paused
      ? { state: 'warn', title: 'Queue', value: 'Paused', detail: 'Jobs wait until it is resumed.' }
      : { state: known ? 'ok' : 'unknown', title: 'Queue', value: 'Not paused' },
  )
  return checks
}
