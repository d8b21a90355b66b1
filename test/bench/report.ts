import type { Starts } from './starts.ts'
import type { Throughput } from './throughput.ts'

export interface Report {
  jobs: number
  rounds: number
  concurrency: number
  threads: number
  node: string
  cores: number
  /** Medians. */
  jobsPerSecond: { inline: number; sandboxed: number; toril: number }
  /** CPU time of the bench's process for one job, µs; medians. */
  cpuMicrosPerJob: { inline: number; sandboxed: number; toril: number }
  /** Medians of the ratios within each round: what else the machine does weighs on both sides. */
  ratios: { sandboxedToInline: number; torilToInline: number; torilToSandboxed: number }
  historyLagMs: number
  startMs: Starts
  aims: typeof aims
}

export const aims = { torilToInline: 0.6, torilToSandboxed: 1.1, coldReadyMs: 4_000, warmReadyMs: 1_000 } as const

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low, high] = [sorted[Math.ceil(middle) - 1] ?? NaN, sorted[Math.floor(middle)] ?? NaN]
  return (low + high) / 2
}

function medianRatio(above: readonly number[], below: readonly number[]): number {
  return Number(median(above.map((value, round) => value / (below[round] ?? NaN))).toFixed(3))
}

function mediansOf(values: Throughput['jobsPerSecond']): Report['jobsPerSecond'] {
  return {
    inline: Math.round(median(values.inline)),
    sandboxed: Math.round(median(values.sandboxed)),
    toril: Math.round(median(values.toril)),
  }
}

type Summary = Pick<Report, 'jobsPerSecond' | 'cpuMicrosPerJob' | 'ratios' | 'historyLagMs'>

export function summarize({ jobsPerSecond, cpuMicros, historyLagMs }: Throughput): Summary {
  const { inline, sandboxed, toril } = jobsPerSecond
  return {
    jobsPerSecond: mediansOf(jobsPerSecond),
    cpuMicrosPerJob: mediansOf(cpuMicros),
    ratios: {
      sandboxedToInline: medianRatio(sandboxed, inline),
      torilToInline: medianRatio(toril, inline),
      torilToSandboxed: medianRatio(toril, sandboxed),
    },
    historyLagMs: Math.round(median(historyLagMs)),
  }
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

/** For people: each figure with its aim beside it. */
export function asText(report: Report): string {
  const { jobsPerSecond, cpuMicrosPerJob, ratios, startMs } = report
  const micros = (value: number): string => `${value} µs`
  const ms = (value: number): string => `${Math.round(value)} ms`
  const { torilToInline, torilToSandboxed, coldReadyMs, warmReadyMs } = report.aims
  const speed = table([
    ['', 'jobs/s', 'CPU per job', 'to inline', 'to sandboxed', 'aim'],
    ['BullMQ, inline processor', String(jobsPerSecond.inline), micros(cpuMicrosPerJob.inline), '1.00', '', ''],
    [
      'BullMQ, sandboxed threads',
      String(jobsPerSecond.sandboxed),
      micros(cpuMicrosPerJob.sandboxed),
      ratios.sandboxedToInline.toFixed(2),
      '1.00',
      '',
    ],
    [
      'Toril, full path',
      String(jobsPerSecond.toril),
      micros(cpuMicrosPerJob.toril),
      ratios.torilToInline.toFixed(2),
      ratios.torilToSandboxed.toFixed(2),
      `${torilToInline.toFixed(2)} / ${torilToSandboxed.toFixed(2)}`,
    ],
  ])
  const starts = table([
    ['start, embedded database', 'ready', 'aim', 'first job done'],
    ['cold (new data folder)', ms(startMs.cold.readyMs), ms(coldReadyMs), ms(startMs.cold.firstJobMs)],
    ['warm', ms(startMs.warm.readyMs), ms(warmReadyMs), ms(startMs.warm.firstJobMs)],
  ])
  const how = `${report.rounds} rounds of ${report.jobs} no-op jobs, concurrency ${report.concurrency}, ${report.threads} threads, Node ${report.node}, ${report.cores} cores; medians`
  return `${how}\n\n${speed}\n\nHistory complete ${ms(report.historyLagMs)} after the last job.\n\n${starts}`
}
