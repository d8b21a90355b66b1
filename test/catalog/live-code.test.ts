import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import { createCatalog } from '../../electron/runner/catalog/create-catalog.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
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

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-live-'))
  await write('old')
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

test('a running attempt ends on the old code, the next one runs the new, on the same thread', async () => {
  const lines: string[] = []
  const listener = {
    onStart: () => {},
    onProgress: () => {},
    onLogs: (more: { text: string }[]) => more.forEach(({ text }) => lines.push(text)),
  }
  const run = () => pool.executor.run({ jobId: '1', type: 'live', input: {}, attempt: 1, timeoutMs: 30_000 }, listener)
  const first = run()
  await vi.waitFor(() => expect(lines).toEqual(['up old']), { timeout: 30_000 })
  await write('new')
  await vi.waitFor(() => expect(catalog.get('live')?.jobType.title).toBe('new'), { timeout: 20_000 })
  const second = run()
  expect(pool.waiting()).toBe(1)
  first.cancel('next please')
  await vi.waitFor(() => expect(lines).toEqual(['up old', 'left old', 'up new']), { timeout: 30_000 })
  expect(pool.threads()).toMatchObject([{ id: 'T1', jobsDone: 1 }])
  second.cancel('enough')
  await second.report
  expect(lines.at(-1)).toBe('left new')
})
