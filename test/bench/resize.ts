import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { backends, backendTitle, jobsOn, type Backend, type BenchRun, type Measure, type Row } from './measure.ts'
import { startServers } from './servers.ts'
import { startToril } from './toril.ts'

/** Threads and concurrency, one after the other, over and over: up, down, and fewer of one than of the other. */
const shapes = [
  { threads: 1, concurrency: 8 },
  { threads: 6, concurrency: 4 },
  { threads: 2, concurrency: 16 },
  { threads: 8, concurrency: 8 },
  { threads: 3, concurrency: 1 },
  { threads: 4, concurrency: 12 },
] as const
/** Longer than a thread takes to start, so that each shape gets to work. */
const everyMs = 250
const workMs = 3

async function onBackend(backend: Backend, bench: BenchRun): Promise<Row> {
  // They take many times as long as a no-op.
  const jobs = Math.ceil(jobsOn(backend, bench.jobs) / 4)
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const toril = await startToril(servers, { name: 'toril' })
    stops.unshift(() => toril.stop())
    const { queue, tally, aftermath } = toril.contender('', { threads: 1, progress: 0 })
    const file = servers.folder('marks')
    await writeFile(file, '')
    const done = tally.expect(jobs, bench.signal)
    const marks = Array.from({ length: jobs }, (_, mark) => ({ name: 'mark', data: { file, mark, ms: workMs } }))
    const since = performance.now()
    await queue.addBulk(marks)
    let ended = false
    const finished = done.finally(() => (ended = true))
    let resizes = 0
    // Its rejection is taken at the end.
    finished.catch(() => undefined)
    while (!ended) {
      const shape = shapes[resizes % shapes.length] ?? shapes[0]
      await toril.runner.preferences.update({
        pool: { minThreads: shape.threads, maxThreads: shape.threads },
        queue: { concurrency: shape.concurrency },
      })
      resizes += 1
      await Promise.race([delay(everyMs), finished])
    }
    await finished
    const ms = performance.now() - since
    await aftermath?.()
    const written = (await readFile(file, 'utf8')).trimEnd().split('\n')
    const distinct = new Set(written).size
    bench.say(`resize, ${backend}: ${jobs} jobs, ${resizes} resizes`)
    const count = (value: number) => ({ value, unit: '' as const })
    return {
      name: backendTitle[backend],
      cells: [
        count(jobs),
        count(resizes),
        { ...count(jobs - distinct), aim: { atMost: 0 } },
        { ...count(written.length - distinct), aim: { atMost: 0 } },
        { value: (jobs / ms) * 1000, unit: 'jobs/s' },
      ],
    }
  } finally {
    for (const stop of stops) await stop()
  }
}

export const resize: Measure = {
  name: 'resize',
  async run(bench) {
    const rows: Row[] = []
    for (const backend of backends) rows.push(await onBackend(backend, bench))
    return [
      {
        title: 'Resize under load',
        how: `Threads and concurrency change every ${everyMs} ms, up and down, while jobs of ${workMs} ms run; each writes a line of its own to a file, which is counted at the end.`,
        columns: ['jobs', 'resizes', 'lost', 'repeated', 'jobs/s'],
        rows,
      },
    ]
  },
}
