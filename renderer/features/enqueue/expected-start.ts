import type { QueueInfo, Runner, Thread } from '../../../electron/contract/runner.ts'
import { formatClock, formatDuration, plural } from '../../lib/format.ts'

export interface StartFacts {
  queue: QueueInfo | undefined
  threads: readonly Thread[] | undefined
  runners: readonly Runner[] | undefined
  delayMs: number | undefined
  /** Epoch ms. */
  now: number
}

/** When a job enqueued now would start, in a few words; undefined while nothing is known. */
export function expectedStart({ queue, threads, runners, delayMs, now }: StartFacts): string | undefined {
  if (queue === undefined) return undefined
  if (queue.connection.state !== 'live') return 'The queue cannot be reached just now'
  if (queue.paused) return 'The queue is paused, so it will wait'
  if (delayMs !== undefined && delayMs > 0) return `Starts at ${formatClock(now + delayMs, now)}`
  if (runners?.length === 0) return 'No runner is on, so it will wait'
  const taking = runners?.filter(({ state }) => state === 'taking')
  if (taking?.length === 0) return 'No runner takes jobs now, so it will wait'
  const waiting = queue.counts.waiting
  const room = taking === undefined ? 1 : taking.reduce((sum, runner) => sum + runner.concurrency - runner.active, 0)
  if (waiting === 0 && room > 0) return 'Starts at once'
  const working = threads?.filter((thread) => thread.job !== undefined).length ?? queue.counts.active
  const busy = working > 0 ? `${plural(working, 'thread')} busy` : `${plural(queue.counts.active, 'job')} running`
  const ahead = waiting > 0 ? `, ${plural(waiting, 'job waits', 'jobs wait')}` : ''
  const { completedPerMinute, failedPerMinute } = queue.rates
  const perMinute = completedPerMinute + failedPerMinute
  if (perMinute <= 0) return `${busy}${ahead}`
  return `${busy}${ahead}, starts in about ${formatDuration(((waiting + 1) / perMinute) * 60_000)}`
}
