/** Waits before the tries after an outage began, in ms: quick at first, so that a short one stays short. The last goes on. */
const waitsMs = [100, 200, 400, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const
/** Runners that lost the same server must not all come back in the same moment. */
const jitter = 0.2
/** A connection that is not the one which tries comes this much later: then it is known how that one fared. */
const followMs = 100

/**
 * When a server that is away is tried again. One connection tries; all others of the runner wait for it, so that
 * an outage brings no storm of connections, and what is said of the next try is true.
 */
export interface RetryPace {
  /** Whether the server is known to be away. */
  down(): boolean
  /** The server is away since now. Answers in how many ms it is to be tried. */
  begin(): number
  /** A try failed. Answers in how many ms the next one comes. */
  failed(): number
  /** The server answers. */
  end(): void
  /** When the next try comes, epoch ms; undefined while one is under way, or none is needed. */
  nextTryAt(): number | undefined
  /** A try is under way. */
  trying(): void
  /** For a connection that failed `times` times in a row: in how many ms it should try again. */
  follow(times: number): number
}

export function createRetryPace(random: () => number = Math.random): RetryPace {
  let down = false
  let tries = 0
  let nextAt: number | undefined

  function wait(): number {
    const waitMs = waitsMs[Math.min(tries, waitsMs.length - 1)] ?? 0
    const spreadMs = Math.min(Math.round(waitMs * (1 - jitter + 2 * jitter * random())), 30_000)
    nextAt = Date.now() + spreadMs
    return spreadMs
  }

  return {
    down: () => down,
    begin() {
      down = true
      tries = 0
      return wait()
    },
    failed() {
      tries += 1
      return wait()
    },
    end() {
      down = false
      nextAt = undefined
    },
    nextTryAt: () => nextAt,
    trying() {
      nextAt = undefined
    },
    follow(times) {
      const ownMs = Math.min(times * 100, 2_000)
      const leftMs = nextAt === undefined ? 0 : Math.max(0, nextAt - Date.now())
      return Math.max(ownMs, Math.round(leftMs + followMs * (1 + random())))
    },
  }
}
