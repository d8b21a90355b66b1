import type { RateLimit } from '../contract/preferences.ts'
import type { SystemInfo } from '../contract/runner.ts'
import { counted, lasting } from './counted.ts'
import type { RunnerQueue } from './queue/create-job-queue.ts'

export interface RateLimitKeeper {
  /** The preference has changed. */
  apply(limit: RateLimit | null): void
  /** The queue answers again, or may be written to again: what it could not be told is told now. */
  again(): void
  /** The limit that the queue was seen to have. */
  saw(limit: RateLimit | undefined): void
  /** One sentence while the limit in force is another one than the preference says. */
  notices(): SystemInfo['notices']
  /** Told when they may have changed. Returns a function that stops listening. */
  onChange(listener: () => void): () => void
}

export interface RateLimitParts {
  queue: Pick<RunnerQueue, 'limits' | 'setRateLimit' | 'isOwn'>
  /** The preference at the start. */
  atStart: RateLimit | null
  /** Whether the queue may be written to now. */
  mayTell: () => boolean
  onProblem: (message: string) => void
}

function same(a: RateLimit | null, b: RateLimit | null): boolean {
  return a?.max === b?.max && a?.durationMs === b?.durationMs
}

const textOf = (limit: RateLimit | null): string =>
  limit === null ? 'no rate limit' : `a rate limit of ${counted(limit.max, 'job')} in ${lasting(limit.durationMs)}`

/**
 * Keeps the queue's rate limit as the preference says, where that was meant for this queue. The limit is the queue's
 * own: it holds for every worker, and stays when this runner goes. The preference goes along from profile to profile,
 * so at a start it is set only where nobody else has a say: on a queue of Toril's own that has no limit yet. Changed
 * while the queue is in use, it is set, or lifted, there.
 */
export function keepRateLimit({ queue, atStart, mayTell, onProblem }: RateLimitParts): RateLimitKeeper {
  const listeners = new Set<() => void>()
  let wanted = atStart
  let untold: 'start' | 'change' | undefined
  let last = Promise.resolve()
  let telling = 0
  let inForce: RateLimit | null | undefined

  function nowInForce(limit: RateLimit | null): void {
    if (inForce !== undefined && same(inForce, limit)) return
    inForce = limit
    for (const listener of listeners) listener()
  }

  async function set(limit: RateLimit | null, why: 'start' | 'change'): Promise<void> {
    if (why === 'start') {
      const { rate } = await queue.limits()
      if (rate !== undefined || !queue.isOwn()) return nowInForce(rate ?? null)
    }
    await queue.setRateLimit(limit)
    nowInForce(limit)
  }

  function tell(why: 'start' | 'change'): void {
    untold = mayTell() ? undefined : why
    if (untold !== undefined) return
    const limit = wanted
    telling += 1
    // One after the other, so that the newest is also the last.
    last = last
      .then(() => set(limit, why))
      .catch((error: unknown) => {
        untold ??= why
        const message = error instanceof Error ? error.message : String(error)
        onProblem(`The rate limit is not set yet: ${message}`)
      })
      .finally(() => (telling -= 1))
  }

  if (wanted !== null) tell('start')
  return {
    apply(limit) {
      if (same(limit, wanted)) return
      wanted = limit
      tell('change')
    },
    again() {
      if (untold !== undefined) tell(untold)
    },
    saw(limit) {
      // What is being set right now may or may not be in it.
      if (telling === 0) nowInForce(limit ?? null)
    },
    notices() {
      if (!mayTell() || telling > 0 || inForce === undefined || same(inForce, wanted)) return []
      const said = wanted === null ? 'there is none' : `it is ${textOf(wanted).replace('a rate limit of ', '')}`
      const message = `This queue has ${textOf(inForce)}, though the preference Rate limit says that ${said}: to set it here, change the preference while this profile is in use.`
      return [{ code: 'RATE_LIMIT_DIFFERS', message }]
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
