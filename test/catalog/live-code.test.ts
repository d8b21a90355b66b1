import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import { createCatalog } from '../../electron/runner/catalog/create-catalog.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import type { AttemptRun } from '../../electron/runner/executors/executor.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
import { patienceMs } from '../patience.ts'
import { noDatabase } from '../support/no-database.ts'

const root = resolve(import.meta.dirname, '../..')
let folder: string
let catalog: Catalog
let pool: ThreadPool

const write = (answer: string) =>
  writeFile(
    join(folder, 'live.job.ts'),
    `export default { name: 'live', title: '${answer}', input: {}, async run(_input: unknown, ctx: any): Promise<string> {
      ctx.log('up ${answer}')
      while (!ctx.signal.aborted) await new Promise((done) => setTimeout(done, 5))
      ctx.log('left ${answer}')
      return '${answer}'
    } }`,
  )

const writeHelper = (answer: string) => writeFile(join(folder, 'word.mts'), `export const word: string = '${answer}'`)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-live-'))
  await write('old')
  await writeHelper('first')
  await writeFile(
    join(folder, 'helped.job.mts'),
    `import { word } from './word.mts'
    export default { name: 'helped', title: word, input: {}, async run(_input: unknown, ctx: any): Promise<void> {
      ctx.log('up ' + word)
      while (!ctx.signal.aborted) await new Promise((done) => setTimeout(done, 5))
      const { word: later } = await import('./word.mts')
      ctx.log('left ' + later)
    } }`,
  )
  catalog = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder })
  pool = createThreadPool({
    entry: join(root, 'workers/worker-entry.ts'),
    settings: { minThreads: 1, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 1 },
    runnerId: 'runner',
    database: noDatabase,
    catalog,
    resultsDir: folder,
  })
})
afterAll(async () => {
  await pool.close()
  await catalog.close()
  await rm(folder, { recursive: true, force: true })
})

function starter(type: string): { run: () => AttemptRun; lines: string[] } {
  const lines: string[] = []
  const listener = {
    onStart: () => {},
    onProgress: () => {},
    onLogs: (more: { text: string }[]) => more.forEach(({ text }) => lines.push(text)),
  }
  return {
    lines,
    run: () => pool.executor.run({ jobId: '1', type, input: {}, attempt: 1, timeoutMs: 60_000 }, listener),
  }
}

test('a running attempt ends on the old code, the next one runs the new, on the same thread', async () => {
  const { run, lines } = starter('live')
  const first = run()
  await vi.waitFor(() => expect(lines).toEqual(['up old']), { timeout: patienceMs })
  await write('new')
  await vi.waitFor(() => expect(catalog.get('live')?.jobType.title).toBe('new'), { timeout: patienceMs })
  const second = run()
  expect(pool.waiting()).toBe(1)
  first.cancel('next please')
  await vi.waitFor(() => expect(lines).toEqual(['up old', 'left old', 'up new']), { timeout: patienceMs })
  expect(pool.threads()).toMatchObject([{ id: 'T1', jobsDone: 1 }])
  second.cancel('enough')
  await second.report
  expect(lines.at(-1)).toBe('left new')
})

test('so it is with a file that a job imports, also where it imports it while it runs', async () => {
  const { run, lines } = starter('helped')
  const first = run()
  await vi.waitFor(() => expect(lines).toEqual(['up first']), { timeout: patienceMs })
  await writeHelper('second')
  await vi.waitFor(() => expect(catalog.get('helped')?.jobType.title).toBe('second'), { timeout: patienceMs })
  first.cancel('next please')
  await first.report
  const second = run()
  await vi.waitFor(() => expect(lines).toEqual(['up first', 'left first', 'up second']), { timeout: patienceMs })
  second.cancel('enough')
  await second.report
  expect(lines.at(-1)).toBe('left second')
})
