import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createRunner } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import { concurrency, keep, threads, type Contender } from './contender.ts'

const queueName = 'toril'
const pollMs = 25
/** Events tell the runner of jobs that others add; they are hints, and some may be lost. */
const settleAtMostMs = 30_000

/** Toril's full path: queue, validation, thread, result, board, history on the embedded database. */
export async function startToril(port: number, dataDir: string): Promise<Contender> {
  const runner = await createRunner({
    kind: 'headless',
    dataDir,
    version: 'bench',
    environment: readEnvironment({
      REDIS_URL: '127.0.0.1',
      REDIS_PORT: String(port),
      TORIL_QUEUE: queueName,
      TORIL_JOBS_DIR: join(import.meta.dirname, 'jobs'),
    }),
  })
  await runner.preferences.update({
    pool: { minThreads: threads, maxThreads: threads },
    queue: { concurrency, keepCompleted: keep.removeOnComplete.count, keepFailed: keep.removeOnFail.count },
  })
  const completed = async (): Promise<number> => (await runner.metrics()).attempts['completed'] ?? 0
  const inHistory = async (state: 'waiting' | 'completed'): Promise<number> =>
    (await runner.jobs.list({ state: [state], limit: 1 })).total

  return {
    name: 'toril',
    queueName,
    completed,
    async settle(jobs) {
      const until = performance.now() + settleAtMostMs
      while ((await inHistory('waiting')) < jobs && performance.now() < until) await delay(pollMs)
    },
    async aftermathMs() {
      const all = await completed()
      const since = performance.now()
      while ((await inHistory('completed')) < all) await delay(pollMs)
      return performance.now() - since
    },
    close: () => runner.stop(),
  }
}
