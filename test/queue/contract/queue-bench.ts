import { randomBytes } from 'node:crypto'
import type { FlowProducer, Job, Queue, Worker } from 'bullmq'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../../electron/runner/queue/create-job-queue.ts'
import type {
  Consumer,
  Processor,
  QueuedOptions,
  Settled,
  Taken,
  TakenTypes,
} from '../../../electron/runner/queue/job-queue.ts'
import type { QueueConfig, QueueTarget } from '../../../electron/runner/queue/queue-config.ts'
import { until } from '../until.ts'

/** A server of one kind, to be used and abused. */
export interface QueueUnderTest {
  readonly target: QueueTarget
  /** A plain BullMQ queue of another program. */
  foreignQueue(name: string): Promise<Queue>
  /** A plain BullMQ worker of another program, which takes jobs of any name. */
  foreignWorker(name: string, process: (job: Job, token?: string) => Promise<unknown>): Worker
  /** Flows of another program. */
  foreignFlows(): FlowProducer
  /** Ends the server the hard way; `comeBack` brings it back with what it had acknowledged. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

/** Opens queues on the server under test; each closes when its case is over. */
export interface QueueBench {
  /** The server; there once the cases run. */
  server(): QueueUnderTest
  /** A queue of a new name, on the server under test, unless `change` says otherwise. */
  configOf(change?: Partial<QueueConfig>): QueueConfig
  openQueue(change?: Partial<QueueConfig>): Promise<RunnerQueue>
}

interface Watched {
  consumer: Consumer
  settled: Settled[]
  taken: Taken[]
  /** The first settlement of a job that is final, or of the given state. */
  when(id: string, state?: Settled['state']): Promise<Settled>
}

export const plain: QueuedOptions = { attempts: 1, backoff: { type: 'fixed', delayMs: 10 } }
export const hastyTiming = {
  lockMs: 1_000,
  stalledCheckMs: 500,
  pingMs: 500,
  presenceBeatMs: 100,
  presenceTtlMs: 1_000,
}

/** Registers the start and the end of the server with the suite around the call. */
export function createQueueBench(start: () => Promise<QueueUnderTest>): QueueBench {
  let server: QueueUnderTest | undefined
  let open: RunnerQueue[] = []

  beforeAll(async () => {
    server = await start()
  })
  afterEach(async () => {
    await Promise.all(open.map((queue) => queue.close()))
    open = []
  })
  afterAll(async () => {
    await server?.stop()
  })

  function running(): QueueUnderTest {
    if (server === undefined) throw new Error('The server under test has not started yet.')
    return server
  }

  function configOf(change: Partial<QueueConfig> = {}): QueueConfig {
    return {
      name: `q${randomBytes(4).toString('hex')}`,
      backend: running().target,
      runnerId: 'runner-a',
      timing: hastyTiming,
      onProblem: () => undefined,
      ...change,
    }
  }

  return {
    server: running,
    configOf,
    async openQueue(change) {
      const queue = await createJobQueue(configOf(change))
      open.push(queue)
      return queue
    },
  }
}

/** Takes jobs from the queue and keeps what was taken and how it settled. */
export async function consume(
  queue: RunnerQueue,
  processor: Processor,
  concurrency = 4,
  types?: TakenTypes,
): Promise<Watched> {
  const settled: Settled[] = []
  const taken: Taken[] = []
  const consumer = await queue.consume(
    (job) => {
      taken.push(job)
      return processor(job)
    },
    { concurrency, onSettled: (one) => settled.push(one), ...(types === undefined ? {} : { types }) },
  )
  return {
    consumer,
    settled,
    taken,
    when: (id, state) =>
      until(
        () =>
          settled.find((one) => one.id === id && (state === undefined ? !('delayUntil' in one) : one.state === state)),
        `job ${id} settled`,
      ),
  }
}
