import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { vi } from 'vitest'
import type { Progress } from '../../electron/contract/job.ts'
import type { Json } from '../../electron/contract/json.ts'
import type { CatalogEntry, JobSource } from '../../electron/runner/catalog/catalog.ts'
import type { AttemptRequest, AttemptRun } from '../../electron/runner/executors/executor.ts'
import { createThreadPool, type ThreadPoolOptions } from '../../electron/runner/pool/create-thread-pool.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
import { stripTypes } from '../../workers/strip-types.ts'
import { patienceMs } from '../patience.ts'
import { noDatabase } from '../support/no-database.ts'

export const workerEntry = resolve(import.meta.dirname, '../../workers/worker-entry.ts')

/** One thing an attempt told, in the order it came. */
export type Told =
  | { kind: 'start'; thread: string | undefined }
  | { kind: 'progress'; progress: Progress }
  | { kind: 'log'; level: string; text: string }
  | { kind: 'dropped'; count: number }

export interface Started {
  run: AttemptRun
  told: Told[]
  lines: () => string[]
}

export interface PoolFixture {
  pool: ThreadPool
  folder: string
  start(body: string, request?: Partial<AttemptRequest>): Started
  /** Runs a job file as it is; answers as `start` does. */
  startFile(name: string, code: string, request?: Partial<AttemptRequest>): Started
  close(): Promise<void>
}

/** Waits for a condition; long enough for a thread to start on a machine that is busy with other things. */
export const until = (assertion: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(assertion, { timeout: patienceMs })

export const settings = { minThreads: 1, maxThreads: 2, idleTimeoutMs: 30_000, maxQueue: 100 }

/** A pool whose job types are function bodies, each in a file of its own. */
export async function createPoolFixture(options: Partial<ThreadPoolOptions> = {}): Promise<PoolFixture> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-pool-'))
  const sources = new Map<string, JobSource>()
  const files = new Map<string, string>()
  let jobs = 0

  const typeOf = (body: string): string => {
    const known = files.get(body)
    if (known !== undefined) return known
    const type = `type-${files.size + 1}`
    files.set(body, type)
    const file = join(folder, `${type}.mjs`)
    const code = `export default { name: '${type}', title: 'x', input: {}, async run(input, ctx) { ${body} } }\n`
    writeFileSync(file, code)
    sources.set(type, { kind: 'file', url: `${pathToFileURL(file).href}?toril=1` })
    return type
  }

  const pool = createThreadPool({
    entry: workerEntry,
    settings,
    runnerId: 'runner',
    database: noDatabase,
    catalog: {
      get: (name) => {
        const source = sources.get(name)
        return source === undefined ? undefined : ({ source } as CatalogEntry)
      },
      strip: (url) => Promise.resolve().then(() => stripTypes(url)),
    },
    resultsDir: folder,
    ...options,
  })

  const fixture: PoolFixture = {
    pool,
    folder,
    startFile(name, code, request = {}) {
      const file = join(folder, name)
      writeFileSync(file, code)
      sources.set(name, { kind: 'file', url: `${pathToFileURL(file).href}?toril=1` })
      return fixture.start('', { ...request, type: name })
    },
    start(body, request = {}) {
      const told: Told[] = []
      const type = request.type ?? typeOf(body)
      jobs += 1
      const run = pool.executor.run(
        { jobId: String(jobs), input: null as Json, attempt: 1, ...request, type },
        {
          onStart: ({ thread }) => told.push({ kind: 'start', thread }),
          onProgress: (progress) => told.push({ kind: 'progress', progress }),
          onLogs: (lines, dropped) => {
            for (const { level, text } of lines) told.push({ kind: 'log', level, text })
            if (dropped > 0) told.push({ kind: 'dropped', count: dropped })
          },
        },
      )
      return { run, told, lines: () => told.flatMap((each) => (each.kind === 'log' ? [each.text] : [])) }
    },
    async close() {
      await pool.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
  return fixture
}
