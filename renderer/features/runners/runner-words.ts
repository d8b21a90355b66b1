import type { Runner } from '../../../electron/contract/runner.ts'
import { formatDuration } from '../../lib/format.ts'

export const kinds: Record<Runner['kind'], string> = { desktop: 'Desktop app', headless: 'Headless' }

export const states: Record<Runner['state'], { label: string; tone: string; detail: string }> = {
  taking: { label: 'Takes jobs', tone: 'running', detail: '' },
  paused: { label: 'Paused', tone: 'retry', detail: 'Takes no jobs; what runs goes on' },
  draining: { label: 'Draining', tone: 'delayed', detail: 'Takes no jobs, ends what runs' },
  drained: { label: 'Drained', tone: 'done', detail: 'Runs nothing; can be stopped' },
}

/** Said when its clock is so far off that times of its jobs look odd; undefined when they agree. */
export function skewText({ clockSkewMs }: Pick<Runner, 'clockSkewMs'>): string | undefined {
  if (clockSkewMs === undefined || Math.abs(clockSkewMs) < 1_000) return undefined
  return `clock ${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead' : 'behind'}`
}
