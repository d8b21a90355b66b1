import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import { createCatalog } from '../../electron/runner/catalog/create-catalog.ts'
import { createInlineExecutor } from '../../electron/runner/executors/create-inline-executor.ts'
import type { AttemptRun, Executor } from '../../electron/runner/executors/executor.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import { patienceMs } from '../patience.ts'
import { noDatabase } from '../support/no-database.ts'

const root = resolve(import.meta.dirname, '../..')
const settings = { minThreads: 0, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 10 }
let folder: string
let catalog: Catalog
let executor: Executor
let close: (() => Promise<void>) | undefined

const file = (name: string, content: string) => writeFile(join(folder, name), content)
const trace = async () => (await readFile(join(folder, 'trace'), 'utf8').catch(() => '')).split('\n').slice(0, -1)
const until = (assertion: () => unknown) => vi.waitFor(assertion, { timeout: patienceMs })

/** Counts how often it was asked, and writes down when it is made and disposed of. */
const services = (version: string) => `
  import { appendFileSync } from 'node:fs'
  const note = (text: string): void => appendFileSync(${JSON.stringify(join(folder, 'trace'))}, text + '\\n')
  export default {
    async create({ db, resultsDir }: { db: object, resultsDir: string }) {
      await Promise.resolve()
      note('create ${version} ' + typeof db + ' ' + resultsDir)
      console.log('making ${version}')
      let asked = 0
      return { counter: { next: () => '${version}' + (asked += 1) }, version: '${version}' }
    },
    dispose(made: { version: string }) { note('dispose ' + made.version) },
  }`

const jobs: Record<string, string> = {
  ask: 'return ctx.services.counter.next()',
  plain: 'return Object.keys(ctx.services).length',
  wait: `ctx.log(ctx.services.counter.next())
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
    ctx.log(ctx.services.counter.next())`,
}

function start(type: string): { run: AttemptRun; lines: string[] } {
  const lines: string[] = []
  const listener = {
    onStart: () => {},
    onProgress: () => {},
    onLogs: (more: { text: string }[]) => lines.push(...more.map(({ text }) => text)),
  }
  return { run: executor.run({ jobId: '1', type, input: {}, attempt: 1 }, listener), lines }
}
const result = async (type: string) => {
  const report = await start(type).run.report
  return report.result ?? report.error
}

const places = {
  thread() {
    const pool = createThreadPool({
      entry: join(root, 'workers/worker-entry.ts'),
      settings,
      runnerId: 'runner',
      database: noDatabase,
      catalog,
      resultsDir: '/results',
    })
    return { executor: pool.executor, close: () => pool.close() }
  },
  inline() {
    const inline = createInlineExecutor({ catalog, database: noDatabase, resultsDir: '/results' })
    return { executor: inline, close: () => inline.close() }
  },
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-services-'))
  for (const [name, body] of Object.entries(jobs)) {
    await file(
      `${name}.job.mjs`,
      `export default { name: '${name}', title: 'x', input: {}, async run(_, ctx) { ${body} } }`,
    )
  }
})
afterEach(async () => {
  await close?.()
  await catalog.close()
  await rm(folder, { recursive: true, force: true })
})

async function open(place: keyof typeof places): Promise<void> {
  catalog = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder })
  const made = places[place]()
  executor = made.executor
  close = made.close
}

describe.each(['thread', 'inline'] as const)('services of a jobs folder, %s', (place) => {
  test('are made once, before the first job, and disposed of at the end', async () => {
    await file('services.ts', services('a'))
    await open(place)
    expect(catalog.list().problems).toEqual([])
    expect(await trace()).toEqual([])
    const first = start('ask')
    expect(await first.run.report).toMatchObject({ result: 'a1' })
    expect(first.lines).toEqual(place === 'thread' ? ['making a'] : [])
    expect(await result('ask')).toBe('a2')
    expect(await result('plain')).toBe(4)
    expect(await trace()).toEqual(['create a object /results'])
    await close?.()
    expect(await trace()).toEqual(['create a object /results', 'dispose a'])
  })

  test('are made anew for the next attempt when the file has changed; a running one keeps the old', async () => {
    await file('services.ts', services('a'))
    await open(place)
    const old = start('wait')
    await until(() => expect(old.lines).toContain('a1'))
    const before = catalog.get('ask')?.source
    await file('services.ts', services('b'))
    await until(() => expect(catalog.get('ask')?.source).not.toEqual(before))
    if (place === 'inline') expect(await result('ask')).toBe('b1')
    old.run.cancel('enough')
    await old.run.report
    expect(old.lines).toContain('a2')
    expect(await result('ask')).toBe(place === 'inline' ? 'b2' : 'b1')
    await until(async () => expect(await trace()).toContain('dispose a'))
    expect((await trace()).filter((line) => line.startsWith('create'))).toHaveLength(2)
  })

  test('that cannot be loaded are a problem with its line, and fail only the jobs that reach for them', async () => {
    await file('services.ts', '\nexport default { create: = 1 }\n')
    await open(place)
    expect(catalog.list().problems).toMatchObject([
      { file: 'services.ts', line: 2, message: expect.stringMatching(/Expression expected|Unexpected token/) },
    ])
    expect(await result('plain')).toBe(2)
    expect(await result('ask')).toMatchObject({
      code: 'SERVICES_NOT_BUILT',
      message: expect.stringMatching(/^ctx\.services\.counter is not there: .* services\.ts:2: /),
    })
    await file('services.ts', services('mended'))
    await until(() => expect(catalog.list().problems).toEqual([]))
    expect(await result('ask')).toBe('mended1')
  })

  test('whose create fails are tried again with the next attempt', async () => {
    await file(
      'services.mjs',
      `let tries = 0
       export default () => {
         tries += 1
         if (tries === 1) throw new Error('The mail server is away.')
         return { counter: { next: () => tries } }
       }`,
    )
    await open(place)
    expect(await result('plain')).toBe(2)
    expect(await result('ask')).toBe(2)
  })
})

test('what services.ts exports, gives and is called is checked', async () => {
  await file('services.ts', 'export default 3')
  await open('thread')
  expect(catalog.list().problems).toMatchObject([{ message: expect.stringContaining('must be a function') }])
  await file('services.ts', 'export default () => ({ db: 1 })')
  await until(() => expect(catalog.list().problems).toEqual([]))
  expect(await result('ask')).toMatchObject({ message: expect.stringContaining('It gives db, which every job has') })
  await file('services.mjs', 'export default () => ({})')
  await until(() => expect(catalog.list().problems).toHaveLength(1))
  expect(catalog.list().problems[0]?.message).toContain('There is also services.ts. Keep one of them.')
})

test('a thread that is retired disposes of its services, one that is killed does not', async () => {
  await file('services.ts', services('a'))
  catalog = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder })
  const pool = createThreadPool({
    entry: join(root, 'workers/worker-entry.ts'),
    settings: { ...settings, idleTimeoutMs: 1 },
    runnerId: 'runner',
    database: noDatabase,
    catalog,
    resultsDir: '/results',
  })
  executor = pool.executor
  close = () => pool.close()
  expect(await result('ask')).toBe('a1')
  await until(async () => expect(await trace()).toEqual(['create a object /results', 'dispose a']))
  const held = start('wait')
  await until(() => expect(held.lines).toContain('a1'))
  held.run.kill('now')
  await held.run.report
  await close()
  expect((await trace()).filter((line) => line === 'dispose a')).toHaveLength(1)
})
