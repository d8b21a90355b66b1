import { TorilError } from '../../contract/errors.ts'
import type { ConnectionWatch } from './connection-watch.ts'
import type { BullQueue } from './job-mapping.ts'
import type { QueueLimits } from './job-queue.ts'
import { readLimits } from './queue-limits.ts'
import { within } from './within.ts'

/** How long a close waits for the end of a standstill. */
const closeMs = 3_000
const pollMs = 200

export interface StandstillParts {
  queue: BullQueue
  watch: Pick<ConnectionWatch, 'ask' | 'live'>
  /** Throws where nothing may be changed. */
  refuse: () => void
  report: (message: string) => void
}

/**
 * A pause for the length of one act. It stops the workers of all programs, so it ends whatever happens: who was allowed
 * to begin it may end it, and a server that is away is waited for.
 */
export interface Standstill {
  /** Answers the limits as they were. Rejects READ_ONLY and UNAVAILABLE. */
  begin(): Promise<QueueLimits>
  /** False while the server is away: it ends as soon as that is back, unless this is closed before. */
  end(): Promise<boolean>
  close(): Promise<void>
}

const again = { again: true }
const isAway = (error: unknown): boolean => error instanceof TorilError && error.code === 'UNAVAILABLE'

export function createStandstill({ queue, watch, refuse, report }: StandstillParts): Standstill {
  let standing = false
  let insisting: Promise<void> | undefined
  let closed = false

  async function resume(): Promise<void> {
    await watch.ask(() => queue.resume(), again)
    standing = false
  }

  async function insist(): Promise<void> {
    while (!closed && standing) {
      try {
        await watch.live()
        await resume()
      } catch (error) {
        if (closed) return
        if (!isAway(error)) return report(`The queue could not be resumed: ${String(error)}`)
        await new Promise((resolve) => setTimeout(resolve, pollMs))
      }
    }
  }

  async function end(): Promise<boolean> {
    if (!standing) return true
    try {
      await resume()
      return true
    } catch (error) {
      if (!isAway(error)) throw error
      insisting ??= insist().finally(() => (insisting = undefined))
      return false
    }
  }

  return {
    async begin() {
      refuse()
      // What an act before this one paused is not what somebody wanted paused.
      if (insisting !== undefined) await resume()
      const before = await watch.ask(() => readLimits(queue), again)
      standing = !before.paused
      try {
        await watch.ask(() => queue.pause(), again)
      } catch (error) {
        // The answer may be all that was lost.
        if (!(await end())) throw stillPaused(queue.name, error)
        throw error
      }
      return before
    },
    end,
    async close() {
      closed = true
      // Away: nobody can say it to the server any more, and `end` has told so.
      if (standing)
        await within(
          resume().catch(() => undefined),
          closeMs,
        )
    },
  }
}

/** Of an act that is over, for what reason ever, while the queue could not be resumed. */
export function stillPaused(queueName: string, cause: unknown): TorilError {
  const why = cause instanceof Error ? cause.message : 'The act is done, but its server is away.'
  const message = `${why} The queue ${queueName} is still paused: Toril resumes it as soon as its server is back, unless Toril is stopped before. Then resume it yourself.`
  return new TorilError('UNAVAILABLE', message, { cause })
}
