import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../../electron/contract/json.ts'
import type { AttemptRun } from '../../electron/runner/executors/executor.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
import { noDatabase } from '../support/no-database.ts'
import { settings, until } from './pool-fixture.ts'

const root = resolve(import.meta.dirname, '../..')
const jobSources = join(root, 'workers', 'jobs', 'hash-folder')
let folder: string
let pool: ThreadPool

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-built-'))
  pool = createThreadPool({
    // Bundled as it is packaged: the code of a built-in job is in chunks there, with source maps beside them.
    entry: join(root, 'out', 'main', 'worker-entry.js'),
    settings,
    runnerId: 'runner',
    database: noDatabase,
    catalog: { get: (name) => ({ source: { kind: 'built-in', name } }) as never },
    resultsDir: folder,
  })
})
afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true, force: true })
})

function hash(input: Json): { run: AttemptRun; progress: number } {
  const started = { progress: 0 }
  const listener = { onStart() {}, onProgress: () => void (started.progress += 1), onLogs() {} }
  const run = pool.executor.run({ jobId: '1', type: 'hash-folder', input, attempt: 1 }, listener)
  return Object.assign(started, { run })
}

test('the error of a built-in job points to its TypeScript', async () => {
  const { error } = await hash({ path: join(folder, 'missing') }).run.report
  const calls = (error?.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  // Those of the job, down to where Toril called it.
  const own = calls.slice(
    0,
    calls.findIndex((call) => call.includes('runDefinition')),
  )
  expect(own.length).toBeGreaterThan(0)
  for (const call of own) expect(call).toMatch(/[\\/]workers[\\/]jobs[\\/]hash-folder[\\/][a-z-]+\.ts:\d+:\d+\)$/)
})

test('stack and profile of a built-in job point to its TypeScript', async () => {
  // Nothing but zeros, which take no place on the disk, but some time to read.
  const file = await open(join(folder, 'zeros'), 'w')
  await file.truncate(64 * 1024 ** 3)
  await file.close()
  const { run } = hash({ path: folder })
  await until(async () => {
    const { frames } = await run.stack()
    const own = frames.find(({ origin }) => origin === 'job')
    expect(own?.file).toContain(jobSources)
    expect(own?.text).toBeTypeOf('string')
  })
  const profile = await run.profile(500, new AbortController().signal)
  const urls = profile.jobFiles
  expect(urls.length).toBeGreaterThan(0)
  expect(urls.every((url) => url.startsWith(pathToFileURL(jobSources).href))).toBe(true)
  run.kill('over')
  await run.report
})
