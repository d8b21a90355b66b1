import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { JobDefinition } from '../../workers/define-job.ts'
import { readyChecks } from '../../workers/ready-checks.ts'
import { stripTypes } from '../../workers/strip-types.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import { noDatabase } from '../support/no-database.ts'

/** Prints how many MB of resident memory each of 8 further threads of a kind takes, then ends. */

const few = 2
const many = 10
const pollMs = 5
const samples = 5
const sampleMs = 100

/** The least of several looks: memory that was let go of is given back a little later. */
async function residentBytes(): Promise<number> {
  const found: number[] = []
  for (let sample = 0; sample < samples; sample++) {
    globalThis.gc?.()
    await delay(sampleMs)
    found.push(process.memoryUsage.rss())
  }
  return Math.min(...found)
}

function bareThreads(): (count: number) => Promise<void> {
  const workers: Worker[] = []
  return async (count) => {
    while (workers.length < count) {
      const worker = new Worker('setInterval(() => undefined, 1_000_000)', { eval: true })
      workers.push(worker)
      await once(worker, 'online')
    }
  }
}

async function torilThreads(jobFile: string | undefined): Promise<(count: number) => Promise<void>> {
  const settings = { minThreads: 0, maxThreads: few, idleTimeoutMs: 3_600_000, maxQueue: 100 }
  const file = join(import.meta.dirname, 'jobs', jobFile ?? '')
  // As the catalog has it when it has read the folder.
  const checks =
    jobFile === undefined ? {} : await readyChecks(((await import(file)) as { default: JobDefinition }).default)
  const source = { kind: 'file' as const, url: pathToFileURL(file).href }
  const pool = createThreadPool({
    // As built: run from its source, each thread would also hold what strips the types of that.
    entry: join(import.meta.dirname, '..', '..', 'out', 'main', 'worker-entry.js'),
    settings,
    runnerId: 'bench',
    database: noDatabase,
    catalog: {
      get: () => ({ source, checks, jobType: undefined }) as never,
      strip: (url) => Promise.resolve(stripTypes(url)),
    },
    resultsDir: import.meta.dirname,
  })
  const listener = { onStart() {}, onProgress() {}, onLogs() {} }
  return async (count) => {
    pool.configure({ ...settings, minThreads: count, maxThreads: count })
    const idle = () => pool.threads().filter(({ state }) => state === 'idle').length
    while (idle() < count) await delay(pollMs)
    if (jobFile === undefined) return
    // As many at once as there are threads: each gets one.
    const runs = Array.from({ length: count }, (_, job) =>
      pool.executor.run({ jobId: String(job), type: 'nap', input: { ms: 50 }, attempt: 1 }, listener),
    )
    for (const { report } of runs) {
      const { outcome, error } = await report
      if (outcome !== 'completed') throw new Error(`A job ended as ${outcome}: ${error?.message ?? ''}`)
    }
  }
}

const kind = process.argv[2]
const jobFiles: Record<string, string> = { javascript: 'nap.job.mjs', typescript: 'nap-typed.job.ts' }
const grow = kind === 'bare' ? bareThreads() : await torilThreads(jobFiles[kind ?? ''])
await grow(few)
const before = await residentBytes()
await grow(many)
const after = await residentBytes()
process.stdout.write(String((after - before) / (many - few) / 1024 ** 2), () => process.exit(0))
