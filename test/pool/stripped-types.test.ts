import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AttemptRun } from '../../electron/runner/executors/executor.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
import { stripTypes } from '../../workers/strip-types.ts'
import { noDatabase } from '../support/no-database.ts'
import { settings, until, workerEntry } from './pool-fixture.ts'

let folder: string
let pool: ThreadPool
/** Files whose text a thread has asked for. */
let asked: string[] = []
let strip: (url: string) => Promise<string | undefined>

const withoutTypes = (url: string): Promise<string | undefined> => Promise.resolve().then(() => stripTypes(url))

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-strip-'))
  pool = createThreadPool({
    entry: workerEntry,
    settings: { ...settings, maxThreads: 1 },
    runnerId: 'runner',
    database: noDatabase,
    catalog: {
      get: (name) => ({ source: { kind: 'file', url: `${pathToFileURL(join(folder, name)).href}?toril=1` } }) as never,
      strip: (url) => {
        asked.push(fileURLToPath(url).slice(folder.length + 1))
        return strip(url)
      },
    },
    resultsDir: folder,
  })
})
beforeEach(() => {
  asked = []
  strip = withoutTypes
})
afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true, force: true })
})

async function start(name: string, code: string, helpers: Record<string, string> = {}): Promise<AttemptRun> {
  for (const [file, text] of Object.entries({ ...helpers, [name]: code })) await writeFile(join(folder, file), text)
  const listener = { onStart() {}, onProgress() {}, onLogs() {} }
  return pool.executor.run({ jobId: '1', type: name, input: null, attempt: 1 }, listener)
}

const definition = (run: string): string =>
  `export default { name: 'x', title: 'x', input: {}, run(): unknown { ${run} } }`

test('a thread runs TypeScript and what it imports from the text of the runner, with every position as it was', async () => {
  const helper = 'type Text = string\n\nexport const fail = (text: Text): never => { throw new Error(text) }'
  const job = `import { fail } from './typed-helper.mts'
interface Wanted { text: string }
${definition("const wanted: Wanted = { text: 'no' }; return fail(wanted.text)")}`
  const { report } = await start('typed.job.ts', job, { 'typed-helper.mts': helper })
  const { error } = await report
  expect(asked).toEqual(['typed.job.ts', 'typed-helper.mts'])
  const column = (text: string, part: string): number => (text.split('\n')[2] ?? '').indexOf(part) + 1
  expect(error?.stack).toContain(`typed-helper.mts?toril=1:3:${column(helper, 'new Error')})`)
  expect(error?.stack).toContain(`typed.job.ts?toril=1:3:${column(job, 'fail(wanted')})`)
})

test('a helper in CommonJS is left to Node', async () => {
  const { report } = await start(
    'common.job.ts',
    `import helper from './common-helper.ts'\n${definition('return helper.word')}`,
    { 'common-helper.ts': "const word: string = 'common'\nmodule.exports = { word }" },
  )
  expect(await report).toMatchObject({ outcome: 'completed', result: 'common' })
})

test('a file in JavaScript is none of the runner’s business', async () => {
  const { report } = await start(
    'plain.job.mjs',
    "export default { name: 'x', title: 'x', input: {}, run: () => 'plain' }",
  )
  expect(await report).toMatchObject({ result: 'plain' })
  expect(asked).toEqual([])
})

test('without a text Node loads the file itself, and says what is wrong with it', async () => {
  strip = () => Promise.resolve(undefined)
  expect(await (await start('own.job.ts', definition("return 'own' as string"))).report).toMatchObject({
    result: 'own',
  })
  strip = withoutTypes
  expect(await (await start('broken.job.ts', 'export default { name: string = }')).report).toMatchObject({
    outcome: 'failed',
    error: { code: 'JOB_NOT_LOADED' },
  })
})

test('a thread that stands still for a text can be killed', async () => {
  strip = () => new Promise(() => {})
  const run = await start('late.job.ts', definition('return 1'))
  await until(() => expect(asked).toEqual(['late.job.ts']))
  run.kill('over')
  expect(await run.report).toMatchObject({ outcome: 'cancelled', error: { message: 'over' } })
  strip = withoutTypes
  expect(await (await start('next.job.ts', definition('return 2'))).report).toMatchObject({ result: 2 })
})
