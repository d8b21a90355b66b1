import type { BullJob } from './job-mapping.ts'
import type { Verdict } from './job-queue.ts'

/** An attempt as the processor runs it; it may outlive the hold under which it began. */
export interface RunningAttempt {
  /** Never rejects. */
  readonly verdict: Promise<Verdict>
  stopProgress(): void
}

/** A verdict that this runner has to carry out. */
export type DecidedVerdict = Exclude<Verdict, { kind: 'handed-over' }>

/** A job in the hands of a consumer, from taken to stored. */
export interface HeldJob {
  readonly job: BullJob
  readonly token: string
  /** Attempts used when it was taken; BullMQ counts its own job on. */
  readonly attemptsMade: number
  readonly running: RunningAttempt
  /** What it said, and when: from then on it is the queue's part. */
  decided?: { verdict: DecidedVerdict; at: number }
  /** Ends BullMQ's wait for the processor. */
  letGo: (error: Error) => void
}

/** The jobs a consumer holds now, by id. */
export class HeldJobs {
  readonly #jobs = new Map<string, HeldJob>()
  readonly #waiters = new Set<() => void>()

  ids(): string[] {
    return [...this.#jobs.keys()]
  }

  all(): [string, HeldJob][] {
    return [...this.#jobs]
  }

  get(id: string): HeldJob | undefined {
    return this.#jobs.get(id)
  }

  hold(id: string, held: HeldJob): void {
    this.#jobs.set(id, held)
  }

  release(id: string): void {
    this.#jobs.delete(id)
    if (this.#jobs.size === 0) for (const resolve of this.#waiters) resolve()
  }

  /** Resolves when none is held, after `ms`, or when `cutShort` aborts. */
  whenEmpty(ms: number, cutShort?: AbortSignal): Promise<void> {
    if (this.#jobs.size === 0 || ms <= 0 || cutShort?.aborted === true) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        cutShort?.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      cutShort?.addEventListener('abort', done)
      this.#waiters.add(done)
    })
  }
}
