import type { Job } from '../contract/job.ts'
import type { SystemInfo } from '../contract/runner.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { RunnerControl } from './cluster/runner-control.ts'
import type { ProfileStore } from './connections/profiles/profile-store.ts'
import type { QueueEmptying } from './emptying/create-emptying.ts'
import type { History } from './history/history.ts'
import type { JobBoard } from './jobs/job-board.ts'
import type { LiveRunners } from './jobs/live-runners.ts'
import type { WaitingFacts } from './jobs/waiting-facts.ts'
import { presented } from './jobs/waiting-reason.ts'
import type { ThreadPool } from './pool/thread-pool.ts'
import { isAway, messageOf } from './outage.ts'
import type { PreferencesStore } from './preferences/preferences-store.ts'
import type { RunnerQueue } from './queue/create-job-queue.ts'
import type { JobQueue } from './queue/job-queue.ts'
import { limited } from './queue/limited.ts'
import type { RateLimitKeeper } from './rate-limit.ts'
import type { Health, Runner, SessionRunner } from './runner.ts'
import type { HistoryOutage } from './session/history-outage.ts'
import type { Safety } from './safety/create-safety.ts'
import type { QueueStats } from './stats/queue-stats.ts'
import type { Moving } from './switching/moving.ts'
import { watchUpdates, type FeedSource } from './updates/update-feed.ts'

export interface FacadeParts {
  jobs: Runner['jobs']
  emptying: QueueEmptying
  queue: JobQueue & Pick<RunnerQueue, 'onGivenUp' | 'timing'>
  history: History
  stats: QueueStats
  preferences: PreferencesStore
  profiles: Pick<ProfileStore, 'onChange'>
  moving: Moving
  findQueues: SessionRunner['findQueues']
  tryTunnels: () => Promise<void>
  safety: Pick<Safety, 'onChange'>
  catalog: Catalog
  pool: ThreadPool
  runners: LiveRunners
  control: RunnerControl
  board: JobBoard
  historyOutage: Pick<HistoryOutage, 'onChange'>
  rateLimit: Pick<RateLimitKeeper, 'onChange'>
  system: () => SystemInfo
  waitingFacts: () => WaitingFacts
  outcomes: Record<string, number>
  stop: Runner['stop']
}

const snapshotLive = 200
const snapshotFinished = 50

function feedSource(parts: FacadeParts): FeedSource {
  const { board, stats, pool, runners, preferences, jobs, queue, catalog } = parts
  return {
    queueInfo: () => stats.info(),
    threads: () => pool.threads(),
    runners: () => runners.lastSeen(),
    preferences: () => preferences.current(),
    system: parts.system,
    async firstJobs() {
      try {
        const [live, finished] = await Promise.all([
          jobs.list({ state: ['active', 'waiting', 'delayed', 'waiting-children'], limit: snapshotLive }),
          jobs.list({ state: ['completed', 'failed', 'cancelled'], limit: snapshotFinished }),
        ])
        return [...live.jobs, ...finished.jobs]
      } catch (error) {
        // Without the history there is what this runner remembers: better than no panel.
        if (!isAway(error)) throw error
        const facts = parts.waitingFacts()
        return board.newest(snapshotLive).map((job) => presented(job, facts))
      }
    },
    job(id): Job | undefined {
      const job = board.recent(id)
      return job === undefined ? undefined : presented(job, parts.waitingFacts())
    },
    subscribe(mark) {
      const stops = [
        board.onChange((id) => mark({ kind: 'job', id })),
        board.onRemove((id) => mark({ kind: 'removed', id })),
        pool.onChange(() => mark({ kind: 'threads' })),
        pool.watch(),
        // Some notices are about what the preferences say.
        preferences.onChange(() => {
          mark({ kind: 'preferences' })
          mark({ kind: 'system' })
        }),
        parts.rateLimit.onChange(() => mark({ kind: 'system' })),
        queue.onGivenUp(() => mark({ kind: 'system' })),
        parts.profiles.onChange(() => mark({ kind: 'system' })),
        parts.safety.onChange(() => mark({ kind: 'system' })),
        parts.moving.onChange(() => mark({ kind: 'system' })),
        parts.historyOutage.onChange(() => mark({ kind: 'system' })),
        catalog.onChange(() => mark({ kind: 'jobTypes' })),
        runners.onLook(() => mark({ kind: 'runners' })),
        queue.onConnection(() => mark({ kind: 'queue' })),
        stats.onStale(() => mark({ kind: 'queue' })),
        queue.onEvent((event) => {
          if (event.kind !== 'paused' && event.kind !== 'resumed') return
          stats.setPaused(event.kind === 'paused')
          mark({ kind: 'queue' })
        }),
      ]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

async function healthOf(parts: FacadeParts): Promise<Health> {
  const connection = parts.queue.connection()
  const database = await parts.history.ping().then(() => undefined, messageOf)
  const reasons = [
    ...(connection.state === 'live' ? [] : [connection.message ?? 'The queue cannot be reached.']),
    ...(database === undefined ? [] : [database]),
  ]
  return {
    ready: reasons.length === 0,
    reasons,
    queue: connection.state === 'live' ? 'ok' : 'unreachable',
    database: database === undefined ? 'ok' : 'unreachable',
  }
}

/** A session as the runner uses it, over its parts. */
export function runnerFacade(parts: FacadeParts): SessionRunner {
  const { queue, stats, history, pool } = parts
  const source = feedSource(parts)

  async function setPaused(paused: boolean): ReturnType<Runner['queue']['info']> {
    await (paused ? queue.pause() : queue.resume())
    stats.setPaused(paused)
    return stats.info()
  }

  return {
    jobs: parts.jobs,
    queue: {
      info: () => stats.info(),
      pause: () => setPaused(true),
      resume: () => setPaused(false),
      async reconnect() {
        // Whoever asks is answered in time; a tunnel that stands later has the queue tried as well.
        await limited(parts.tryTunnels(), queue.timing.answerMs).catch(() => undefined)
        return queue.tryNow()
      },
      ...parts.emptying,
      throughput: (range) => history.reader.throughput(range, new Date()),
    },
    findQueues: parts.findQueues,
    jobTypes: () => parts.catalog.list(),
    threads: () => pool.threads(),
    measuredThreads: () => pool.measured(),
    runners: { list: () => parts.runners.list(), ...parts.control },
    system: parts.system,
    watch: (signal, input) => watchUpdates(source, signal, input),
    activeCount: () => parts.board.activeCount,
    health: () => healthOf(parts),
    async metrics() {
      const info = await stats.info()
      const threads = pool.threads()
      return {
        jobs: info.counts,
        attempts: { ...parts.outcomes },
        threads: { total: threads.length, busy: threads.filter((thread) => thread.job !== undefined).length },
        poolWaiting: pool.waiting(),
        paused: info.paused,
        connected: info.connection.state === 'live',
      }
    },
    stop: parts.stop,
  }
}
