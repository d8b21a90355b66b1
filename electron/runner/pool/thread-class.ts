import { Piscina } from 'piscina'
import type { Worker } from 'node:worker_threads'
import type { ThreadSettings } from '../../../workers/protocol.ts'
import { childEnvironment } from '../child-environment.ts'

/**
 * What V8 has for new objects beside the limit of a thread. Left alone it takes up to 192 MB, which makes a limit of
 * 64 MB four times as much.
 */
export const youngGenerationMb = 48

/**
 * The threads of one memory class: a Piscina of its own, because Piscina's resource limits are
 * pool-wide. Its number of threads is decided by the caller, and attempts go to a thread over its control
 * port, so nothing ever waits inside Piscina, and an attempt costs neither a task nor its bookkeeping:
 *
 * - `minThreads` is 0 and the idle timeout infinite, so Piscina starts and ends no thread by itself;
 * - a thread is started by a task that no thread may take and that is withdrawn at once;
 * - it is then given one task for its whole life, which the balancer sends to the thread the caller named.
 */
export class ThreadClass {
  readonly memoryMb: number | undefined
  readonly #pool: Piscina<undefined, never>
  #target: number | undefined

  constructor(
    options: { entry: string; memoryMb: number | undefined; threadSettings: ThreadSettings },
    onReady: (threadId: number) => void,
  ) {
    this.memoryMb = options.memoryMb
    this.#pool = new Piscina<undefined, never>({
      filename: options.entry,
      // The default `sync` blocks the loop of a thread while it waits: it could take no attempt and no cancel.
      atomics: 'disabled',
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: Infinity,
      recordTiming: false,
      workerData: options.threadSettings,
      env: childEnvironment(),
      loadBalancer: (_task, threads) => threads.find(({ id }) => id === this.#target) ?? null,
      ...(options.memoryMb === undefined
        ? {}
        : {
            resourceLimits: { maxOldGenerationSizeMb: options.memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
          }),
    })
    this.#pool.on('workerCreate', ({ id }: { id: number }) => onReady(id))
    // The death of a thread is seen on its worker; this only keeps an idle one from being unhandled.
    this.#pool.on('error', () => {})
  }

  /** Threads there are, starting and ending ones included. */
  get size(): number {
    return this.#pool.threads.length
  }

  /** Starts one more thread and answers its worker, which is not ready yet. */
  spawn(): Worker {
    const before = new Set(this.#pool.threads)
    this.#pool.options.maxThreads = before.size + 1
    this.#target = undefined
    const withdraw = new AbortController()
    this.#pool.run(undefined, { signal: withdraw.signal }).catch(() => {})
    withdraw.abort()
    const worker = this.#pool.threads.find((thread) => !before.has(thread))
    if (worker === undefined) throw new Error('Piscina started no thread.')
    return worker
  }

  /** Makes this thread, which must be ready, serve attempts. Rejects when it dies, with the reason. */
  serve(threadId: number): Promise<never> {
    this.#target = threadId
    return this.#pool.run(undefined)
  }

  destroy(): Promise<void> {
    return this.#pool.destroy()
  }
}
