import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AttemptReport } from '../../electron/runner/executors/executor.ts'
import { createThreadPool } from '../../electron/runner/pool/create-thread-pool.ts'
import type { ThreadPool } from '../../electron/runner/pool/thread-pool.ts'
import { readyChecks } from '../../workers/ready-checks.ts'
import { noDatabase } from '../support/no-database.ts'
import { settings, workerEntry } from './pool-fixture.ts'

const input = { type: 'object', required: ['a'], properties: { a: { type: 'number' }, b: { default: 2 } } }
let folder: string
let pool: ThreadPool

/** Answers with its input, and with what of Ajv's compiler its thread has loaded. */
const code = (schema: object): string => `import Module from 'node:module'
const compiler = /[\\\\/]ajv[\\\\/]dist[\\\\/](2020|core)\\.js$/
const loaded = () => Object.keys(Module._cache).filter((file) => compiler.test(file)).length
export default { name: 'x', title: 'x', input: ${JSON.stringify(schema)}, run: (given) => ({ given, loaded: loaded() }) }`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-checks-'))
  await writeFile(join(folder, 'same.mjs'), code(input))
  await writeFile(join(folder, 'changed.mjs'), code({ ...input, required: ['a', 'b'] }))
  const checks = await readyChecks({ input })
  pool = createThreadPool({
    entry: workerEntry,
    settings: { ...settings, maxThreads: 1 },
    runnerId: 'runner',
    database: noDatabase,
    catalog: {
      get: (name) => ({ source: { kind: 'file', url: pathToFileURL(join(folder, name)).href }, checks }) as never,
    },
    resultsDir: folder,
  })
})
afterAll(async () => {
  await pool.close()
  await rm(folder, { recursive: true, force: true })
})

function run(type: string, given: object): Promise<AttemptReport> {
  const listener = { onStart() {}, onProgress() {}, onLogs() {} }
  return pool.executor.run({ jobId: '1', type, input: given as never, attempt: 1 }, listener).report
}

test('a thread checks inputs with what the catalog has compiled, and loads no compiler', async () => {
  expect(await run('same.mjs', { a: 1 })).toMatchObject({ result: { given: { a: 1, b: 2 }, loaded: 0 } })
  const { error } = await run('same.mjs', { a: 'one' })
  expect(error?.message).toBe('The input does not fit its schema: a: must be number.')
})

test('a file whose schema is another by now is checked by its own', async () => {
  const { error } = await run('changed.mjs', { a: 1, b: 1 }).then(() => run('changed.mjs', { b: 1 }))
  expect(error?.message).toBe('The input does not fit its schema: a: is required.')
})
