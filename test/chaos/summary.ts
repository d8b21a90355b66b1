import type { Bout } from './bout.ts'

/** What makes a run fail: one line each. */
export function faultsOf({ lost, wrong, broken }: Pick<Bout, 'lost' | 'wrong' | 'broken'>): string[] {
  return [...lost.map((line) => `LOST ${line}`), ...wrong.map((line) => `WRONG ${line}`), ...broken]
}

/** One run in four lines. */
export function summary(name: string, bout: Bout): string {
  const { kills, stops, resizes } = bout.storm
  const total = kills.runner + kills.threads + kills.redis + kills.postgres
  const redis = bout.plan.server === 'redis' ? `, Redis ${kills.redis}` : ''
  const rows = [
    ['jobs', `${bout.jobs} acknowledged, ${bout.unanswered} more requests without an answer`],
    ['kills', `${total}: runner ${kills.runner}, threads ${kills.threads}${redis}, PostgreSQL ${kills.postgres}`],
    ['beside', `${stops} orderly stops, ${resizes} changes of threads and concurrency`],
    ['lost', String(bout.lost.length)],
    ['run twice', String(bout.runTwice)],
    ['settled', `${(bout.settledMs / 1000).toFixed(1)} s after the last kill`],
  ]
  return [`\n${name}`, ...rows.map(([what, value]) => `  ${(what ?? '').padEnd(10)} ${value}`)].join('\n')
}
