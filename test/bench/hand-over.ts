import { mkdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Preferences } from '../../electron/contract/preferences.ts'
import { createRunner } from '../../electron/runner/create-runner.ts'
import { readEnvironment } from '../../electron/runner/environment.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { backends, backendTitle, type Backend, type BenchRun, type Measure, type Row } from './measure.ts'
import { startServers, type BenchServers } from './servers.ts'
import { percentile } from './statistics.ts'
import { startToril, type Toril } from './toril.ts'

type UnknownType = Preferences['queue']['unknownType']

const jobsPerRound = 100
const pollMs = 5
/** Longer than the measure takes. */
const napMs = 3_600_000
const titles: Record<UnknownType, string> = {
  keep: 'left to the one that knows it',
  fail: 'taken by the other, and handed over',
}

/** A runner of the same queue that knows none of the job types of the bench. */
async function startWithout(servers: BenchServers, variables: Record<string, string>): Promise<Runner> {
  const jobsDir = servers.folder('no-jobs')
  await mkdir(jobsDir, { recursive: true })
  return createRunner({
    kind: 'headless',
    dataDir: servers.folder('without'),
    version: 'bench',
    environment: readEnvironment({ ...variables, TORIL_JOBS_DIR: jobsDir }),
  })
}

async function runs(toril: Toril, id: string): Promise<void> {
  while ((await toril.runner.jobs.get(id)).state !== 'active') await delay(pollMs)
}

async function seeEachOther(runners: readonly Runner[]): Promise<void> {
  for (const runner of runners) while ((await runner.runners.list()).length < runners.length) await delay(pollMs)
}

/** From the request to the runner that does not know the type until the queue has stored the end. */
async function timeJob(asked: Runner, toril: Toril): Promise<number> {
  const since = performance.now()
  const ends = new Map<string, number>()
  const { promise, resolve } = Promise.withResolvers<number>()
  let wanted = ''
  const stop = toril.onEnd((id) => {
    ends.set(id, performance.now())
    if (id === wanted) resolve(performance.now())
  })
  const { id } = await asked.jobs.enqueue('no-op', {})
  wanted = id
  const before = ends.get(id)
  const endedAt = before ?? (await promise)
  stop()
  return endedAt - since
}

async function onBackend(backend: Backend, bench: BenchRun): Promise<Row[]> {
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const variables = await servers.environment('handed')
    const toril = await startToril(
      { ...servers, environment: () => Promise.resolve(variables) },
      { name: 'handed', history: true },
    )
    stops.unshift(() => toril.stop())
    const without = await startWithout(servers, variables)
    stops.unshift(() => without.stop({ graceMs: 0 }))
    await seeEachOther([toril.runner, without])

    const rows: Row[] = []
    for (const unknownType of ['keep', 'fail'] as const) {
      await without.preferences.update({ queue: { unknownType } })
      if (unknownType === 'fail') {
        // Busy with all that it takes by itself, it gets the others only from the runner without the type.
        await toril.runner.preferences.update({ queue: { concurrency: 1 } })
        await without.runners.pause(without.id)
        const { id } = await toril.runner.jobs.enqueue('nap', { ms: napMs })
        await runs(toril, id)
        await without.runners.resume(without.id)
      }
      await timeJob(without, toril)
      const count = bench.quick ? 5 : jobsPerRound * bench.rounds
      const times: number[] = []
      for (let job = 0; job < count; job++) {
        bench.signal.throwIfAborted()
        times.push(await timeJob(without, toril))
      }
      bench.say(`hand-over, ${backend}, ${unknownType}: ${count} jobs`)
      rows.push({
        name: `${backendTitle[backend]}, ${titles[unknownType]}`,
        cells: [
          { value: percentile(times, 50), unit: 'ms' },
          { value: percentile(times, 95), unit: 'ms', aim: { atMost: 1_000 } },
        ],
      })
    }
    return rows
  } finally {
    for (const stop of stops) await stop()
  }
}

export const handOver: Measure = {
  name: 'hand-over',
  async run(bench) {
    const rows: Row[] = []
    for (const backend of backends) rows.push(...(await onBackend(backend, bench)))
    return [
      {
        title: 'A job for the runner that knows its type',
        how: 'Two runners of one queue, one of which does not know the type; jobs one at a time, from the request to that one until the queue has stored the end. Handed over: it takes jobs of any type, because unknown ones are to fail, and the other is busy.',
        columns: ['p50', 'p95'],
        rows,
      },
    ]
  },
}
