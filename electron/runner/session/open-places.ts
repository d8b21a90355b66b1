import { openConnections, type OpenConnections } from '../connections/open-connections.ts'
import type { RunnerCore } from '../core/create-core.ts'
import { createHistory } from '../history/create-history.ts'
import type { History } from '../history/history.ts'
import { createJobQueue, type RunnerQueue } from '../queue/create-job-queue.ts'
import { StopStack } from '../stop-stack.ts'
import { HistoryOutage } from './history-outage.ts'

/** Where a profile leads, connected to; no job is taken yet. */
export interface Places {
  connections: OpenConnections
  history: History
  historyOutage: HistoryOutage
  queue: RunnerQueue
  /** The profile was read-only when it was opened: nothing is taken from the queue and nothing written to it. */
  readOnly: boolean
  /** Closes them, and whatever was started on them since. */
  stops: StopStack
}

/**
 * Connects to queue and history of a profile, by default the current one, and brings the history's tables up to date. Rejects with
 * one clear TorilError, having ended what it had started.
 */
export async function openPlaces(core: RunnerCore, profileId?: string): Promise<Places> {
  const stops = new StopStack()
  try {
    return await open(core, stops, profileId)
  } catch (error) {
    // What was started before the failure must not stay behind; what fails while stopping hides no cause.
    await stops.run().catch(() => undefined)
    throw error
  }
}

async function open(core: RunnerCore, stops: StopStack, profileId: string | undefined): Promise<Places> {
  const { config, onProblem, profiles, safety, servers } = core
  const { dataDir, environment } = config
  const connections = await openConnections({
    dataDir,
    environment,
    profiles,
    servers,
    onProblem,
    ...(profileId === undefined ? {} : { profileId }),
  })
  stops.add(() => connections.stop())
  const historyOutage = new HistoryOutage()
  const opened = await createHistory({
    ...connections.database,
    source: connections.source,
    onProblem,
    onConnection(connected, reason) {
      // Where the queue lies in the same database, its connection says it.
      if (connections.queue.target.kind === 'postgres') return
      historyOutage.become(connected ? undefined : (reason ?? 'Its database cannot be reached.'))
      onProblem(historyOutage.notices()[0]?.message ?? 'The history answers again.')
    },
  })
  const history = config.aroundHistory?.(opened) ?? opened
  stops.add(() => history.close())

  core.phase('queue')
  const { id, readOnly } = connections.profile()
  const queue = await createJobQueue({
    name: connections.queue.name,
    prefix: connections.queue.prefix,
    backend: connections.queue.target,
    ownServer: connections.queue.isOwn,
    runnerId: core.runnerId,
    onProblem,
    ...(readOnly ? { readOnly: { prepare: connections.queue.isOwn, refuse: () => safety.refuseReadOnly(id) } } : {}),
    ...(config.timing === undefined ? {} : { timing: config.timing }),
  })
  stops.add(() => queue.close())
  // Its own next try may be half a minute away.
  stops.add(connections.onTunnelBack(() => void queue.tryNow()))
  return { connections, history, historyOutage, queue, readOnly, stops }
}
