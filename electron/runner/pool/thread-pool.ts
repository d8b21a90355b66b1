import type { Preferences } from '../../contract/preferences.ts'
import type { Thread } from '../../contract/runner.ts'
import type { Executor } from '../executors/executor.ts'

export type PoolSettings = Preferences['pool']

/** The pool of worker threads as the rest of the runner sees it. Work never queues inside Piscina. */
export interface ThreadPool {
  /** The executor `thread` over this pool. */
  readonly executor: Executor
  /** Applies live, loses and repeats nothing: running jobs finish on their thread. */
  configure(settings: PoolSettings): void
  settings(): PoolSettings
  threads(): Thread[]
  /** The same, measured for this once where nobody watches; takes up to half a second then. */
  measured(): Promise<Thread[]>
  /** Called when a thread's state or job changes; not for samples. Returns a function that stops listening. */
  onChange(listener: () => void): () => void
  /**
   * Measures CPU, heap and loop of the threads, and whether they answer, while somebody looks: until all
   * that called it have called what it returned. `threads()` has the samples.
   */
  watch(): () => void
  /** Jobs that wait for a thread. */
  waiting(): number
  /**
   * Runs nothing more, and ends the threads that run an attempt, which ends as cancelled with code RUNNER_STOPPED.
   * One that lies inside one call into the system is left to end when that returns; its attempt says so.
   */
  end(): Promise<void>
  /** The same, and ends all other threads. */
  close(): Promise<void>
}
