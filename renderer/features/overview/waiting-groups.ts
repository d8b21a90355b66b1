import { isFinished, leftToOthers, type JobSummary, type WaitingReason } from '../../../electron/contract/job.ts'
import type { QueueInfo } from '../../../electron/contract/runner.ts'
import type { GlyphName } from '../../lib/glyphs.ts'

export type WaitingKind = WaitingReason['code'] | 'ABOUT_TO_START' | 'LEFT_TO_OTHERS' | 'NOT_LOOKED_AT'

/** Jobs that wait for the same thing. */
export interface WaitingGroup {
  kind: WaitingKind
  /** For NO_RUNNER_FOR_TYPE: the type that nobody knows. */
  type?: string
  count: number
  /** What the runner says of the first of them. */
  message: string | undefined
  /** The oldest of them; epoch ms. */
  since: number
}

export const waitingGlyphs: Record<WaitingKind, GlyphName> = {
  QUEUE_PAUSED: 'queued',
  DELAYED_UNTIL: 'delayed',
  BACKING_OFF: 'retry',
  NO_RUNNER_FOR_TYPE: 'nohandler',
  NO_RUNNER: 'nohandler',
  RATE_LIMITED: 'delayed',
  GLOBAL_CONCURRENCY: 'queued',
  CONCURRENCY_LIMIT: 'queued',
  ALL_THREADS_BUSY: 'queued',
  WAITING_FOR_CHILDREN: 'children',
  NEXT_IN_LINE: 'queued',
  CANCELLING: 'cancelling',
  ABOUT_TO_START: 'queued',
  LEFT_TO_OTHERS: 'queued',
  NOT_LOOKED_AT: 'queued',
}

/** Colour of a group in the bar. */
export const waitingTones: Record<WaitingKind, 'queued' | 'delayed' | 'retry' | 'failed'> = {
  QUEUE_PAUSED: 'queued',
  DELAYED_UNTIL: 'delayed',
  BACKING_OFF: 'retry',
  NO_RUNNER_FOR_TYPE: 'failed',
  NO_RUNNER: 'failed',
  RATE_LIMITED: 'delayed',
  GLOBAL_CONCURRENCY: 'queued',
  CONCURRENCY_LIMIT: 'queued',
  ALL_THREADS_BUSY: 'queued',
  WAITING_FOR_CHILDREN: 'queued',
  NEXT_IN_LINE: 'queued',
  CANCELLING: 'retry',
  ABOUT_TO_START: 'queued',
  LEFT_TO_OTHERS: 'queued',
  NOT_LOOKED_AT: 'queued',
}

/** How many jobs wait for something, exactly. */
export function waitingTotal(counts: QueueInfo['counts']): number {
  return counts.waiting + counts.delayed + counts['waiting-children']
}

function kindOf(job: JobSummary): WaitingKind {
  const { code, message } = job.waitingReason ?? {}
  if (message?.endsWith(leftToOthers) === true) return 'LEFT_TO_OTHERS'
  if (code === undefined) return job.state === 'delayed' ? 'DELAYED_UNTIL' : 'ABOUT_TO_START'
  // The next in line waits for a thread like those behind it.
  return code === 'NEXT_IN_LINE' ? 'ALL_THREADS_BUSY' : code
}

/** The waiting jobs by reason, most first. The runner tells of 200 rows at most; what is beyond is a group of its own. */
export function groupWaiting(rows: Iterable<JobSummary>, total: number): WaitingGroup[] {
  const groups = new Map<string, WaitingGroup>()
  let seen = 0
  for (const job of rows) {
    if (isFinished(job.state) || job.state === 'active') continue
    seen += 1
    const kind = kindOf(job)
    const named = kind === 'NO_RUNNER_FOR_TYPE' ? { type: job.type } : {}
    const key = `${kind} ${named.type ?? ''}`
    const since = Date.parse(job.createdAt)
    const known = groups.get(key)
    if (known === undefined) {
      groups.set(key, { kind, ...named, count: 1, message: job.waitingReason?.message, since })
    } else {
      known.count += 1
      if (since < known.since) {
        known.since = since
        known.message = job.waitingReason?.message
      }
    }
  }
  const sorted = [...groups.values()].sort((left, right) => right.count - left.count)
  // A count and the rows may be a tenth of a second apart; a handful is not worth a line.
  if (total - seen > 20) {
    sorted.push({ kind: 'NOT_LOOKED_AT', count: total - seen, message: undefined, since: Date.now() })
  }
  return sorted
}
