import { leftToOthers, type AttemptOutcome, type JobState, type WaitingReason } from '../../electron/contract/job.ts'
import type { Thread } from '../../electron/contract/runner.ts'

/** A shape each, so that colour is never the only sign. */
export const glyphNames = [
  'queued',
  'delayed',
  'running',
  'retry',
  'children',
  'cancelling',
  'done',
  'failed',
  'cancelled',
  'killed',
  'blocked',
  'nohandler',
  'idle',
  'starting',
  'retiring',
] as const
export type GlyphName = (typeof glyphNames)[number]

/** What a glyph says, for those who do not see it. */
export const glyphLabels: Record<GlyphName, string> = {
  queued: 'Waiting',
  delayed: 'Delayed',
  running: 'Running',
  retry: 'Waiting to retry',
  children: 'Waiting for children',
  cancelling: 'Cancelling',
  done: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  killed: 'Killed',
  blocked: 'Blocked',
  nohandler: 'No runner',
  idle: 'Idle',
  starting: 'Starting',
  retiring: 'Retiring',
}

interface GlyphOfJob {
  state: JobState
  waitingReason?: WaitingReason | undefined
}

const stateGlyphs: Record<JobState, GlyphName> = {
  waiting: 'queued',
  delayed: 'delayed',
  'waiting-children': 'children',
  active: 'running',
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** The glyph of a state as a whole: tabs, group headings. */
export function glyphOfState(state: JobState): GlyphName {
  return stateGlyphs[state]
}

/** The glyph of one job: why it waits says more than that it waits. */
export function glyphOfJob(job: GlyphOfJob): GlyphName {
  const { code, message } = job.waitingReason ?? {}
  if (code === 'CANCELLING') return 'cancelling'
  if (code === 'NO_RUNNER_FOR_TYPE' && message?.endsWith(leftToOthers) !== true) return 'nohandler'
  if (code === 'BACKING_OFF') return 'retry'
  return stateGlyphs[job.state]
}

const outcomeGlyphs: Record<AttemptOutcome, GlyphName> = {
  completed: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
  'timed-out': 'killed',
  'out-of-memory': 'failed',
  crashed: 'failed',
  lost: 'killed',
}

export function glyphOfOutcome(outcome: AttemptOutcome | undefined): GlyphName {
  return outcome === undefined ? 'running' : outcomeGlyphs[outcome]
}

const threadGlyphs: Record<Thread['state'], GlyphName> = {
  starting: 'starting',
  idle: 'idle',
  busy: 'running',
  cancelling: 'cancelling',
  blocked: 'blocked',
  retiring: 'retiring',
}

export function glyphOfThread(state: Thread['state']): GlyphName {
  return threadGlyphs[state]
}

/** How a state is called on screen. */
export const stateLabels: Record<JobState, string> = {
  active: 'Running',
  waiting: 'Waiting',
  delayed: 'Delayed',
  'waiting-children': 'Waiting for children',
  failed: 'Failed',
  completed: 'Completed',
  cancelled: 'Cancelled',
}
