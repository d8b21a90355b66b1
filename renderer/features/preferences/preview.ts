import type { Preferences } from '../../../electron/contract/preferences.ts'
import type { Thread } from '../../../electron/contract/runner.ts'
import { durationText } from '../../components/duration-text.ts'
import { backoffText } from '../../components/backoff-text.ts'
import { plural } from '../../lib/format.ts'
import { effectLabels, type Effect } from './settings.ts'
import type { Change } from './preferences-draft.ts'

/** A place of the pool: what is there now, or would be. */
export type PoolPlace = 'busy' | 'blocked' | 'idle' | 'free' | 'new' | 'retiring' | 'gap'

interface PreviewStep {
  when: string
  title: string
  detail?: string
  /** Something is lost that cannot be had back. */
  warns?: boolean
}

export interface Preview {
  now: PoolPlace[]
  after: PoolPlace[]
  /** Jobs that can run on threads at the same time. */
  jobsNow: number
  jobsAfter: number
  busy: number
  steps: PreviewStep[]
}

/** Threads can only be as busy as there are jobs taken. */
function jobsAtOnce({ pool, queue }: Preferences): number {
  return Math.min(pool.maxThreads, queue.concurrency)
}

function placeOf(thread: Thread): PoolPlace {
  if (thread.state === 'blocked') return 'blocked'
  return thread.job === undefined ? 'idle' : 'busy'
}

/** What applying would do, told from how the pool stands now. */
export function previewOf(
  saved: Preferences,
  next: Preferences,
  threads: readonly Thread[],
  changes: readonly Change[],
): Preview {
  const places = threads.map(placeOf)
  const width = Math.max(saved.pool.maxThreads, next.pool.maxThreads, places.length)
  const fill = (list: PoolPlace[], max: number, more: PoolPlace): PoolPlace[] =>
    Array.from({ length: width }, (_, index) => list[index] ?? (index < max ? more : 'gap'))
  const now = fill(places, saved.pool.maxThreads, 'free')
  const grows = next.pool.maxThreads > saved.pool.maxThreads
  const after = now.map((place, index): PoolPlace => {
    if (index >= next.pool.maxThreads)
      return place === 'gap' || place === 'free' || place === 'idle' ? 'gap' : 'retiring'
    return grows && index >= saved.pool.maxThreads ? 'new' : place
  })
  return {
    now,
    after,
    jobsNow: jobsAtOnce(saved),
    jobsAfter: jobsAtOnce(next),
    busy: places.filter((place) => place === 'busy' || place === 'blocked').length,
    steps: stepsOf(saved, next, changes, after),
  }
}

const order: readonly Effect[] = ['right-away', 'as-threads-free-up', 'next-job', 'next-cancel']

function stepsOf(
  saved: Preferences,
  next: Preferences,
  changes: readonly Change[],
  after: readonly PoolPlace[],
): PreviewStep[] {
  const seen = new Set<string>()
  return changes
    .toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
    .flatMap(({ setting, effect }) => {
      const step = stepOf(setting.path, saved, next, after)
      if (step === undefined || seen.has(step.title)) return []
      const { detail, ...rest } = step
      const said = detail === undefined || seen.has(detail)
      seen.add(step.title).add(detail ?? step.title)
      return [{ when: effectLabels[effect], ...rest, ...(said ? {} : { detail }) }]
    })
}

function stepOf(
  path: string,
  saved: Preferences,
  next: Preferences,
  after: readonly PoolPlace[],
): Omit<PreviewStep, 'when'> | undefined {
  const { pool, queue, cancel, history, jobs } = next
  const capacity = `${plural(jobsAtOnce(next), 'job')} can run at once instead of ${jobsAtOnce(saved)}.`
  const same = jobsAtOnce(next) === jobsAtOnce(saved)
  const stays =
    same && queue.concurrency < pool.maxThreads
      ? `Still ${plural(queue.concurrency, 'job')} at once: “Jobs at once” says so.`
      : undefined
  switch (path) {
    case 'pool.maxThreads': {
      const difference = pool.maxThreads - saved.pool.maxThreads
      const detail = same ? stays : capacity
      if (difference > 0)
        return { title: `${plural(difference, 'more thread')} can start`, ...(detail === undefined ? {} : { detail }) }
      const retiring = after.filter((place) => place === 'retiring').length
      return retiring > 0
        ? { title: `${plural(retiring, 'thread retires', 'threads retire')}`, detail: 'Each finishes its job first.' }
        : { title: `At most ${plural(pool.maxThreads, 'thread')}`, ...(detail === undefined ? {} : { detail }) }
    }
    case 'pool.minThreads':
      return {
        title:
          pool.minThreads === 0
            ? 'No thread is kept when idle'
            : `${plural(pool.minThreads, 'thread stays', 'threads stay')} when idle`,
        detail:
          pool.minThreads > saved.pool.minThreads
            ? 'Missing ones start now.'
            : 'Spare ones end when their idle time is over.',
      }
    case 'pool.idleTimeoutMs':
      return { title: `A spare thread ends after ${durationText(pool.idleTimeoutMs)} idle` }
    case 'pool.maxQueue':
      return { title: `Up to ${plural(pool.maxQueue, 'job waits', 'jobs wait')} for a thread` }
    case 'queue.concurrency':
      return {
        title: `${plural(queue.concurrency, 'job')} at once`,
        detail:
          queue.concurrency > pool.maxThreads
            ? `With ${plural(pool.maxThreads, 'thread')}, the others wait here for one.`
            : same
              ? 'The threads set the same limit.'
              : capacity,
      }
    case 'cancel.graceMs':
      return {
        title:
          cancel.graceMs === 0 ? 'A cancelled job is killed at once' : `${durationText(cancel.graceMs)} before a kill`,
        detail: `A cancel already asked keeps its ${durationText(saved.cancel.graceMs)}.`,
      }
    case 'queue.attempts':
    case 'queue.backoff.type':
    case 'queue.backoff.delayMs':
      return {
        title: queue.attempts === 1 ? 'One attempt' : plural(queue.attempts, 'attempt'),
        detail: `${backoffText(queue.attempts, queue.backoff)} Jobs already enqueued keep theirs.`,
      }
    case 'queue.unknownType':
      return queue.unknownType === 'keep'
        ? { title: 'Jobs of unknown types wait' }
        : { title: 'Jobs of unknown types fail', warns: true }
    case 'queue.keepCompleted':
      return {
        title: `The queue keeps ${plural(queue.keepCompleted, 'completed job')}`,
        detail: 'The history is not touched.',
      }
    case 'queue.keepFailed':
      return {
        title: `The queue keeps ${plural(queue.keepFailed, 'failed job')}`,
        detail: 'The history is not touched.',
      }
    case 'history.keepDays':
      return history.keepDays < saved.history.keepDays
        ? {
            title: `Jobs finished over ${plural(history.keepDays, 'day')} ago are removed`,
            detail: 'With their attempts and logs. They cannot be brought back.',
            warns: true,
          }
        : { title: `History of ${plural(history.keepDays, 'day')}` }
    case 'history.keepJobs':
      return history.keepJobs < saved.history.keepJobs
        ? {
            title: `Beyond ${plural(history.keepJobs, 'job')}, the oldest are removed`,
            detail: 'They cannot be brought back.',
            warns: true,
          }
        : { title: `History of up to ${plural(history.keepJobs, 'job')}` }
    case 'history.maxLogLines':
      return { title: `Up to ${plural(history.maxLogLines, 'log line')} per attempt` }
    case 'jobs.folder':
      return jobs.folder === null
        ? { title: 'Only built-in job types', detail: 'Jobs of the others wait until a runner knows them.' }
        : { title: 'Job types are read from there', detail: jobs.folder }
    case 'panel.theme':
      return {
        title:
          next.panel.theme === 'system'
            ? 'The theme of your computer'
            : next.panel.theme === 'dark'
              ? 'Dark theme'
              : 'Light theme',
      }
    case 'panel.density':
      return { title: next.panel.density === 'compact' ? 'Compact rows' : 'Comfortable rows' }
    default:
      return undefined
  }
}
