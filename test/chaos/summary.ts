import type { Bout } from './bout.ts'

/** What makes a run fail: one line each. */
export function faultsOf(bout: Pick<Bout, 'lost' | 'wrong' | 'unexplained' | 'broken'>): string[] {
  const { lost, wrong, unexplained, broken } = bout
  return [
    ...lost.map((line) => `LOST ${line}`),
    ...wrong.map((line) => `WRONG ${line}`),
    ...unexplained.map((line) => `TWICE ${line}`),
    ...broken,
  ]
}

/** One run in a few lines. */
export function summary(name: string, bout: Bout): string {
  const { kills, stops, resizes } = bout.storm
  const total = kills.runner + kills.threads + kills.redis + kills.postgres
  const redis = bout.plan.server === 'redis' ? `, Redis ${kills.redis}` : ''
  const rows = [
    ['jobs', `${bout.jobs} acknowledged, ${bout.unanswered} more requests without an answer`],
    ['kills', `${total}: runner ${kills.runner}, threads ${kills.threads}${redis}, PostgreSQL ${kills.postgres}`],
    ['beside', `${stops} orderly stops, ${resizes} changes of threads and concurrency`],
    ['stopped', `${bout.stopped} jobs were cancelled for good as they ran`],
    ['lost', String(bout.lost.length)],
    ['run twice', `${bout.runTwice}, ${bout.unexplained.length} of them without a blow in between`],
    ['settled', `${(bout.settledMs / 1000).toFixed(1)} s after the last kill`],
  ]
  const runners = bout.plan.runners === 1 ? '' : `, ${bout.plan.runners} runners`
  return [`\n${name}${runners}`, ...rows.map(([what, value]) => `  ${(what ?? '').padEnd(10)} ${value}`)].join('\n')
}
