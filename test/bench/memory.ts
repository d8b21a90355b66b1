import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Measure } from './measure.ts'
import { median } from './statistics.ts'

const run = promisify(execFile)
const kinds = ['bare', 'fresh', 'javascript', 'typescript'] as const
const names = {
  bare: 'bare worker thread, no code',
  fresh: 'idle thread, no job yet',
  javascript: 'idle thread after a job in JavaScript',
  typescript: 'idle thread after a job in TypeScript',
}

/** A process of its own for each figure: what one leaves behind must not hide the next. */
async function measure(kind: (typeof kinds)[number], signal: AbortSignal): Promise<number> {
  const file = join(import.meta.dirname, 'memory-process.ts')
  const { stdout } = await run(process.execPath, ['--expose-gc', file, kind], { signal })
  return Number(stdout)
}

export const memory: Measure = {
  name: 'memory',
  async run(bench) {
    const found: Record<(typeof kinds)[number], number[]> = { bare: [], fresh: [], javascript: [], typescript: [] }
    for (let round = 0; round < bench.rounds; round++) {
      for (const kind of kinds) found[kind].push(await measure(kind, bench.signal))
      bench.say(`memory: round ${round + 1} of ${bench.rounds}`)
    }
    const bare = median(found.bare)
    return [
      {
        title: 'Memory of an idle thread',
        how: `How much the resident memory of a process grows by for each of 8 further threads, after a collection of garbage in its main thread; ${bench.rounds} processes for each, built worker entry.`,
        columns: ['each', 'above a bare worker'],
        rows: kinds.map((kind) => ({
          name: names[kind],
          cells: [
            { value: median(found[kind]), unit: 'MB' },
            kind === 'bare' ? undefined : { value: median(found[kind]) - bare, unit: 'MB', aim: { atMost: 5 } },
          ],
        })),
      },
    ]
  },
}
