import { availableParallelism } from 'node:os'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { backends, backendTitle, type Backend, type BenchRun, type Measure, type Row } from './measure.ts'
import { startServers } from './servers.ts'
import { startToril } from './toril.ts'

const burnMs = 50
/** How often the loop is looked at; the histogram holds this time too, so it is taken off. */
const resolutionMs = 1
const secondsPerRound = 3

function cells(histogram: ReturnType<typeof monitorEventLoopDelay>, aimed: boolean): Row['cells'] {
  const ms = (nanos: number): number => Math.max(0, nanos / 1e6 - resolutionMs)
  return [
    { value: ms(histogram.percentile(50)), unit: 'ms' },
    { value: ms(histogram.percentile(99)), unit: 'ms', ...(aimed ? { aim: { atMost: 20 } } : {}) },
    { value: ms(histogram.max), unit: 'ms' },
  ]
}

async function onBackend(backend: Backend, bench: BenchRun): Promise<Row[]> {
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  const lookMs = bench.quick ? 300 : secondsPerRound * bench.rounds * 1000
  try {
    const toril = await startToril(servers, { name: 'toril' })
    stops.unshift(() => toril.stop())
    const { runner } = toril
    // Somebody looks on, as in the app with its window open.
    const looking = new AbortController()
    const watched = (async () => {
      for await (const update of runner.watch(looking.signal)) void update
    })()
    stops.unshift(async () => {
      looking.abort()
      await watched
    })

    async function look(name: string, aimed: boolean): Promise<Row> {
      const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
      histogram.enable()
      await delay(lookMs, undefined, { signal: bench.signal })
      histogram.disable()
      bench.say(`loop, ${backend}: ${name}`)
      return { name: `${backendTitle[backend]}, ${name}`, cells: cells(histogram, aimed) }
    }

    async function underLoad(threads: number): Promise<Row> {
      await toril.contender('', { threads, progress: 0 }).prepare?.()
      await runner.preferences.update({ queue: { concurrency: threads * 2 } })
      const jobs = Math.ceil((lookMs / burnMs) * threads)
      await toril
        .contender('', { threads, progress: 0 })
        .queue.addBulk(Array.from({ length: jobs }, () => ({ name: 'burn', data: { ms: burnMs } })))
      while (!runner.threads().every(({ state }) => state !== 'idle')) await delay(1)
      const row = await look(`${threads} threads at full CPU`, true)
      while ((await runner.metrics()).jobs.waiting > 0) await delay(burnMs, undefined, { signal: bench.signal })
      await toril.threadsIdle(threads)
      return row
    }

    const cores = availableParallelism()
    return [await look('at rest', false), await underLoad(cores), await underLoad(cores * 2)]
  } finally {
    for (const stop of stops) await stop()
  }
}

export const loopDelay: Measure = {
  name: 'loop',
  async run(bench) {
    const rows: Row[] = []
    for (const backend of backends) rows.push(...(await onBackend(backend, bench)))
    return [
      {
        title: "Event-loop delay of the runner's main thread",
        how: `Jobs of ${burnMs} ms that burn CPU on all threads, while somebody watches; the main thread shares ${availableParallelism()} cores with them, the queue and the database.`,
        columns: ['p50', 'p99', 'max'],
        rows,
      },
    ]
  },
}
