import { concurrency, takeTurns } from './contender.ts'
import { backends, backendTitle, jobsOn, type Backend, type BenchRun, type Measure, type Section } from './measure.ts'
import { startServers } from './servers.ts'
import { median, medianRatio } from './statistics.ts'
import { cpuCells, cpuColumns } from './throughput.ts'
import { startToril } from './toril.ts'

const threads = 2
const progressCalls = 5

async function onBackend(backend: Backend, bench: BenchRun): Promise<Section> {
  const jobs = jobsOn(backend, bench.jobs)
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const withHistory = await startToril(servers, { name: 'with-history' })
    stops.unshift(() => withHistory.stop())
    const without = await startToril(servers, { name: 'without-history', history: false })
    stops.unshift(() => without.stop())
    const contenders = [
      without.contender('history off, no progress', { threads, progress: 0 }),
      without.contender(`history off, ${progressCalls} reports`, { threads, progress: progressCalls }),
      withHistory.contender('history on, no progress', { threads, progress: 0 }),
      withHistory.contender(`history on, ${progressCalls} reports`, { threads, progress: progressCalls }),
    ]
    const found = await takeTurns(contenders, { ...bench, servers, jobs })
    const bare = found[0]?.jobsPerSecond ?? []
    return {
      title: `What history and progress cost, ${backendTitle[backend]}`,
      how: `${bench.rounds} rounds of ${jobs} no-op jobs, concurrency ${concurrency}, ${threads} threads. Off: the same runner, whose history writes nothing.`,
      columns: ['jobs/s', 'to both off', ...cpuColumns],
      rows: found.map((each) => ({
        name: each.contender.name,
        cells: [
          { value: median(each.jobsPerSecond), unit: 'jobs/s' },
          { value: medianRatio(each.jobsPerSecond, bare), unit: '×' },
          ...cpuCells(each, jobs),
        ],
      })),
    }
  } finally {
    for (const stop of stops) await stop()
  }
}

/** Progress and history, on against off. */
export const costs: Measure = {
  name: 'costs',
  async run(bench) {
    const sections: Section[] = []
    for (const backend of backends) sections.push(await onBackend(backend, bench))
    return sections
  },
}
