import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { Runner } from '../../runner/runner.ts'

/** The numbers of the runner and of its process as Prometheus reads them. */
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
}

export function createMetrics(runner: Runner): Metrics {
  // Its own registry: the default one is shared by the whole process.
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const jobs = new Gauge({ name: 'toril_jobs', help: 'Jobs by state.', labelNames: ['state'], registers })
  const attempts = new Counter({
    name: 'toril_attempts_total',
    help: 'Attempts that ended on this runner, by outcome.',
    labelNames: ['outcome'],
    registers,
  })
  const threads = new Gauge({ name: 'toril_threads', help: 'Threads by state.', labelNames: ['state'], registers })
  const waiting = new Gauge({ name: 'toril_pool_waiting', help: 'Jobs waiting for a thread.', registers })
  const paused = new Gauge({ name: 'toril_queue_paused', help: '1 while the queue is paused.', registers })
  const connected = new Gauge({ name: 'toril_queue_connected', help: '1 while the queue answers.', registers })

  return {
    contentType: registry.contentType,
    async text() {
      const now = await runner.metrics()
      for (const [state, count] of Object.entries(now.jobs)) jobs.set({ state }, count)
      attempts.reset()
      for (const [outcome, count] of Object.entries(now.attempts)) attempts.inc({ outcome }, count)
      threads.set({ state: 'busy' }, now.threads.busy)
      threads.set({ state: 'idle' }, now.threads.total - now.threads.busy)
      waiting.set(now.poolWaiting)
      paused.set(now.paused ? 1 : 0)
      connected.set(now.connected ? 1 : 0)
      return registry.metrics()
    },
  }
}
