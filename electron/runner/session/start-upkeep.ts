import { startHousekeeping } from '../housekeeping.ts'
import { endLostAttempts } from '../jobs/lost-attempts.ts'
import { unlessAway } from '../outage.ts'
import { defaultTiming } from '../queue/queue-config.ts'
import { keepRateLimit, type RateLimitKeeper } from '../rate-limit.ts'
import { watchDeadRunners } from '../recovery/dead-runners.ts'
import { holdBack } from './hold-back.ts'
import type { SessionParts } from './session-parts.ts'
import type { Threads } from './start-threads.ts'
import type { Work } from './start-work.ts'

export interface Upkeep {
  rateLimit: RateLimitKeeper
}

/** Keeps queue, history and threads as the preferences say, and takes up what runners that died have left. */
export async function startUpkeep(parts: SessionParts, { pool }: Threads, work: Work): Promise<Upkeep> {
  const { board, core, catalog, connections, history, mayWork, queue, state, stops, preferences } = parts
  const { runners, mirror, consumer } = work
  const { onProblem, owners } = core
  // For good: what one of them ended last may still be in the queue long after it has gone.
  let metOthers = false
  const housekeeping = startHousekeeping({
    queue,
    history,
    preferences,
    reconciled: () => mirror.reconciled(),
    othersEnd: () => (metOthers ||= runners.lastSeen().length > 1),
    ensureEnds: (ids) => mirror.ensureEnds(ids),
    finishedSince: () => state.finishedSince(),
    mayTrim: mayWork,
    slowestClockMs: () => Math.max(0, ...runners.lastSeen().map(({ clockSkewMs = 0 }) => -clockSkewMs)),
    onProblem,
  })
  stops.add(() => housekeeping.stop())

  // Away: the next turn says the same.
  const notTold = unlessAway(onProblem, 'The other runners could not be told of this one')
  const tellRunners = () => void runners.publish().catch(notTold)
  const rateLimit = keepRateLimit({
    queue,
    atStart: preferences().queue.rateLimit,
    // Also while changes through a read-only profile are allowed.
    mayTell() {
      const { readOnly, allowedUntil } = core.safety.changes()
      return !readOnly || allowedUntil !== undefined
    },
    onProblem,
  })
  work.stats.onLimits(({ rate }) => rateLimit.saw(rate))
  stops.add(
    core.preferences.onChange((now) => {
      pool.configure(now.pool)
      consumer.setConcurrency(parts.concurrency())
      rateLimit.apply(now.queue.rateLimit)
      state.finished = true
      tellRunners()
    }),
  )
  stops.add(catalog.onChange(tellRunners))

  const deadRunners = watchDeadRunners({
    gone: owners.gone(connections.source),
    presence: queue.presence,
    connection: () => queue.connection(),
    mayRelease: mayWork,
    timing: { ...defaultTiming, ...core.config.timing },
    onProblem,
    release: (id) => consumer.releaseJobsOf(id),
    onReleased(id, jobIds) {
      owners.forget(id, connections.source)
      for (const jobId of jobIds) mirror.event({ kind: 'state', id: jobId, state: 'waiting' })
      // Away: the next attempt of each job does it.
      void endLostAttempts({ history, board, onOutcome: (outcome) => state.count(outcome) }, id, jobIds)
        .catch(unlessAway(onProblem, `The lost attempts of runner ${id} could not be written down`))
        // What it ended last may be in the queue alone.
        .then(() => mirror.reconcile())
    },
  })
  stops.add(() => deadRunners.close())

  holdBack(parts, work, () => rateLimit.again())
  await runners.publish()
  work.stats.setPaused(await queue.isPaused())
  void deadRunners.releaseNow().then(() => mirror.reconcile())
  const notCounted = unlessAway(onProblem, 'The finished jobs could not be counted')
  stops.add(
    queue.onConnection((connection) => {
      // A panel shows what was read last: how jobs ended meanwhile is in the history.
      if (connection.state !== 'live') return void work.stats.recountFinished().catch(notCounted)
      // What happened while the server was away is learnt by looking.
      void mirror.reconcile()
      rateLimit.again()
    }),
  )
  return { rateLimit }
}
