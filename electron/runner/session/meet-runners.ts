import { hostname } from 'node:os'
import { createCluster, type Cluster } from '../cluster/create-cluster.ts'
import { createLiveRunners, type LiveRunners, type RunnerRecord } from '../jobs/live-runners.ts'
import type { Consumer } from '../queue/job-queue.ts'
import { createLoopMeter } from '../stats/loop-meter.ts'
import type { SessionParts } from './session-parts.ts'
import type { Threads } from './start-threads.ts'

/** The other runners of the queue, and this one as they see it. */
export function meetRunners(
  parts: SessionParts,
  { load }: Threads,
  consumer: () => Consumer,
): { runners: LiveRunners; cluster: Cluster } {
  const { core, catalog, board, history, queue, state, stops } = parts
  const { config, runnerId } = core
  const loop = createLoopMeter()
  const record = (): RunnerRecord => {
    const { pool, queue: settings } = parts.preferences()
    return {
      id: runnerId,
      host: hostname(),
      pid: process.pid,
      version: config.version,
      kind: config.kind,
      jobTypes: catalog.list().jobTypes.map((jobType) => jobType.name),
      ...load(),
      state: cluster.taking.state,
      minThreads: pool.minThreads,
      maxThreads: pool.maxThreads,
      concurrency: settings.concurrency,
      loop: loop(),
      startedAt: core.startedAt,
    }
  }
  const runners = createLiveRunners(queue.presence, runnerId, record, core.onProblem)
  stops.add(() => runners.close())
  const cluster = createCluster({
    ownId: runnerId,
    queue,
    board,
    history,
    runners,
    catalog,
    load,
    concurrency: parts.concurrency,
    takeOver: (id, token) => consumer().takeOver(id, token),
    stopping: () => state.stopping,
    mayWork: parts.mayWork,
    onProblem: core.onProblem,
  })
  stops.add(() => cluster.close())
  return { runners, cluster }
}
