import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'bullmq'
import { concurrency, keep, type Contender } from './contender.ts'

async function contend(name: 'inline' | 'sandboxed', queueName: string, worker: Worker): Promise<Contender> {
  let completed = 0
  worker.on('completed', () => completed++)
  worker.on('error', (error) => console.error(`${name}: ${error.message}`))
  await worker.waitUntilReady()
  return { name, queueName, completed: () => Promise.resolve(completed), close: () => worker.close() }
}

/** BullMQ with a processor in the process itself: the ceiling, with nothing isolated and nothing recorded. */
export function startInline(port: number): Promise<Contender> {
  const connection = { host: '127.0.0.1', port }
  const worker = new Worker('inline', () => Promise.resolve(null), { connection, concurrency, ...keep })
  return contend('inline', 'inline', worker)
}

/** BullMQ's own sandboxed worker threads. It starts one thread for each job at a time, so eight. */
export function startSandboxed(port: number): Promise<Contender> {
  const connection = { host: '127.0.0.1', port }
  const file = pathToFileURL(join(import.meta.dirname, 'no-op-processor.ts'))
  const worker = new Worker('sandboxed', file, { connection, concurrency, useWorkerThreads: true, ...keep })
  return contend('sandboxed', 'sandboxed', worker)
}
