import type { ConnectionStep, ConnectionStepName, ConnectionTest } from '../../../electron/contract/connection-test.ts'
import { counted } from '../../components/words.ts'
import type { GlyphName } from '../../lib/glyphs.ts'

export const stepTitles: Record<ConnectionStepName, string> = {
  program: 'Program',
  resolve: 'Host name',
  tunnel: 'SSH tunnel',
  tcp: 'Server reached',
  sentinels: 'Sentinels',
  tls: 'Encrypted',
  auth: 'Signed in',
  version: 'Version',
  cluster: 'Cluster',
  writable: 'Takes changes',
  eviction: 'Eviction policy',
  persistence: 'Persistence',
  rights: 'Commands allowed',
  queues: 'Queues found',
  'round-trip': 'Round trip',
}

export const partTitles: Record<ConnectionStep['part'], string> = { queue: 'Queue', history: 'History' }

/** In the order they are tried: a queue in the database of the history is reached through that. */
export function partsOf({ steps }: ConnectionTest): ConnectionStep['part'][] {
  return [...new Set(steps.map(({ part }) => part))]
}

export const stepGlyphs: Record<ConnectionStep['state'], GlyphName> = {
  waiting: 'queued',
  running: 'running',
  ok: 'done',
  warning: 'blocked',
  failed: 'failed',
  skipped: 'queued',
}

export const stepStateWords: Record<ConnectionStep['state'], string> = {
  waiting: 'Not yet',
  running: 'Being tried',
  ok: 'Works',
  warning: 'Warning',
  failed: 'Failed',
  skipped: 'Not tried',
}

export interface Verdict {
  tone: 'done' | 'retry' | 'failed' | 'running'
  text: string
}

/** What a test came to, in a few words. */
export function verdictOf(test: ConnectionTest, running: boolean): Verdict | undefined {
  if (!test.over) return running ? { tone: 'running', text: 'Testing' } : undefined
  if (test.steps.some(({ hostKey }) => hostKey !== undefined)) return { tone: 'retry', text: 'Asks you' }
  if (!test.ok) return { tone: 'failed', text: 'Does not work' }
  const warnings = test.steps.filter(({ state }) => state === 'warning').length
  return warnings === 0
    ? { tone: 'done', text: 'Works' }
    : { tone: 'retry', text: `Works, ${counted(warnings, 'warning')}` }
}

/** `0.4 ms`, `18 ms`: what a step took. */
export function stepTime(ms: number | undefined): string {
  if (ms === undefined) return ''
  // Number and unit stay on one line.
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en')}\u00a0ms`
}
