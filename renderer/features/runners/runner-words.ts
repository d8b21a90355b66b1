import type { Runner } from '../../../electron/contract/runner.ts'
import { formatDuration } from '../../lib/format.ts'

export const kinds: Record<Runner['kind'], string> = { desktop: 'Desktop app', headless: 'Headless' }

const states: Record<Runner['state'], { label: string; tone: string; detail: string }> = {
  taking: { label: 'Takes jobs', tone: 'running', detail: '' },
  paused: { label: 'Paused', tone: 'retry', detail: 'Takes no jobs; what runs goes on' },
  draining: { label: 'Draining', tone: 'delayed', detail: 'Takes no jobs, ends what runs' },
  drained: { label: 'Drained', tone: 'done', detail: 'Runs nothing; can be stopped' },
}

/** A read-only profile keeps its runner from taking jobs: nothing here would say so, and Resume could not end it. */
export function stateOf(
  { self, state }: Pick<Runner, 'self' | 'state'>,
  takesNoJobs: boolean,
  silent = false,
): (typeof states)[Runner['state']] {
  if (silent) return { label: 'Silent', tone: 'retry', detail: 'If it has died, its jobs run again' }
  if (!self || !takesNoJobs || state !== 'paused') return states[state]
  return { label: 'Takes no jobs', tone: 'retry', detail: 'Its profile is read-only' }
}

/** A runner says every 10 s that it lives; with what is on its way, one that has said nothing for longer may be gone. */
const silentMs = 15_000

/** Whether nothing was heard of another runner for so long that it may have died. */
export function isSilent({ self, lastSeenAt }: Pick<Runner, 'self' | 'lastSeenAt'>, now: number): boolean {
  return !self && now - Date.parse(lastSeenAt) > silentMs
}

/** By what a runner is told from the others on its computer. */
export function nameOf({ self, host, pid }: Pick<Runner, 'self' | 'host' | 'pid'>): string {
  return self ? 'this runner' : `${host}, pid ${pid}`
}

/** Said when its clock is so far off that times of its jobs look odd; undefined when they agree. */
export function skewText({ clockSkewMs }: Pick<Runner, 'clockSkewMs'>): string | undefined {
  if (clockSkewMs === undefined || Math.abs(clockSkewMs) < 1_000) return undefined
  return `clock ${formatDuration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead' : 'behind'}`
}
