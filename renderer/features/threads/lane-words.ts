import type { Thread } from '../../../electron/contract/runner.ts'
import { formatClock, formatCountdown, formatElapsed } from '../../lib/format.ts'
import type { Stopping } from '../../lib/stopping.ts'

function stoppingWords(stopping: Stopping | undefined, now: number): string {
  if (stopping?.killAt !== undefined) return `asked to stop, kill in ${formatCountdown(stopping.killAt - now)}`
  if (stopping?.askedAt === undefined) return 'asked to stop'
  return `asked to stop ${formatElapsed(now - stopping.askedAt)} ago`
}

/** The second line of a lane: how the thread stands. */
export function laneNote(thread: Thread, stopping: Stopping | undefined, now: number): { text: string; tone: string } {
  switch (thread.state) {
    case 'blocked':
      return { text: `blocked for ${formatElapsed(thread.blockedMs)}`, tone: 't-retry' }
    case 'cancelling':
      return { text: stoppingWords(stopping, now), tone: 't-retry' }
    case 'retiring':
      return { text: thread.job === undefined ? 'retires' : 'retires after this job', tone: 't-delayed' }
    case 'starting':
      return { text: thread.lastError ?? 'ready in a moment', tone: '' }
    case 'idle':
      return { text: thread.jobsDone === 1 ? '1 job done' : `${thread.jobsDone} jobs done`, tone: '' }
    case 'busy':
      return { text: thread.job === undefined ? '' : `since ${formatClock(thread.job.since)}`, tone: '' }
  }
}

/** The whole of a lane as a sentence: "T5, reindex-search, blocked for 12 s". */
export function describeLane(thread: Thread): string {
  const parts = [thread.id]
  if (thread.job !== undefined) parts.push(`${thread.job.type} ${thread.job.id}`)
  parts.push(thread.state === 'blocked' ? `blocked for ${formatElapsed(thread.blockedMs)}` : thread.state)
  return parts.join(', ')
}

/** `8 threads, 7 busy, 1 starting, 1 retiring` */
export function describeThreads(threads: readonly Thread[]): string {
  const count = (test: (thread: Thread) => boolean): number => threads.filter(test).length
  const parts = [`${threads.length} ${threads.length === 1 ? 'thread' : 'threads'}`]
  const busy = count((thread) => thread.job !== undefined)
  if (busy > 0) parts.push(`${busy} busy`)
  for (const state of ['starting', 'blocked', 'cancelling', 'retiring'] as const) {
    const some = count((thread) => thread.state === state)
    if (some > 0) parts.push(`${some} ${state}`)
  }
  return parts.join(', ')
}
