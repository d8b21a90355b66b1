import { setTimeout as delay } from 'node:timers/promises'

/** Between two tries, in ms; the last goes on. */
const waitsMs = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000] as const

export interface Reopening {
  /** No more tries; resolves when none is under way. */
  end(): Promise<void>
}

/** Opens something again and again, until that works once. `onFailure` hears of every try, and when the next one is. */
export function keepOpening(open: () => Promise<void>, onFailure: (error: unknown, waitMs: number) => void): Reopening {
  const given = new AbortController()

  async function run(): Promise<void> {
    for (let tries = 0; !given.signal.aborted; tries += 1) {
      try {
        return await open()
      } catch (error) {
        const waitMs = waitsMs[Math.min(tries, waitsMs.length - 1)] ?? 0
        onFailure(error, waitMs)
        await delay(waitMs, undefined, { ref: false, signal: given.signal }).catch(() => undefined)
      }
    }
  }

  const running = run()
  return {
    end() {
      given.abort()
      return running
    },
  }
}
