import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeBinary } from '../../scripts/setup/paths.mjs'
import { startHeadless, type HeadlessRunner } from '../support/headless.ts'

const run = promisify(execFile)
const project = join(import.meta.dirname, '..', '..')
const readme = readFileSync(join(project, 'README.md'), 'utf8')

/** The fenced blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    (match) => match[1] ?? '',
  )
}

const [jobFile = ''] = blocks('ts')
const examples = blocks('sh')

// The examples are written for a POSIX shell.
describe.runIf(process.platform !== 'win32')('the examples of the README', () => {
  let runner: HeadlessRunner

  beforeAll(async () => {
    runner = await startHeadless({ jobs: { 'count-words.job.ts': jobFile } })
  })
  afterAll(() => runner.stop())

  /** Runs a block as a user would type it: from the project, each line must succeed. */
  async function shell(script: string): Promise<string> {
    const path = [dirname(nodeBinary), join(project, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(':')
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: project,
      env: { ...process.env, ...runner.env, PATH: path },
      maxBuffer: 16 * 1024 * 1024,
    })
    return stdout
  }

  test('there are three blocks to run and one job type', () => {
    expect(examples).toHaveLength(3)
    expect(blocks('ts')).toHaveLength(1)
  })

  test('the commands print results, lists and a self-test without differences', async () => {
    const output = await shell(examples[0] ?? '')
    expect(output).toContain('"manifest"')
    expect(output).toMatch(/^5$/m)
    expect(output).toContain('add-two-numbers')
  })

  test('curl enqueues, lists and reads counts and health', async () => {
    const output = await shell(examples[1] ?? '')
    expect(output).toContain('"type":"add-two-numbers"')
    expect(output).toContain('"counts"')
    expect(output).toContain('"ready":true')
  })

  test('a delayed job is cancelled', async () => {
    const output = await shell(examples[2] ?? '')
    expect(output).toContain('cancelled')
    expect(output).toContain('not needed any more')
  })

  test('the job type of the README runs, and its form knows its field', async () => {
    const output = await shell(`toril enqueue count-words '{"text": "one two three"}' --wait`)
    expect(output.trim()).toBe('3')
    await expect(shell(`toril enqueue count-words '{"text": ""}'`)).rejects.toMatchObject({ code: 4 })
  })
})
