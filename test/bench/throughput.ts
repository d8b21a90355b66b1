import { rm } from 'node:fs/promises'
import { makeTestFolder } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { openQueue, timeRound, type Contender } from './contender.ts'
import { startInline, startSandboxed } from './plain-bullmq.ts'
import { startToril } from './toril.ts'

export interface Throughput {
  /** Jobs a second, one number for each round. */
  jobsPerSecond: Record<Contender['name'], number[]>
  /** CPU time of the bench's process for one job, µs. Hardly depends on what else the machine does. */
  cpuMicros: Record<Contender['name'], number[]>
  /** How long the history needed to catch up after each of Toril's rounds, ms. */
  historyLagMs: number[]
}

export interface ThroughputOptions {
  jobs: number
  rounds: number
  signal: AbortSignal
  onRound: (line: string) => void
}

/** Runs all contenders on one Redis, taking turns, the first turn going around; one untimed round first. */
export async function measureThroughput(options: ThroughputOptions): Promise<Throughput> {
  const { jobs, rounds, signal, onRound } = options
  const stops: (() => Promise<unknown>)[] = []
  try {
    const redis = await startTestRedis()
    stops.unshift(() => redis.stop())
    const folder = await makeTestFolder()
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const contenders: { contender: Contender; queue: ReturnType<typeof openQueue> }[] = []
    for (const start of [startInline, startSandboxed, (port: number) => startToril(port, folder)]) {
      const contender = await start(redis.port)
      stops.unshift(() => contender.close())
      const queue = openQueue(contender.queueName, redis.port)
      stops.unshift(() => queue.close())
      contenders.push({ contender, queue })
    }

    const found: Throughput = {
      jobsPerSecond: { inline: [], sandboxed: [], toril: [] },
      cpuMicros: { inline: [], sandboxed: [], toril: [] },
      historyLagMs: [],
    }
    const warmUp = Math.ceil(jobs / 4)
    for (const { contender, queue } of contenders) {
      await timeRound(contender, queue, warmUp, signal)
      await contender.aftermathMs?.(warmUp)
    }
    for (let round = 0; round < rounds; round++) {
      const turn = round % contenders.length
      for (const { contender, queue } of [...contenders.slice(turn), ...contenders.slice(0, turn)]) {
        const { ms, cpuMs } = await timeRound(contender, queue, jobs, signal)
        const perSecond = (jobs / ms) * 1000
        found.cpuMicros[contender.name].push((cpuMs / jobs) * 1000)
        found.jobsPerSecond[contender.name].push(perSecond)
        // Nothing of this contender may run on into the next one's turn.
        const lag = await contender.aftermathMs?.(jobs)
        if (lag !== undefined) found.historyLagMs.push(lag)
        onRound(`round ${round + 1} of ${rounds}, ${contender.name}: ${Math.round(perSecond)} jobs/s`)
      }
    }
    return found
  } finally {
    for (const stop of stops) await stop()
  }
}
