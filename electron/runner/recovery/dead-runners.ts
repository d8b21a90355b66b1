import type { Connection } from '../../contract/runner.ts'
import { unlessAway } from '../outage.ts'
import type { Presence } from '../queue/presence.ts'
import type { QueueTiming } from '../queue/queue-config.ts'

export interface DeadRunnersParts {
  /** Known to be dead already: runners of this data folder whose processes have ended. */
  gone: string[]
  presence: Pick<Presence, 'list'>
  connection: () => Connection
  /** Whether anything may be given back now; what may not is with a later look. */
  mayRelease: () => boolean
  /** How often a runner says that it lives, and how long one that says nothing is believed. */
  timing: Pick<QueueTiming, 'presenceBeatMs' | 'presenceTtlMs'>
  /** Gives the jobs of a dead runner back to wait and answers their ids; rejects while the queue is away. */
  release: (runnerId: string) => Promise<string[]>
  /** Told once for each dead runner, with the jobs that were given back. */
  onReleased: (runnerId: string, jobIds: string[]) => void
  onProblem: (message: string) => void
}

export interface DeadRunners {
  /** Tries now; what fails is tried again with the next look. Never rejects. */
  releaseNow(): Promise<void>
  close(): void
}

/**
 * Takes the jobs of runners that are dead out of their hands at once, where BullMQ would wait until each
 * lock has run out and then for its next two checks. A runner is dead when its process has ended, or when
 * it was seen at work and has said nothing for longer than it is believed.
 */
export function watchDeadRunners(parts: DeadRunnersParts): DeadRunners {
  const { presenceBeatMs, presenceTtlMs } = parts.timing
  const dead = new Set(parts.gone)
  let present = new Set<string>()
  let releasing: Promise<void> | undefined

  async function look(): Promise<void> {
    const seen = new Set((await parts.presence.list()).map(({ id }) => id))
    const { state, since } = parts.connection()
    // After an outage of the queue's server nobody has been heard of, and each needs time to say that it lives.
    const settled = state === 'live' && Date.now() - Date.parse(since) >= presenceTtlMs
    for (const id of seen) dead.delete(id)
    for (const id of present) {
      if (seen.has(id)) continue
      if (settled) dead.add(id)
      else seen.add(id)
    }
    present = seen
    await releaseNow()
  }

  async function releaseAll(): Promise<void> {
    for (const id of dead) {
      if (!parts.mayRelease()) return
      const jobs = await parts
        .release(id)
        .catch(unlessAway(parts.onProblem, `The jobs of runner ${id}, which has died, could not be put back yet`))
      // Tried again with the next look.
      if (jobs === undefined) return
      dead.delete(id)
      parts.onReleased(id, jobs)
    }
  }

  function releaseNow(): Promise<void> {
    releasing ??= releaseAll().finally(() => (releasing = undefined))
    return releasing
  }

  // Nobody tells that a runner has stopped telling. While the server is away the connection says so.
  const failed = unlessAway(parts.onProblem, 'Which runners have died could not be seen')
  const timer = setInterval(() => void look().catch(failed), presenceBeatMs / 2)
  timer.unref()
  return { releaseNow, close: () => clearInterval(timer) }
}
