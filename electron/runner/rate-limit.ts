import type { RateLimit } from '../contract/preferences.ts'
import type { JobQueue } from './queue/job-queue.ts'

export interface RateLimitKeeper {
  /** The preference has changed. */
  apply(limit: RateLimit | null): void
  /** The queue answers again, or may be written to again: what it could not be told is told now. */
  again(): void
}

function same(a: RateLimit | null, b: RateLimit | null): boolean {
  return a?.max === b?.max && a?.durationMs === b?.durationMs
}

/**
 * Keeps the queue's rate limit as the preference says. The limit is the queue's own: it holds for every
 * runner, and stays when this one goes. So a preference of null lifts the limit when it is set to that,
 * and at a start leaves alone what another runner or program has set.
 */
export function keepRateLimit(
  queue: Pick<JobQueue, 'setRateLimit'>,
  atStart: RateLimit | null,
  { mayTell, onProblem }: { mayTell: () => boolean; onProblem: (message: string) => void },
): RateLimitKeeper {
  let wanted = atStart
  let told = true
  let last = Promise.resolve()

  function tell(): void {
    told = mayTell()
    if (!told) return
    const limit = wanted
    // One after the other, so that the newest is also the last.
    last = last
      .then(() => queue.setRateLimit(limit))
      .catch((error: unknown) => {
        told = false
        const why = error instanceof Error ? error.message : String(error)
        onProblem(`The rate limit is not set yet: ${why}`)
      })
  }

  if (wanted !== null) tell()
  return {
    apply(limit) {
      if (same(limit, wanted)) return
      wanted = limit
      tell()
    },
    again() {
      if (!told) tell()
    },
  }
}
