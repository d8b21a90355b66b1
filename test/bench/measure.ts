export type Unit = 'jobs/s' | 'µs' | 'ms' | 'MB' | '×' | ''

/** What a figure is to be; the unit is the figure's. */
export type Aim = { atLeast: number } | { atMost: number }

export interface Cell {
  value: number
  unit: Unit
  aim?: Aim
}

export interface Row {
  name: string
  /** One for each column; undefined where there is nothing to say. */
  cells: (Cell | undefined)[]
}

/** One table of the bench. */
export interface Section {
  title: string
  /** How it was measured, in a sentence or two. */
  how: string
  columns: string[]
  rows: Row[]
}

/** What a measure is given. */
export interface BenchRun {
  rounds: number
  /** Jobs in one round on Redis; on PostgreSQL, which is slower, a quarter of it. */
  jobs: number
  /** Jobs in the history that is searched. */
  history: number
  /** Only to see that it works: the figures mean nothing. */
  quick: boolean
  signal: AbortSignal
  /** Says how far it is; not part of the result. */
  say(line: string): void
}

/** One thing the bench measures; `--only` picks it by its name. */
export interface Measure {
  name: string
  run(bench: BenchRun): Promise<Section[]>
}

export const backends = ['redis', 'postgres'] as const
export type Backend = (typeof backends)[number]
export const backendTitle: Record<Backend, string> = { redis: 'Redis', postgres: 'embedded PostgreSQL' }

export function jobsOn(backend: Backend, jobs: number): number {
  return backend === 'redis' ? jobs : Math.max(1, Math.round(jobs / 4))
}
