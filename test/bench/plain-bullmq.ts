import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker, type IQueueBackend, type Processor, type WorkerOptions } from 'bullmq'
import { Piscina } from 'piscina'
import { concurrency, jobName, keep, type Contender } from './contender.ts'
import { openQueue, type BenchServers } from './servers.ts'
import { Tally } from './tally.ts'

type PlainProcessor = string | URL | Processor<unknown, unknown>

const noOpFile = pathToFileURL(join(import.meta.dirname, 'no-op-processor.ts'))

async function contend(
  servers: BenchServers,
  name: string,
  processor: PlainProcessor,
  options: Partial<WorkerOptions> = {},
): Promise<Contender> {
  const plain = await servers.connectPlain()
  const tally = new Tally()
  const queueName = name.replaceAll(/\W+/g, '-')
  // On PostgreSQL BullMQ's own trimming deadlocks when several jobs end at once: all are kept, as Toril keeps them.
  const kept = servers.backend === 'redis' ? keep : {}
  const all: WorkerOptions = { connection: plain.connection, concurrency, ...kept, ...options }
  const worker: Worker<unknown, unknown, string, IQueueBackend> =
    plain.factory === undefined
      ? new Worker(queueName, processor, all)
      : new Worker(queueName, processor, all, plain.factory)
  worker.on('completed', () => tally.completed())
  worker.on('failed', (_job, error) => tally.failed(`${name}: a job failed: ${error.message}`))
  worker.on('error', (error) => tally.failed(`${name}: ${error.message}`))
  await worker.waitUntilReady()
  const queue = openQueue(queueName, plain)
  return {
    name,
    queue,
    tally,
    input: {},
    add: () => queue.add(jobName, {}),
    async close() {
      await worker.close()
      await queue.close()
      await plain.close()
    },
  }
}

/** BullMQ with a processor in the process itself: the ceiling, with nothing isolated and nothing recorded. */
export function startInline(servers: BenchServers): Promise<Contender> {
  return contend(servers, 'BullMQ, inline', () => Promise.resolve(null))
}

/** BullMQ's own sandboxed worker threads. It starts one thread for each job at a time, so eight. */
export function startSandboxed(servers: BenchServers): Promise<Contender> {
  // BullMQ pipes what each thread says into these.
  for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(concurrency * 4)
  return contend(servers, 'BullMQ, sandboxed threads', noOpFile, { useWorkerThreads: true })
}

/** A processor that hands each job to Piscina: threads and nothing else. */
export async function startPiscina(servers: BenchServers, threads: number): Promise<Contender> {
  const pool = new Piscina({ filename: noOpFile.href, minThreads: threads, maxThreads: threads, atomics: 'async' })
  const contender = await contend(servers, `BullMQ + Piscina, ${threads} threads`, (job) => pool.run(job.data))
  return {
    ...contender,
    async close() {
      await contender.close()
      await pool.destroy()
    },
  }
}
