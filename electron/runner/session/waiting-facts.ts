import type { Runner as RunnerInfo } from '../../contract/runner.ts'
import { takersAmong } from '../jobs/takers.ts'
import type { Taker, WaitingFacts } from '../jobs/waiting-facts.ts'
import type { QueueLimits } from '../queue/job-queue.ts'
import type { SessionParts } from './session-parts.ts'
import type { Threads } from './start-threads.ts'
import type { Work } from './start-work.ts'

/** Answers what decides whether a job of this session can start; the runners as last seen unless given. */
export function factsReader(
  parts: SessionParts,
  { pool }: Threads,
  { runners, mirror }: Work,
): (limits: QueueLimits, seen?: readonly RunnerInfo[]) => WaitingFacts {
  const takersOf = (seen: readonly RunnerInfo[]) =>
    takersAmong(seen, {
      stopping: parts.state.stopping,
      limit: parts.concurrency(),
      concurrency: parts.preferences().queue.concurrency,
      maxThreads: pool.settings().maxThreads,
      waiting: pool.waiting(),
    })
  return (limits, seen) => {
    let takers: readonly Taker[] | undefined
    return {
      limits,
      shared: !parts.queue.isOwn(),
      // Most jobs that are shown run or have finished, and ask for none.
      takers: () => (takers ??= takersOf(seen ?? runners.lastSeen())),
      resting: (type) =>
        (seen ?? runners.lastSeen())
          .filter(({ state, jobTypes }) => state !== 'taking' && jobTypes.includes(type))
          .map(({ self, host, pid }) => (self ? 'This runner' : `The runner on ${host} (pid ${pid})`)),
      movedUntil: (id) => mirror.movedUntil(id),
      defaultsOf: (type) => parts.catalog.get(type)?.jobType.defaults,
      now: Date.now(),
    }
  }
}
