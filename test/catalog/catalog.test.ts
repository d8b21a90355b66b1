import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import { createCatalog } from '../../electron/runner/catalog/create-catalog.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import { patienceMs } from '../patience.ts'
import { noDatabase } from '../support/no-database.ts'

const root = resolve(import.meta.dirname, '../..')
let base: string
let folder: string
let catalog: Catalog

const file = (name: string, content: string) => writeFile(join(folder, name), content)
const plain = (name: string, rest = "title: 'T', input: {}, run: () => 1") =>
  `export default { name: '${name}', ${rest} }`

/** A schema of a library that nobody knows, written by hand. */
const acme = (jsonSchema: string) =>
  `{ '~standard': {
  version: 1, vendor: 'acme', ${jsonSchema === 'undefined' ? '' : `jsonSchema: ${jsonSchema},`}
  validate: async (value) => typeof value === 'string'
    ? { value: value.trim() } : { issues: [{ message: 'must be a text', path: [{ key: 'deep' }, 0] }] } } }`.replaceAll(
    '\n',
    '',
  )

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
    file('lost.job.mjs', "\n\nimport 'no-such-package'"),
    file('lost-file.job.ts', "const fine: number = 1\nimport { x } from './missing.ts'\nexport default x"),
    file('no-export.job.ts', "import { nope } from './shared.mjs'\nexport default nope"),
    file('shared.mjs', 'export const yes = 1'),
    mkdir(join(folder, 'below')).then(() => file('below/broken.ts', '\nconst broken: = 2')),
    file('broken.mjs', '\n\nconst broken = = 2'),
    file('throws.ts', "export const fine: number = 1\nthrow new Error('not in here')"),
    file('helper-syntax-ts.job.ts', "import './below/broken.ts'"),
    file('helper-syntax-js.job.ts', "import './broken.mjs'"),
    file('helper-throws.job.ts', "import { fine } from './throws.ts'\nexport default fine"),
    file('twice.job.mjs', plain('twice')),
    file('twice.job.ts', plain('twice')),
    file(
      'standard.job.js',
      `const input = ${acme("{ input: () => ({ type: 'string' }) }")}\n${plain('standard', "title: 'S', input, run: (text) => text")}`,
    ),
    file(
      'foreign-out.job.mjs',
      `const output = ${acme('undefined')}\nexport default {\n  name: 'foreign-out', title: 'F', input: {},\n  output, run: () => 1 }`,
    ),
    file(
      'schema.job.mjs',
      "export default {\n  name: 'schema', title: 'S',\n  input: { type: 'nonsense' }, run: () => 1 }",
    ),
    file('nothing.job.mjs', 'export const nothing = 1'),
    file('misnamed.job.mjs', plain('another')),
    file('add-two-numbers.job.mjs', `\n${plain('add-two-numbers')}`),
    file(
      'dated.job.ts',
      `import * as z from 'zod'\n${plain('dated', "title: 'D', input: z.object({ at: z.date() }), run: () => 1")}`,
    ),
    file('fields.job.mjs', plain('fields', "title: '', input: {}, defaults: { attempts: 0 }, run: () => 1")),
    file('notes.md', 'not a job'),
  ])
  catalog = await createCatalog({ entry: join(root, 'workers/catalog-entry.ts'), folder })
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
    'standard folder',
    'twice folder',
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
  ['foreign-out.job.mjs', 4, /The output schema cannot be shown: schemas of acme have no JSON Schema/],
  ['schema.job.mjs', 3, /The input schema cannot be shown: .*type/],
  ['exits.job.mjs', undefined, /exit code 4/],
  ['lost.job.mjs', 3, /no-such-package/],
  ['lost-file.job.ts', 2, /Cannot find module .*missing\.ts/],
  ['no-export.job.ts', 1, /does not provide an export named 'nope'/],
  ['helper-syntax-ts.job.ts', undefined, /^below\/broken\.ts:2: Unexpected token/],
  ['helper-syntax-js.job.ts', undefined, /^broken\.mjs:3: Unexpected token/],
  ['helper-throws.job.ts', undefined, /^throws\.ts:2: not in here/],
  ['nothing.job.mjs', undefined, /no default export/],
  ['misnamed.job.mjs', 1, /Its name is another, but the file is misnamed/],
  ['add-two-numbers.job.mjs', 2, /already used by a built-in/],
  ['twice.job.ts', 1, /The name twice is already used by twice\.job\.mjs/],
  ['dated.job.ts', 2, /cannot be shown: Date/],
  ['fields.job.mjs', 1, /title: must be a text; defaults.attempts/],
])('%s is a problem at line %s', (name, line, message) => {
  const problem = catalog.list().problems.find((each) => each.file === name)
  expect(problem?.message).toMatch(message)
  expect(problem?.line).toBe(line)
})

test('a file that never ends loading is a problem, and holds up no other', async () => {
  const other = join(base, 'hanging')
  await mkdir(other)
  await writeFile(join(other, 'hangs.job.mjs'), 'for (;;);')
  await writeFile(join(other, 'waits.job.mjs'), 'await new Promise(() => {})')
  await writeFile(join(other, 'well.job.mjs'), plain('well'))
  const entry = join(root, 'workers/catalog-entry.ts')
  const hanging = await createCatalog({ entry, folder: other, loadTimeoutMs: 5_000 })
  try {
    // The second time only on a machine that is too busy to let it compute.
    const message = expect.stringMatching(/^It was not done loading after (5|30) s\.$/)
    expect(hanging.list().problems).toEqual(['hangs', 'waits'].map((name) => ({ file: `${name}.job.mjs`, message })))
    expect(hanging.get('well')).toBeDefined()
  } finally {
    await hanging.close()
  }
})

test('a file that was late, as on a busy machine, is tried again', async () => {
  const other = join(base, 'late')
  await mkdir(other)
  const flag = join(base, 'flag')
  await writeFile(
    join(other, 'late.job.mjs'),
    `import { existsSync } from 'node:fs'
     if (!existsSync(${JSON.stringify(flag)})) await new Promise(() => {})
     ${plain('late')}`,
  )
  const entry = join(root, 'workers/catalog-entry.ts')
  const lateRetriesMs = Array.from({ length: 100 }, () => 10)
  const late = await createCatalog({ entry, folder: other, loadTimeoutMs: 4_000, lateRetriesMs })
  try {
    expect(late.list().problems).toMatchObject([{ message: expect.stringMatching(/after (4|24) s\.$/) }])
    await writeFile(flag, '')
    await vi.waitFor(() => expect(late.get('late')).toBeDefined(), { timeout: patienceMs })
    expect(late.list().problems).toEqual([])
  } finally {
    await late.close()
  }
})

test('a job file sees none of the secrets of the runner, nor does a job', async () => {
  vi.stubEnv('TORIL_TOKEN', 'secret-token')
  vi.stubEnv('DATABASE_URL', 'postgresql://secret')
  vi.stubEnv('REDIS_URL', 'redis://secret')
  vi.stubEnv('TORIL_PROFILE', '{"secrets": {"queue.password": "secret"}}')
  vi.stubEnv('OF_THE_USER', 'kept')
  const names = ['TORIL_TOKEN', 'DATABASE_URL', 'REDIS_URL', 'TORIL_PROFILE', 'OF_THE_USER']
  const seen = `JSON.stringify([${names.map((name) => `process.env.${name}`).join(', ')}])`
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
    const expected = '[null,null,null,null,"kept"]'
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
  expect(await catalog.validateInput('standard', ' text ')).toEqual({ value: 'text' })
  expect(await catalog.validateInput('standard', 1)).toEqual({
    issues: [{ path: ['deep', 0], message: 'must be a text' }],
  })
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
    vi.waitFor(() => expect(catalog.get('live')?.jobType.title).toBe(expected), { timeout: patienceMs })
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
    timeout: patienceMs,
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
    await vi.waitFor(() => expect(other.get('new')).toBeDefined(), { timeout: patienceMs })
    expect(other.list().problems).toEqual([])
    await other.setFolder(null)
    expect(other.list().jobTypes.every(({ source }) => source === 'built-in')).toBe(true)
  } finally {
    await other.close()
  }
})
