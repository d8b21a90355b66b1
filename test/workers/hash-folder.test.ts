import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Progress } from '../../electron/contract/job.ts'
import { createDirectDatabase } from '../../electron/runner/executors/direct-database.ts'
import { noDatabase } from '../support/no-database.ts'
import type { JobContext } from '../../workers/context.ts'
import { hashFolder } from '../../workers/jobs/hash-folder/hash-folder.ts'

let base: string
let folder: string
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'toril-hash-'))
  folder = join(base, 'data')
  await mkdir(join(folder, 'sub', 'deep'), { recursive: true })
  await writeFile(join(folder, 'b.txt'), 'bee')
  await writeFile(join(folder, 'sub', 'a.log'), 'log')
  await writeFile(join(folder, 'sub', 'deep', 'größe x.bin'), Buffer.alloc(1_000_000, 7))
  await writeFile(join(folder, 'empty'), '')
})
afterAll(() => rm(base, { recursive: true, force: true }))

function context(signal = new AbortController().signal) {
  const seen: { progress: Progress[]; logs: string[] } = { progress: [], logs: [] }
  const job: JobContext = {
    jobId: 'a/b',
    attempt: 1,
    signal,
    services: {
      resultsDir: join(base, 'results'),
      db: createDirectDatabase(noDatabase),
    },
    progress: (progress) => seen.progress.push(typeof progress === 'number' ? { ratio: progress } : progress),
    log: (text, level = 'info') => seen.logs.push(`${level} ${text}`),
  }
  return { job, seen }
}

const input = (extra: Partial<Parameters<typeof hashFolder>[0]> = {}) => ({
  path: folder,
  concurrency: 2,
  followSymlinks: false,
  exclude: [],
  ...extra,
})

test('the digest is that of the manifest', async () => {
  const { job, seen } = context()
  const result = await hashFolder(input(), job)
  expect(result).toMatchObject({ files: 4, bytes: 1_000_006, errors: 0 })
  expect(result.manifest).toBe(join(base, 'results', 'a%2Fb', 'manifest.txt'))
  const manifest = await readFile(result.manifest)
  expect(createHash('sha256').update(manifest).digest('hex')).toBe(result.digest)
  expect(seen.progress.at(-1)).toEqual({ ratio: 1, done: 1_000_006, total: 1_000_006, message: '4 of 4 files' })
  expect(result.slowest.map(({ path }) => path)).toContain('sub/deep/größe x.bin')
})

// With the options of GNU's find and stat.
test.runIf(process.platform === 'linux')('the digest is what a shell makes of the same tree', async () => {
  const { digest } = await hashFolder(input(), context().job)
  const script = `cd "$0" && find . -type f -printf '%P\\0' | LC_ALL=C sort -z | while IFS= read -r -d '' f; do
    printf '%s  %s  %s\\n' "$(sha256sum < "$f" | cut -c1-64)" "$(stat -c %s "$f")" "$f"; done | sha256sum`
  const { stdout } = await promisify(execFile)('bash', ['-c', script, folder])
  expect(stdout.slice(0, 64)).toBe(digest)
})

test('the digest does not depend on how many files are read at once', async () => {
  const digests = await Promise.all(
    [1, 2, 16].map(async (concurrency) => (await hashFolder(input({ concurrency }), context().job)).digest),
  )
  expect(new Set(digests).size).toBe(1)
})

test.each([
  [['sub'], 2],
  [['*.log'], 3],
  [['**/deep/**'], 3],
  [['sub/deep', 'empty'], 2],
])('exclude %j leaves %i files', async (exclude, files) => {
  expect(await hashFolder(input({ exclude }), context().job)).toMatchObject({ files })
})

test('links are left out, or followed once also in a circle', async () => {
  const linked = join(base, 'linked')
  await mkdir(linked)
  await writeFile(join(linked, 'file'), 'x')
  await symlink(linked, join(linked, 'circle'))
  await symlink(join(folder, 'sub'), join(linked, 'outside'))
  await symlink('/nowhere', join(linked, 'broken'))
  expect(await hashFolder(input({ path: linked }), context().job)).toMatchObject({ files: 1, errors: 0 })
  const { job, seen } = context()
  const followed = await hashFolder(input({ path: linked, followSymlinks: true }), job)
  expect(followed).toMatchObject({ files: 3, errors: 1 })
  expect(seen.logs).toContain('warn broken could not be read: ENOENT')
})

test.each([
  ['PATH_NOT_FOUND', () => join(base, 'not-there'), 'does not exist'],
  ['NOT_A_FOLDER', () => join(folder, 'b.txt'), 'is not a folder'],
])('%s is told at once and not tried again', async (code, path, words) => {
  const failure = hashFolder(input({ path: path() }), context().job)
  await expect(failure).rejects.toMatchObject({ code, retryable: false })
  await expect(failure).rejects.toThrow(words)
})

test('the signal ends it in the middle of a file', async () => {
  const controller = new AbortController()
  const { job } = context(controller.signal)
  const stopped = hashFolder(input(), {
    ...job,
    progress: (progress) => {
      if (typeof progress === 'object' && (progress.done ?? 0) > 0) controller.abort(new Error('enough'))
    },
  })
  await expect(stopped).rejects.toThrow('enough')
})
