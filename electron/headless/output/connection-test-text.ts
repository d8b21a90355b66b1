import type { ConnectionStep, ConnectionStepName, ConnectionTest } from '../../contract/connection-test.ts'
import { styled } from './style.ts'

const titles: Record<ConnectionStepName, string> = {
  program: 'Program',
  resolve: 'Host name',
  tunnel: 'SSH tunnel',
  tcp: 'Server reached',
  sentinels: 'Sentinels',
  tls: 'TLS',
  auth: 'Signed in',
  version: 'Version',
  cluster: 'Cluster',
  writable: 'Takes changes',
  eviction: 'Eviction policy',
  persistence: 'Persistence',
  rights: 'Rights',
  queues: 'Queues',
  'round-trip': 'Round trip',
}

const marks = { ok: styled('green', 'ok     '), warning: styled('yellow', 'warning'), failed: styled('red', 'failed ') }

const time = (ms: number): string => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`

/** A step that is over; its sentence stands on a line of its own. */
export function stepLine({ part, step, state, ms = 0, detail = '', message }: ConnectionStep): string {
  const mark = state === 'ok' || state === 'warning' || state === 'failed' ? marks[state] : state
  const line = `${mark}  ${part.padEnd(7)}  ${titles[step].padEnd(15)}  ${time(ms).padStart(8)}  ${detail}`.trimEnd()
  return message === undefined ? line : `${line}\n         ${message}`
}

export function testSummary({ ok, ms, steps }: ConnectionTest): string {
  const warnings = steps.filter(({ state }) => state === 'warning').length
  const skipped = steps.filter(({ state }) => state === 'skipped').length
  if (!ok) return `The connection does not work${skipped > 0 ? `; ${skipped} steps were not tried` : ''}.`
  const but = warnings === 0 ? '' : `, with ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`
  return `The connection works${but} (${time(ms)}).`
}
