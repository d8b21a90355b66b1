import { setTimeout as delay } from 'node:timers/promises'
import { backends, backendTitle, type Backend, type BenchRun, type Measure, type Row } from './measure.ts'
import { startServers } from './servers.ts'
import { percentile } from './statistics.ts'
import { startToril, type Toril } from './toril.ts'

const threads = 2
const graceMs = 50
const cancelsPerRound = 40
/** The attempt has begun; so much later its code certainly spins. */
const intoLoopMs = 20

interface Cancelled {
  /** From the end of the grace time, or from the request without one, until the queue has stored the end. */
  endMs: number
  /** From there until the killed thread has been replaced. */
  restoredMs: number
}

async function cancelOne({ runner, tap, onEnd, threadsIdle }: Toril, now: boolean): Promise<Cancelled> {
  const started = new Promise<void>((resolve) => {
    const stop = tap.onStart(() => {
      stop()
      resolve()
    })
  })
  const { id } = await runner.jobs.enqueue('spin', {})
  const ended = new Promise<number>((resolve) => {
    const stop = onEnd((endedId) => {
      if (endedId !== id) return
      stop()
      resolve(performance.now())
    })
  })
  await started
  await delay(intoLoopMs)
  const from = performance.now() + (now ? 0 : graceMs)
  await runner.jobs.cancel(id, { now, by: 'bench' })
  const endedAt = await ended
  await threadsIdle(threads)
  return { endMs: endedAt - from, restoredMs: performance.now() - endedAt }
}

async function onBackend(backend: Backend, bench: BenchRun): Promise<Row[]> {
  const servers = await startServers(backend)
  const stops = [() => servers.stop()]
  try {
    const toril = await startToril(servers, { name: 'toril' })
    stops.unshift(() => toril.stop())
    await toril.runner.preferences.update({ cancel: { graceMs } })
    await toril.contender('', { threads, progress: 0 }).prepare?.()
    await cancelOne(toril, true)
    const found = { grace: [] as Cancelled[], now: [] as Cancelled[] }
    const count = bench.quick ? 3 : cancelsPerRound * bench.rounds
    for (let done = 0; done < count; done++) {
      bench.signal.throwIfAborted()
      found.grace.push(await cancelOne(toril, false))
      found.now.push(await cancelOne(toril, true))
      if ((done + 1) % cancelsPerRound === 0) bench.say(`cancel, ${backend}: ${done + 1} of ${count} of each kind`)
    }
    return Object.entries(found).map(([kind, cancels]) => {
      const ends = cancels.map(({ endMs }) => endMs)
      return {
        name: `${backendTitle[backend]}, ${kind === 'now' ? 'at once' : `after ${graceMs} ms of grace`}`,
        cells: [
          { value: percentile(ends, 50), unit: 'ms', aim: { atMost: 30 } },
          { value: percentile(ends, 99), unit: 'ms' },
          {
            value: percentile(
              cancels.map(({ restoredMs }) => restoredMs),
              50,
            ),
            unit: 'ms',
          },
        ],
      }
    })
  } finally {
    for (const stop of stops) await stop()
  }
}

export const cancel: Measure = {
  name: 'cancel',
  async run(bench) {
    const rows: Row[] = []
    for (const backend of backends) rows.push(...(await onBackend(backend, bench)))
    return [
      {
        title: 'Cancel of a thread in an endless loop',
        how: `${bench.quick ? 3 : cancelsPerRound * bench.rounds} cancels of each kind, one at a time: from the end of the grace time (at once: from the request) until the queue has stored the end; then until a new thread has taken the place of the killed one.`,
        columns: ['p50', 'p99', 'thread replaced after, p50'],
        rows,
      },
    ]
  },
}
