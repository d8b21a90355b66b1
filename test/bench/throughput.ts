import type { Contender, Rounds } from './contender.ts'
import { concurrency, takeTurns } from './contender.ts'
import type { CpuTimes } from './cpu.ts'
import {
  backends,
  backendTitle,
  jobsOn,
  type Aim,
  type Backend,
  type BenchRun,
  type Cell,
  type Measure,
  type Section,
} from './measure.ts'
import { startInline, startPiscina, startSandboxed } from './plain-bullmq.ts'
import { startServers } from './servers.ts'
import { median, medianRatio } from './statistics.ts'
import { startToril } from './toril.ts'

/** The shape of Toril that the aims are about. */
const threads = 2
const aims: Record<Backend, { toInline: Aim; toSandboxed?: Aim }> = {
  redis: { toInline: { atLeast: 0.72 }, toSandboxed: { atLeast: 1.35 } },
  postgres: { toInline: { atLeast: 0.9 } },
}

/** CPU time for one job by process, µs; medians. */
export function cpuCells({ rounds }: Rounds, jobs: number): (Cell | undefined)[] {
  const cell = (part: keyof CpuTimes): Cell | undefined => {
    const found = rounds.flatMap(({ cpu }) => cpu[part] ?? [])
    return found.length === 0 ? undefined : { value: (median(found) / jobs) * 1000, unit: 'µs' }
  }
  return [cell('main'), cell('threads'), cell('redis'), cell('postgres')]
}

export const cpuColumns = ['CPU: main', 'threads', 'redis', 'postgres']

async function onBackend(backend: Backend, bench: BenchRun): Promise<Section> {
  const jobs = jobsOn(backend, bench.jobs)
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const start = async (contender: Promise<Contender>): Promise<Contender> => {
      const started = await contender
      stops.unshift(() => started.close())
      return started
    }
    const inline = await start(startInline(servers))
    const sandboxed = await start(startSandboxed(servers))
    const piscina = await start(startPiscina(servers, threads))
    const toril = await startToril(servers, { name: 'toril' })
    stops.unshift(() => toril.stop())
    const sizes = [1, 2, 4].map((count) =>
      toril.contender(`Toril, ${count} ${count === 1 ? 'thread' : 'threads'}`, { threads: count, progress: 0 }),
    )
    const reporting = toril.contender(`Toril, ${threads} threads, progress`, { threads, progress: 1 })
    const contenders = [inline, sandboxed, piscina, ...sizes, reporting]
    const found = await takeTurns(contenders, { ...bench, servers, jobs })

    const rateOf = (contender: Contender): number[] =>
      found.find((each) => each.contender === contender)?.jobsPerSecond ?? []
    const row = (each: Rounds): Section['rows'][number] => {
      const { contender, jobsPerSecond, rounds } = each
      const aimed = contender === reporting || contender === sizes[1]
      const ratio = (to: Contender, aim: Aim | undefined): Cell => ({
        value: medianRatio(jobsPerSecond, rateOf(to)),
        unit: '×',
        ...(aimed && aim !== undefined ? { aim } : {}),
      })
      return {
        name: contender.name,
        cells: [
          { value: median(jobsPerSecond), unit: 'jobs/s' },
          ratio(inline, aims[backend].toInline),
          ratio(sandboxed, aims[backend].toSandboxed),
          ...cpuCells(each, jobs),
          contender.aftermath === undefined
            ? undefined
            : { value: median(rounds.map(({ aftermathMs }) => aftermathMs)), unit: 'ms' },
        ],
      }
    }
    return {
      title: `Throughput, ${backendTitle[backend]}`,
      how: `${bench.rounds} rounds of ${jobs} no-op jobs, concurrency ${concurrency} for all; Toril with its history, the last one with jobs that report progress. CPU for one job, by process.`,
      columns: ['jobs/s', 'to inline', 'to sandboxed', ...cpuColumns, 'history behind'],
      rows: found.map(row),
    }
  } finally {
    for (const stop of stops) await stop()
  }
}

export const throughput: Measure = {
  name: 'throughput',
  async run(bench) {
    const sections: Section[] = []
    for (const backend of backends) sections.push(await onBackend(backend, bench))
    return sections
  },
}
