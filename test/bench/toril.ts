import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Json } from '../../electron/contract/json.ts'
import { createRunner } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { concurrency, jobName, keep, type Contender } from './contender.ts'
import { HistoryTap } from './history-tap.ts'
import { connectToPostgres, openQueue, type BenchServers, type PlainConnection } from './servers.ts'
import { Tally } from './tally.ts'

const pollMs = 5
/** Events tell the runner of jobs that others add; they are hints, and some may be lost. */
const quietMs = 1_000

export interface TorilOptions {
  /** Also the name of its queue. */
  name: string
  history?: boolean
}

/** A whole runner in the bench's process. */
export interface Toril {
  runner: Runner
  tap: HistoryTap
  /** Called when a job has finished, as soon as the queue has stored it. Returns a function that stops listening. */
  onEnd(listener: (id: string) => void): () => void
  /** Resolves when there are so many threads and all are free. */
  threadsIdle(count: number): Promise<void>
  /** This runner with so many threads and jobs that report progress so often. */
  contender(name: string, shape: { threads: number; progress: number }): Contender
  stop(): Promise<void>
}

/** Toril's full path: queue, validation, thread, result, board, history. */
export async function startToril(servers: BenchServers, options: TorilOptions): Promise<Toril> {
  const tally = new Tally()
  const endListeners = new Set<(id: string) => void>()
  const tap = new HistoryTap({
    write: options.history ?? true,
    onEnd({ id, state, error }) {
      for (const listener of endListeners) listener(id)
      if (state === 'completed') tally.completed()
      else if (state === 'failed') tally.failed(`${options.name}: job ${id} failed: ${error ?? 'without an error'}`)
    },
  })
  const variables = await servers.environment(options.name)
  const runner = await createRunner({
    kind: 'headless',
    dataDir: servers.folder(options.name),
    version: 'bench',
    environment: readEnvironment({ ...variables, TORIL_JOBS_DIR: join(import.meta.dirname, 'jobs') }),
    aroundHistory: tap.around,
  })
  const plain = await connectProducer(servers, variables['DATABASE_URL'] ?? '')
  const queue = openQueue(options.name, plain)

  async function threadsIdle(count: number): Promise<void> {
    for (;;) {
      const threads = runner.threads()
      if (threads.length === count && threads.every(({ state }) => state === 'idle')) return
      await delay(pollMs)
    }
  }

  async function resize(threads: number): Promise<void> {
    await runner.preferences.update({
      pool: { minThreads: threads, maxThreads: threads },
      queue: { concurrency, keepCompleted: keep.removeOnComplete.count, keepFailed: keep.removeOnFail.count },
    })
    await threadsIdle(threads)
  }

  /** Jobs of other producers are taken over before the clock starts. */
  async function settle(jobs: number): Promise<void> {
    let seen = tap.unfinished
    for (let since = performance.now(); seen < jobs && performance.now() - since < quietMs;) {
      await delay(pollMs)
      if (tap.unfinished > seen) since = performance.now()
      seen = tap.unfinished
    }
    await tap.flush()
  }

  return {
    runner,
    tap,
    onEnd(listener) {
      endListeners.add(listener)
      return () => endListeners.delete(listener)
    },
    threadsIdle,
    contender(name, { threads, progress }) {
      const input: Json = { progress }
      return {
        name,
        queue,
        tally,
        input,
        add: () => runner.jobs.enqueue(jobName, input),
        prepare: () => resize(threads),
        settle,
        aftermath: () => tap.flush(),
        close: () => Promise.resolve(),
      }
    },
    async stop() {
      await queue.close()
      await plain.close()
      await runner.stop({ graceMs: 0 })
    },
  }
}

/** A producer on PostgreSQL adds to the database of the runner, not to one of its own. */
function connectProducer(servers: BenchServers, databaseUrl: string): Promise<PlainConnection> {
  return servers.backend === 'redis' ? servers.connectPlain() : connectToPostgres(databaseUrl)
}
