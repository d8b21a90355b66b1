import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { directions } from '../../scripts/check/directions.mjs'
import { structureProblems } from '../../scripts/check/structure.mjs'

const folders: string[] = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** The rules that a tree of these files breaks. */
function broken(files: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'toril-structure-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  return structureProblems(folder).map(({ rule }) => rule)
}

const violations: [rule: string, file: string, line: string][] = [
  ['contract-stands-alone', 'electron/contract/job.ts', "import type { Runner } from '../runner/runner.ts'"],
  ['contract-stands-alone', 'electron/contract/job.ts', "import { readFile } from 'node:fs/promises'"],
  ['contract-stands-alone', 'electron/contract/job.ts', "import pg from 'pg'"],
  ['runner-knows-no-shell', 'electron/runner/runner.ts', "import { serve } from '../api/http/serve.ts'"],
  ['runner-knows-no-shell', 'electron/runner/runner.ts', "import { createServer } from 'node:http'"],
  ['runner-knows-no-shell', 'electron/runner/runner.ts', "export * from '../main/window.ts'"],
  ['only-queue-imports-bullmq', 'electron/runner/jobs/enqueue.ts', "import type { Job } from 'bullmq'"],
  ['only-queue-imports-bullmq', 'electron/api/router/jobs.ts', "type Job = import('bullmq').Job"],
  ['only-pool-imports-piscina', 'electron/runner/executors/thread.ts', "const { Piscina } = await import('piscina')"],
  ['only-history-imports-prisma', 'electron/runner/jobs/board.ts', "import { PrismaPg } from '@prisma/adapter-pg'"],
  ['only-history-imports-prisma', 'workers/db.ts', "import type { Prisma } from '@prisma/client'"],
  ['only-history-imports-prisma', 'electron/runner/runner.ts', "import './history/generated/client.ts'"],
  ['api-knows-no-shell', 'electron/api/serve.ts', "import { paths } from '../headless/paths.ts'"],
  ['main-is-a-thin-shell', 'electron/main/window.ts', "import { serve } from '../headless/serve.ts'"],
  ['headless-is-a-thin-shell', 'electron/headless/serve.ts', "import { App } from '../../renderer/app/app.tsx'"],
  [
    'preload-hands-over-a-port',
    'electron/preload/index.ts',
    "import { createRunner } from '../runner/create-runner.ts'",
  ],
  ['only-the-desktop-imports-electron', 'electron/headless/serve.ts', "import { app } from 'electron'"],
  ['only-the-desktop-imports-electron', 'renderer/app/app.tsx', "import type { IpcRenderer } from 'electron'"],
  [
    'panel-speaks-the-contract',
    'renderer/app/app.tsx',
    "import type { Runner } from '../../electron/runner/runner.ts'",
  ],
  ['panel-speaks-the-contract', 'renderer/app/app.tsx', "import { join } from 'node:path'"],
  ['workers-speak-the-contract', 'workers/worker-entry.ts', "import { pool } from '../electron/runner/pool/pool.ts'"],
  ['workers-speak-the-contract', 'workers/worker-entry.ts', "require('bullmq')"],
  ['jobs-are-pure', 'workers/jobs/hash-folder.job.ts', "import { port } from '../worker-entry.ts'"],
  ['product-imports-no-tooling', 'electron/runner/runner.ts', "import { fake } from '../../test/fakes/fake.ts'"],
]

test.each(violations)('the rule %s refuses %s with %s', (rule, file, line) => {
  expect(broken({ [file]: line })).toContain(rule)
})

test('every direction is broken by one of these examples', () => {
  const covered = new Set(violations.map(([rule]) => rule))
  expect(directions.map(({ name }) => name).filter((name) => !covered.has(name))).toEqual([])
})

test('what the directions allow is not refused', () => {
  expect(
    broken({
      'electron/contract/job.ts': "import * as z from 'zod'\nexport const job = z.object({})",
      'electron/runner/queue/bullmq-queue.ts': "import { Queue } from 'bullmq'\nimport '../../contract/job.ts'",
      'electron/runner/pool/piscina-pool.ts': "import { Piscina } from 'piscina'",
      'electron/main/index.ts': "import { app } from 'electron'\nimport '../runner/queue/bullmq-queue.ts'",
      'renderer/app/app.tsx':
        "import { job } from '../../electron/contract/job.ts'\nexport const App = () => <b>{job}</b>",
      'workers/jobs/add.job.ts': "import { defineJob } from '../define-job.ts'\nexport default defineJob({})",
    }),
  ).toEqual([])
})

test('a circle of imports is refused, a type-only one too', () => {
  expect(
    broken({
      'electron/runner/a.ts': "import { b } from './b.ts'",
      'electron/runner/b.ts': "import type { C } from './c.ts'",
      'electron/runner/c.ts': "export { a } from './a.ts'",
    }),
  ).toEqual(['no-cycles'])
})

test('a file over 400 lines and a name that says nothing are refused', () => {
  expect(broken({ 'workers/long.ts': 'export {}\n'.repeat(401) })).toEqual(['file-size'])
  expect(broken({ 'workers/long.ts': 'export {}\n'.repeat(400) })).toEqual([])
  expect(broken({ 'workers/utils.ts': '', 'renderer/lib/queue-manager.ts': '' })).toEqual(['file-name', 'file-name'])
})
