import type { Contender } from './contender.ts'
import {
  backends,
  backendTitle,
  type Aim,
  type Backend,
  type BenchRun,
  type Cell,
  type Measure,
  type Section,
} from './measure.ts'
import { startInline, startPiscina, startSandboxed } from './plain-bullmq.ts'
import { startServers } from './servers.ts'
import { percentile } from './statistics.ts'
import { startToril } from './toril.ts'

const threads = 2
const jobsPerRound = 200
const warmUp = 20
const p50AboveInline: Aim = { atMost: 0.5 }

async function timeJob({ tally, add }: Contender, signal: AbortSignal): Promise<number> {
  const since = performance.now()
  const done = tally.expect(1, signal)
  await Promise.all([add(), done])
  return performance.now() - since
}

async function onBackend(backend: Backend, bench: BenchRun): Promise<Section> {
  const { signal, quick, rounds } = bench
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const contenders: Contender[] = []
    for (const starting of [startInline(servers), startSandboxed(servers), startPiscina(servers, threads)]) {
      const contender = await starting
      stops.unshift(() => contender.close())
      contenders.push(contender)
    }
    const toril = await startToril(servers, { name: 'toril' })
    stops.unshift(() => toril.stop())
    contenders.push(toril.contender(`Toril, ${threads} threads`, { threads, progress: 0 }))

    for (const contender of contenders) {
      await contender.prepare?.()
      for (let job = 0; job < (quick ? 1 : warmUp); job++) await timeJob(contender, signal)
    }
    const times = new Map(contenders.map((contender) => [contender, [] as number[]]))
    const count = quick ? 10 : jobsPerRound * rounds
    for (let job = 0; job < count; job++) {
      for (const [contender, found] of times) found.push(await timeJob(contender, signal))
      if ((job + 1) % jobsPerRound === 0) bench.say(`latency, ${backend}: ${job + 1} of ${count} jobs each`)
    }
    const p50 = (contender: Contender): number => percentile(times.get(contender) ?? [], 50)
    const inline = p50(contenders[0] as Contender)
    const ms = (value: number, aim?: Aim): Cell => ({ value, unit: 'ms', ...(aim === undefined ? {} : { aim }) })
    return {
      title: `Latency from add to finished, ${backendTitle[backend]}`,
      how: `${count} jobs each, one at a time, contenders taking turns job by job; finished is when the worker knows that the queue has stored it.`,
      columns: ['p50', 'p95', 'p50 above inline'],
      rows: contenders.map((contender, index) => ({
        name: contender.name,
        cells: [
          ms(p50(contender)),
          ms(percentile(times.get(contender) ?? [], 95)),
          index === 0
            ? undefined
            : ms(p50(contender) - inline, index === contenders.length - 1 ? p50AboveInline : undefined),
        ],
      })),
    }
  } finally {
    for (const stop of stops) await stop()
  }
}

export const latency: Measure = {
  name: 'latency',
  async run(bench) {
    const sections: Section[] = []
    for (const backend of backends) sections.push(await onBackend(backend, bench))
    return sections
  },
}
