import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import { createCatalog } from '../../electron/runner/catalog/create-catalog.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import { noDatabase } from '../support/no-database.ts'

const root = resolve(import.meta.dirname, '../..')
let base: string
let folder: string
let catalog: Catalog

const file = (name: string, content: string) => writeFile(join(folder, name), content)
const plain = (name: string, rest = "title: 'T', input: {}, run: () => 1") =>
  `export default { name: '${name}', ${rest} }`

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'toril-catalog-'))
  folder = join(base, 'jobs')
  await mkdir(folder)
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  await Promise.all([
    file('plain.job.mjs', plain('plain', "title: 'Plain', input: { required: ['a'], type: 'object' }, run: () => 1")),
    file(
      'zod.job.ts',
      `import * as z from 'zod'\n${plain('zod', "title: 'Z', input: z.object({ a: z.number().refine((a) => a > 3, 'too small') }), run: (input: unknown) => input")}`,
    ),
    file(
      'ark.job.mts',
      `import { type } from 'arktype'\n${plain('ark', "title: 'A', input: type({ a: 'number' }), run: () => 1")}`,
    ),
    file(
      'valibot.job.ts',
      `import * as v from 'valibot'\n${plain('valibot', "title: 'V', input: v.object({ a: v.number() }), run: () => 1")}`,
    ),
    file('syntax-ts.job.ts', 'const fine = 1\nconst broken: = 2\n'),
    file('syntax-js.job.mjs', 'const fine = 1\n\nconst broken = = 2\n'),
    file('enum.job.ts', 'enum Colour { Red }\n'),
    file('throws.job.ts', "const fine: number = 1\n\nthrow new Error('not today')\n"),
    file('exits.job.mjs', 'process.exit(4)'),
    file('hangs.job.mjs', 'for (;;);'),
    file('waits.job.mjs', 'await new Promise(() => {})'),
    file('lost.job.mjs', "import 'no-such-package'"),
    file('nothing.job.mjs', 'export const nothing = 1'),
    file('misnamed.job.mjs', plain('another')),
    file('add-two-numbers.job.mjs', plain('add-two-numbers')),
    file(
      'dated.job.ts',
      `import * as z from 'zod'\n${plain('dated', "title: 'D', input: z.object({ at: z.date() }), run: () => 1")}`,
    ),
    file('fields.job.mjs', plain('fields', "title: '', input: {}, defaults: { attempts: 0 }, run: () => 1")),
    file('notes.md', 'not a job'),
  ])
  catalog = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder, loadTimeoutMs: 3_000 })
})
afterAll(async () => {
  await catalog.close()
  await rm(base, { recursive: true, force: true })
})

test('files of every schema library stand beside the built-in job types', () => {
  const { jobTypes } = catalog.list()
  expect(jobTypes.map(({ name, source }) => `${name} ${source}`)).toEqual([
    'add-three-numbers built-in',
    'add-two-numbers built-in',
    'ark folder',
    'hash-folder built-in',
    'plain folder',
    'valibot folder',
    'zod folder',
  ])
  expect(catalog.get('zod')?.jobType).toMatchObject({ file: 'zod.job.ts', inputSchema: { type: 'object' } })
  expect(catalog.get('add-two-numbers')?.jobType.inputSchema).toMatchObject({ required: ['a', 'b'] })
})

test.each([
  ['syntax-ts.job.ts', 2, /Unexpected token/],
  ['syntax-js.job.mjs', 3, /Unexpected token/],
  ['enum.job.ts', 1, /enum is not supported/],
  ['throws.job.ts', 3, /not today/],
  ['exits.job.mjs', undefined, /exit code 4/],
  ['hangs.job.mjs', undefined, /not done loading after 3 s/],
  ['waits.job.mjs', undefined, /not done loading after 3 s/],
  ['lost.job.mjs', undefined, /no-such-package/],
  ['nothing.job.mjs', undefined, /no default export/],
  ['misnamed.job.mjs', undefined, /Its name is another, but the file is misnamed/],
  ['add-two-numbers.job.mjs', undefined, /already used by a built-in/],
  ['dated.job.ts', undefined, /cannot be shown: Date/],
  ['fields.job.mjs', undefined, /title: must be a text; defaults.attempts/],
])('%s is a problem at line %s', (name, line, message) => {
  const problem = catalog.list().problems.find((each) => each.file === name)
  expect(problem?.message).toMatch(message)
  expect(problem?.line).toBe(line)
})

test('a job file sees none of the secrets of the runner, nor does a job', async () => {
  vi.stubEnv('TORIL_TOKEN', 'secret-token')
  vi.stubEnv('DATABASE_URL', 'postgresql://secret')
  vi.stubEnv('REDIS_URL', 'redis://secret')
  vi.stubEnv('OF_THE_USER', 'kept')
  const seen =
    'JSON.stringify([process.env.TORIL_TOKEN, process.env.DATABASE_URL, process.env.REDIS_URL, process.env.OF_THE_USER])'
  const other = join(base, 'secrets')
  await mkdir(other)
  await writeFile(join(other, 'seen.job.mjs'), plain('seen', `title: ${seen}, input: {}, run: () => ${seen}`))
  const secrets = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder: other })
  const pool = createThreadPool({
    entry: join(root, 'workers/worker-entry.ts'),
    settings: { minThreads: 0, maxThreads: 1, idleTimeoutMs: 30_000, maxQueue: 1 },
    runnerId: 'runner',
    database: noDatabase,
    catalog: secrets,
    resultsDir: other,
  })
  try {
    const expected = '[null,null,null,"kept"]'
    expect(secrets.get('seen')?.jobType.title).toBe(expected)
    const listener = { onStart: () => {}, onProgress: () => {}, onLogs: () => {} }
    const { report } = pool.executor.run({ jobId: '1', type: 'seen', input: {}, attempt: 1 }, listener)
    expect(await report).toMatchObject({ result: expected })
  } finally {
    vi.unstubAllEnvs()
    await pool.close()
    await secrets.close()
  }
})

test('inputs are checked with the full schema, refinements included', async () => {
  expect(await catalog.validateInput('zod', { a: 5 })).toEqual({ value: { a: 5 } })
  expect(await catalog.validateInput('zod', { a: 1 })).toEqual({ issues: [{ path: ['a'], message: 'too small' }] })
  expect(await catalog.validateInput('plain', {})).toEqual({ issues: [{ path: ['a'], message: 'is required' }] })
  expect(await catalog.validateInput('add-two-numbers', { a: 1, b: 2 })).toEqual({ value: { a: 1, b: 2 } })
  const unknown = catalog.validateInput('nobody', {})
  await expect(unknown).rejects.toMatchObject({ code: 'UNKNOWN_JOB_TYPE' })
})

test('added, changed, replaced and removed files are seen, and a changed helper renews its job', async () => {
  await file('helper.mjs', "export const title = 'one'")
  await file(
    'live.job.mjs',
    `import { title } from './helper.mjs'\n${plain('live', 'title, input: {}, run: () => title')}`,
  )
  const title = (expected: string | undefined) =>
    vi.waitFor(() => expect(catalog.get('live')?.jobType.title).toBe(expected), { timeout: 60_000 })
  await title('one')
  const first = catalog.get('live')?.source
  await file('helper.mjs', "export const title = 'second'")
  await title('second')
  expect(catalog.get('live')?.source).not.toEqual(first)
  // As editors save: a new file takes the place of the old.
  await file('live.tmp', plain('live', "title: 'third', input: {}, run: () => 3"))
  await rename(join(folder, 'live.tmp'), join(folder, 'live.job.mjs'))
  await title('third')
  const loaded = await catalog.load('live')
  expect(loaded.title).toBe('third')
  await file('live.job.mjs', 'broken = = 1')
  await title(undefined)
  expect(catalog.list().problems.map((each) => each.file)).toContain('live.job.mjs')
  await rm(join(folder, 'live.job.mjs'))
  await vi.waitFor(() => expect(catalog.list().problems.map((each) => each.file)).not.toContain('live.job.mjs'), {
    timeout: 60_000,
  })
})

test('a missing folder is a problem until it is there; no folder leaves the built-in ones', async () => {
  const later = join(base, 'later')
  const other = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder: later })
  try {
    expect(other.list().problems).toEqual([
      { file: later, message: 'The jobs folder cannot be read: There is no such folder.' },
    ])
    await mkdir(later)
    await writeFile(join(later, 'new.job.mjs'), plain('new'))
    await vi.waitFor(() => expect(other.get('new')).toBeDefined(), { timeout: 60_000 })
    expect(other.list().problems).toEqual([])
    await other.setFolder(null)
    expect(other.list().jobTypes.every(({ source }) => source === 'built-in')).toBe(true)
  } finally {
    await other.close()
  }
})
