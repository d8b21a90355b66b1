import { isFinished } from '../../contract/job.ts'
import type { Cluster } from '../cluster/create-cluster.ts'
import { createAttemptProcessor } from '../jobs/attempt-processor.ts'
import { createEndTaken } from '../jobs/end-taken.ts'
import type { LiveRunners } from '../jobs/live-runners.ts'
import { createQueueMirror, type QueueMirror } from '../jobs/queue-mirror.ts'
import { createUnknownTypes } from '../jobs/unknown-types.ts'
import type { Consumer } from '../queue/job-queue.ts'
import { unlessAway } from '../outage.ts'
import { createQueueStats, type QueueStats } from '../stats/queue-stats.ts'
import { longestGraceMs } from '../stop-grace.ts'
import { meetRunners } from './meet-runners.ts'
import type { SessionParts } from './session-parts.ts'
import { takenTypes } from './taken-types.ts'
import type { Threads } from './start-threads.ts'

export interface Work {
  runners: LiveRunners
  cluster: Cluster
  stats: QueueStats
  mirror: QueueMirror
  consumer: Consumer
  /** Whether a job that the queue has delayed waits for a runner that knows its type. */
  isParked: (id: string) => boolean
}

/** Takes jobs from the queue, from now on. */
export async function startWork(parts: SessionParts, threads: Threads): Promise<Work> {
  const { core, board, catalog, connections, history, mayWork, queue, state, stops, preferences, unknownRule } = parts
  const { onProblem, runnerId } = core
  const { runners, cluster } = meetRunners(parts, threads, () => consumer)
  const unknownTypes = createUnknownTypes({
    catalog,
    runners,
    rule: () => unknownRule.current(),
    offer: (job) => cluster.handOver.offer(job),
    wake: (id) => {
      if (!mayWork()) return
      // Away: its own time comes later.
      void queue.promote(id).catch(unlessAway(onProblem, `Job ${id} could not be woken`))
    },
  })
  const stats = createQueueStats({ queue, history, board, parkedCount: unknownTypes.parkedCount })
  const mirror = createQueueMirror({
    runnerId,
    board,
    history,
    queue,
    unknownTypes,
    othersTell: () => cluster.othersTell(),
    onCompared: () => stats.stale(),
    onProblem,
  })
  stops.add(() => mirror.close())
  const processor = createAttemptProcessor({
    runnerId,
    board,
    catalog,
    history,
    executors: { thread: threads.pool.executor, inline: threads.inline },
    unknownTypes,
    wishes: cluster.wishes,
    maxLogLines: () => preferences().history.maxLogLines,
    stopping: () => state.stopping,
    takes: () => cluster.taking.takes,
    onProblem,
    onOutcome: (outcome) => state.count(outcome),
  })
  if (mayWork()) core.owners.takesFrom(connections.source)
  const consumer: Consumer = await queue.consume(processor, {
    concurrency: parts.concurrency(),
    types: takenTypes(parts),
    onTakenAway: createEndTaken(board, () => preferences().cancel.graceMs),
    onSettled(settled) {
      if (isFinished(settled.state)) {
        state.finished = true
        cluster.keptCancels.over(settled.id)
      }
      mirror.settled(settled)
      cluster.telling.tell(settled.id)
      cluster.handOver.ended(settled.id)
    },
  })
  stops.add(() => state.onIdle())
  stops.add(async () => {
    state.stopping = true
    state.grace.allowByDefault(preferences().cancel.graceMs)
    await consumer.close(longestGraceMs, state.grace.over, threads.end)
  })
  stops.add(queue.onEvent((event) => mirror.event(event)))
  return { runners, cluster, stats, mirror, consumer, isParked: (id) => unknownTypes.holds(id) }
}
