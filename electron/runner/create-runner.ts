import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { availableParallelism, hostname, totalmem } from 'node:os'
import { join } from 'node:path'
import { TorilError } from '../contract/errors.ts'
import { isFinished } from '../contract/job.ts'
import type { Runner as RunnerInfo, SystemInfo } from '../contract/runner.ts'
import { createCatalog } from './catalog/create-catalog.ts'
import { createCluster } from './cluster/create-cluster.ts'
import { createRunnerControl } from './cluster/runner-control.ts'
import { answerCancels } from './cluster/cancel-elsewhere.ts'
import { openConnections } from './connections/open-connections.ts'
import { openProfiles, type Sealing } from './connections/profiles/open-profiles.ts'
import { locateEntries } from './entries.ts'
import type { Environment } from './environment.ts'
import { createInlineExecutor } from './executors/create-inline-executor.ts'
import { createHistory } from './history/create-history.ts'
import type { History } from './history/history.ts'
import { startHousekeeping } from './housekeeping.ts'
import { createAttemptProcessor } from './jobs/attempt-processor.ts'
import { JobBoard } from './jobs/job-board.ts'
import { createJobService } from './jobs/job-service.ts'
import { endLostAttempts } from './jobs/lost-attempts.ts'
import { createLiveRunners, type RunnerRecord } from './jobs/live-runners.ts'
import { createQueueMirror } from './jobs/queue-mirror.ts'
import { takersAmong } from './jobs/takers.ts'
import { createUnknownTypes } from './jobs/unknown-types.ts'
import type { Taker, WaitingFacts } from './jobs/waiting-facts.ts'
import { createThreadPool } from './pool/create-thread-pool.ts'
import { createPreferencesStore } from './preferences/create-preferences-store.ts'
import { createJobQueue } from './queue/create-job-queue.ts'
import { defaultTiming, type QueueTiming } from './queue/queue-config.ts'
import { watchDeadRunners } from './recovery/dead-runners.ts'
import { enterOwner } from './recovery/owners.ts'
import type { QueueLimits } from './queue/job-queue.ts'
import { keepRateLimit } from './rate-limit.ts'
import { runnerFacade } from './runner-facade.ts'
import type { Runner } from './runner.ts'
import { createLoopMeter } from './stats/loop-meter.ts'
import { createQueueStats } from './stats/queue-stats.ts'
import { longestGraceMs, StopGrace } from './stop-grace.ts'
import { StopStack } from './stop-stack.ts'

export interface RunnerConfig extends Sealing {
  kind: 'desktop' | 'headless'
  /** Absolute; made when missing. */
  dataDir: string
  environment: Environment
  version: string
  /** PostgreSQL's binaries in a packaged app; found in node_modules otherwise. */
  postgresBinariesDir?: string
  /** For tests: how soon a runner that died is noticed. */
  timing?: Partial<QueueTiming>
  /** Told once per part while starting: `database`, `queue`, `threads`. */
  onPhase?: (phase: string) => void
  /** Told what goes wrong in the background; one sentence each. Written to standard error unless given. */
  onProblem?: (message: string) => void
  /** For the bench: stands between the runner and its history, to hear what is written or to leave it out. */
  aroundHistory?: (history: History) => History
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const message = `The data folder ${dataDir} cannot be made (${code}). Set TORIL_DATA_DIR to a folder you may write to.`
    throw new TorilError('UNAVAILABLE', message, { cause })
  }
}

/** Starts everything in order and answers when the runner takes jobs. Rejects with one clear TorilError. */
export async function createRunner(config: RunnerConfig): Promise<Runner> {
  const stops = new StopStack()
  try {
    return await compose(config, stops)
  } catch (error) {
    // What was started before the failure must not stay behind; what fails while stopping hides no cause.
    await stops.run().catch(() => undefined)
    throw error
  }
}

async function compose(config: RunnerConfig, stops: StopStack): Promise<Runner> {
  const onProblem = config.onProblem ?? ((message) => void process.stderr.write(`${message}\n`))
  const phase = config.onPhase ?? (() => undefined)
  const { dataDir, environment } = config
  const runnerId = `${hostname()}-${randomBytes(3).toString('hex')}`
  const startedAt = new Date().toISOString()
  const grace = new StopGrace()
  let stopping = false

  await makeDataDir(dataDir)
  const owners = enterOwner(dataDir, runnerId, onProblem)
  stops.add(() => owners.stop())
  const preferences = await createPreferencesStore({ file: join(dataDir, 'preferences.json'), environment })

  const profiles = await openProfiles(config)

  phase('database')
  const entries = locateEntries()
  const catalogStarting = createCatalog({ entry: entries.catalog, folder: preferences.current().jobs.folder })
  stops.add(async () => (await catalogStarting).close())
  // Awaited below; a failure in between must not count as unhandled.
  catalogStarting.catch(() => undefined)
  const connections = await openConnections({
    dataDir,
    environment,
    profiles,
    onProblem,
    ...(config.postgresBinariesDir === undefined ? {} : { postgresBinariesDir: config.postgresBinariesDir }),
  })
  stops.add(() => connections.stop())
  const opened = await createHistory({ ...connections.database, source: connections.source, onProblem })
  const history = config.aroundHistory?.(opened) ?? opened
  stops.add(() => history.close())
  const catalog = await catalogStarting

  phase('queue')
  const { keepCompleted, keepFailed } = preferences.current().queue
  const queue = await createJobQueue({
    name: connections.queue.name,
    prefix: connections.queue.prefix,
    backend: connections.queue.target,
    retention: { completed: keepCompleted, failed: keepFailed },
    runnerId,
    onProblem,
    ...(config.timing === undefined ? {} : { timing: config.timing }),
  })
  stops.add(() => queue.close())

  const board = new JobBoard()
  const resultsDir = join(dataDir, 'results')
  phase('threads')
  const pool = createThreadPool({
    entry: entries.worker,
    settings: preferences.current().pool,
    runnerId,
    database: history.jobDatabase,
    catalog,
    resultsDir,
  })
  stops.add(() => pool.close())
  const inline = createInlineExecutor({ catalog, database: history.jobDatabase, resultsDir, onProblem })
  stops.add(() => inline.close())

  const loop = createLoopMeter()
  const load = () => {
    const threads = pool.threads()
    return {
      threads: threads.length,
      busyThreads: threads.filter((thread) => thread.job !== undefined).length,
      active: board.activeCount,
    }
  }
  const record = (): RunnerRecord => {
    const { minThreads, maxThreads } = preferences.current().pool
    return {
      id: runnerId,
      host: hostname(),
      pid: process.pid,
      version: config.version,
      kind: config.kind,
      jobTypes: catalog.list().jobTypes.map((jobType) => jobType.name),
      ...load(),
      state: cluster.taking.state,
      minThreads,
      maxThreads,
      concurrency: preferences.current().queue.concurrency,
      loop: loop(),
      startedAt,
    }
  }
  const runners = createLiveRunners(queue.presence, runnerId, record)
  stops.add(() => runners.close())
  const cluster = createCluster({
    ownId: runnerId,
    queue,
    board,
    history,
    runners,
    catalog,
    load,
    concurrency: () => concurrencyNow(),
    takeOver: (id, token) => consumer.takeOver(id, token),
    stopping: () => stopping,
    onProblem,
  })
  stops.add(() => cluster.close())

  const unknownTypes = createUnknownTypes({
    catalog,
    runners,
    rule: () => preferences.current().queue.unknownType,
    offer: (job) => cluster.handOver.offer(job),
    wake: (id) => void queue.promote(id).catch(() => undefined),
  })
  const stats = createQueueStats({ queue, history, board, parkedCount: unknownTypes.parkedCount })
  const mirror = createQueueMirror({
    runnerId,
    board,
    history,
    queue,
    unknownTypes,
    othersTell: () => cluster.othersTell(),
    onProblem,
  })
  stops.add(() => mirror.close())
  const outcomes: Record<string, number> = {}
  const countOutcome = (outcome: string): void => {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }

  const processor = createAttemptProcessor({
    runnerId,
    board,
    catalog,
    history,
    executors: { thread: pool.executor, inline },
    unknownTypes,
    wishes: cluster.wishes,
    maxLogLines: () => preferences.current().history.maxLogLines,
    stopping: () => stopping,
    onOutcome: countOutcome,
  })

  /** More jobs than threads and line can hold are not taken from the queue at all. */
  const concurrencyNow = (): number => {
    const { pool: threads, queue: settings } = preferences.current()
    return Math.min(settings.concurrency, threads.maxThreads + threads.maxQueue)
  }
  // The first look trims what an earlier run left.
  let finished = true
  const consumer = await queue.consume(processor, {
    concurrency: concurrencyNow(),
    onSettled(settled) {
      if (isFinished(settled.state)) finished = true
      mirror.settled(settled)
      cluster.telling.tell(settled.id)
      cluster.handOver.ended(settled.id)
    },
  })
  stops.add(async () => {
    stopping = true
    grace.allowByDefault(preferences.current().cancel.graceMs)
    await consumer.close(longestGraceMs, grace.over)
  })
  stops.add(queue.onEvent((event) => mirror.event(event)))
  const housekeeping = startHousekeeping({
    queue,
    history,
    preferences: () => preferences.current(),
    reconciled: () => mirror.reconciled(),
    finishedSince() {
      const was = finished
      finished = false
      return was
    },
    slowestClockMs: () => Math.max(0, ...runners.lastSeen().map(({ clockSkewMs = 0 }) => -clockSkewMs)),
    onProblem,
  })
  stops.add(() => housekeeping.stop())

  const rateLimit = keepRateLimit(queue, preferences.current().queue.rateLimit, onProblem)
  stops.add(
    preferences.onChange((now, before) => {
      pool.configure(now.pool)
      consumer.setConcurrency(concurrencyNow())
      rateLimit.apply(now.queue.rateLimit)
      queue.setRetention({ completed: now.queue.keepCompleted, failed: now.queue.keepFailed })
      finished = true
      if (now.jobs.folder !== before.jobs.folder) {
        catalog.setFolder(now.jobs.folder).catch((error: unknown) => onProblem(String(error)))
      }
      runners.publish().catch(() => undefined)
    }),
  )
  stops.add(catalog.onChange(() => void runners.publish().catch(() => undefined)))

  const deadRunners = watchDeadRunners({
    gone: owners.gone,
    presence: queue.presence,
    connection: () => queue.connection(),
    timing: { ...defaultTiming, ...config.timing },
    release: (id) => consumer.releaseJobsOf(id),
    onReleased(id, jobIds) {
      owners.forget(id)
      for (const jobId of jobIds) mirror.event({ kind: 'state', id: jobId, state: 'waiting' })
      // Away: the next attempt of each job does it.
      void endLostAttempts({ history, onOutcome: countOutcome }, id, jobIds).catch(() => undefined)
    },
  })
  stops.add(() => deadRunners.close())

  await runners.publish()
  stats.setPaused(await queue.isPaused())
  void deadRunners.releaseNow().then(() => mirror.reconcile())
  stops.add(
    queue.onConnection((connection) => {
      if (connection.state !== 'live') return
      // What happened while the server was away is learnt by looking.
      void mirror.reconcile()
      rateLimit.again()
    }),
  )

  const system = (): SystemInfo => ({
    version: config.version,
    runnerId,
    host: hostname(),
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    dataDir,
    profile: connections.profile(),
    environment: connections.environment,
    notices: [...preferences.notices, ...profiles.notices(), ...connections.notices, ...queue.notices],
  })
  const takersOf = (seen: readonly RunnerInfo[]) =>
    takersAmong(seen, {
      stopping,
      limit: concurrencyNow(),
      concurrency: preferences.current().queue.concurrency,
      maxThreads: pool.settings().maxThreads,
      waiting: pool.waiting(),
    })
  const factsOf = (limits: QueueLimits, seen?: readonly RunnerInfo[]): WaitingFacts => {
    let takers: readonly Taker[] | undefined
    return {
      limits,
      // Most jobs that are shown run or have finished, and ask for none.
      takers: () => (takers ??= takersOf(seen ?? runners.lastSeen())),
      defaultsOf: (type) => catalog.get(type)?.jobType.defaults,
      now: Date.now(),
    }
  }
  const waitingFacts = () => factsOf(stats.limits())
  const jobs = createJobService({
    queue,
    writer: history.writer,
    history,
    catalog,
    runners,
    board,
    preferences: () => preferences.current(),
    stopping: () => stopping,
    waitingFacts,
    lookAgain: () => stats.look(),
    factsNow: async (limits) => factsOf(limits, await runners.list()),
    endedPerMinute: () => stats.endedPerMinute(),
    cancelElsewhere: cluster.cancelElsewhere,
    wishes: cluster.wishes,
    onCancelled(job) {
      stats.stale()
      cluster.telling.tell(job.id)
    },
  })
  answerCancels(cluster.relay, board, (id, options) => jobs.cancel(id, options))
  const control = createRunnerControl({
    ownId: runnerId,
    relay: cluster.relay,
    runners,
    taking: cluster.taking,
    consumer,
    board,
    resize: (patch) => preferences.update(patch),
    stopping: () => stopping,
  })
  return runnerFacade({
    id: runnerId,
    jobs,
    queue,
    history,
    stats,
    preferences,
    profiles,
    catalog,
    pool,
    runners,
    control,
    board,
    system,
    waitingFacts,
    outcomes,
    stop(options) {
      grace.allow(options?.graceMs ?? preferences.current().cancel.graceMs)
      return stops.run()
    },
  })
}
