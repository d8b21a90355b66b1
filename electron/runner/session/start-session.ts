import { availableParallelism, hostname, totalmem } from 'node:os'
import type { SystemInfo } from '../../contract/runner.ts'
import { answerCancels } from '../cluster/cancel-elsewhere.ts'
import { createRunnerControl } from '../cluster/runner-control.ts'
import type { RunnerCore } from '../core/create-core.ts'
import { createEmptying } from '../emptying/create-emptying.ts'
import { createFindQueues } from '../find-queues.ts'
import { createJobService } from '../jobs/job-service.ts'
import { runnerFacade } from '../runner-facade.ts'
import type { SessionRunner } from '../runner.ts'
import type { Places } from './open-places.ts'
import { sessionParts, type SessionParts } from './session-parts.ts'
import { startThreads } from './start-threads.ts'
import { startUpkeep, type Upkeep } from './start-upkeep.ts'
import { startWork, type Work } from './start-work.ts'
import { factsReader } from './waiting-facts.ts'

/**
 * A runner on one profile: takes jobs until it is stopped, which also closes the places. Rejects with one clear
 * TorilError, having closed them.
 */
export async function startSession(
  core: RunnerCore,
  places: Places,
  onIdle: () => Promise<void>,
): Promise<SessionRunner> {
  try {
    return await start(await sessionParts(core, places, onIdle))
  } catch (error) {
    await places.stops.run().catch(() => undefined)
    throw error
  }
}

async function start(parts: SessionParts): Promise<SessionRunner> {
  const { core, board, catalog, history, queue, state } = parts
  const { preferences, profiles, safety } = core
  const threads = startThreads(parts)
  const work = await startWork(parts, threads)
  // What a panel that is opened while the queue is away shows of it; without these numbers it would show nothing.
  const firstNumbers = work.stats.info().catch((error: unknown) => {
    core.onProblem(`The queue could not be counted yet: ${String(error)}`)
  })
  const { rateLimit } = await startUpkeep(parts, threads, work)
  await firstNumbers

  const { cluster, runners, stats } = work
  const factsOf = factsReader(parts, threads, work)
  const waitingFacts = () => factsOf(stats.limits())
  const stopping = () => state.stopping
  const jobs = createJobService({
    queue,
    writer: history.writer,
    history,
    catalog,
    runners,
    board,
    preferences: parts.preferences,
    stopping,
    waitingFacts,
    lookAgain: () => stats.look(),
    factsNow: async (limits) => factsOf(limits, await runners.list()),
    endedPerMinute: () => stats.endedPerMinute(),
    cancelElsewhere: cluster.cancelElsewhere,
    wishes: cluster.wishes,
    keptCancels: cluster.keptCancels,
    safety,
    onCancelled(job) {
      stats.stale()
      cluster.telling.tell(job.id)
    },
    onRemoved: (id) => cluster.tellingRemoved.tell([id]),
  })
  const emptying = createEmptying({
    queue,
    history,
    board,
    safety,
    isParked: work.isParked,
    async counts() {
      stats.stale()
      return (await stats.info()).counts
    },
    cancel: (id, options) => jobs.cancel(id, options),
    stale: () => stats.stale(),
    tell: (id) => cluster.telling.tell(id),
    tellRemoved: (ids) => cluster.tellingRemoved.tell(ids),
  })
  answerCancels(cluster.relay, board, (jobId, options) => jobs.cancel(jobId, options))
  return runnerFacade({
    jobs,
    emptying,
    queue,
    history,
    stats,
    preferences,
    profiles,
    findQueues: createFindQueues({
      dataDir: core.config.dataDir,
      profiles,
      inUse: parts.connections.profile().id,
      connections: parts.connections,
      catalog,
    }),
    tryTunnels: () => parts.connections.tryTunnels(),
    safety,
    moving: core.moving,
    catalog,
    pool: threads.pool,
    runners,
    control: controlOf(parts, work),
    board,
    historyOutage: parts.historyOutage,
    rateLimit,
    system: () => systemOf(parts, rateLimit),
    waitingFacts,
    outcomes: state.outcomes,
    stop(options) {
      state.grace.allow(options?.graceMs ?? parts.preferences().cancel.graceMs)
      return parts.stops.run()
    },
  })
}

function controlOf({ core, board, state, mayWork }: SessionParts, { cluster, runners, consumer }: Work) {
  return createRunnerControl({
    ownId: core.runnerId,
    relay: cluster.relay,
    runners,
    taking: cluster.taking,
    consumer,
    board,
    resize: (patch) => core.preferences.update(patch),
    stopping: () => state.stopping,
    mayWork,
  })
}

function systemOf(
  { core, connections, historyOutage, queue, mayWork, unknownRule }: SessionParts,
  rateLimit: Upkeep['rateLimit'],
): SystemInfo {
  const { config, runnerId, preferences, profiles, safety, moving } = core
  return {
    version: config.version,
    runnerId,
    host: hostname(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    dataDir: config.dataDir,
    profile: { ...connections.profile(), ...safety.shown(), ...(mayWork() ? {} : { takesNoJobs: true }) },
    ...(moving.now === undefined ? {} : { moving: moving.now }),
    environment: connections.environment,
    notices: [
      ...historyOutage.notices(),
      ...preferences.notices,
      ...profiles.notices(),
      ...connections.notices,
      ...queue.notices(),
      ...unknownRule.notices(),
      ...rateLimit.notices(),
    ],
  }
}
