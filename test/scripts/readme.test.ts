import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHeadless, type HeadlessRunner } from '../support/headless.ts'
import { blocksOf, readme } from './readme-blocks.ts'

const project = join(import.meta.dirname, '..', '..')
const blocks = blocksOf()
/** The two commands are run by whoever reads this in a test run. */
const examples = blocks.filter(({ language, text }) => language === 'sh' && !/^npm (start|test)$/m.test(text))
const ownJob = blocks.find(({ language }) => language === 'ts')?.text ?? ''

let runner: HeadlessRunner

beforeAll(async () => {
  runner = await startHeadless({ jobs: { 'count-words.job.ts': ownJob } })
})

afterAll(() => runner.stop())

/** Runs an example as a person would type it, on this runner instead of the one it names. */
function run(example: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const text = example
    .replaceAll('http://127.0.0.1:7420', runner.url)
    .replaceAll('a-token-of-my-own', runner.token)
    // A small folder: what is shown is the same.
    .replaceAll('"node_modules"', '"workers"')
  const path = [join(project, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter)
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: project,
      env: { ...process.env, ...runner.env, PATH: path },
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

test('the README has examples of the command line, of REST and of a job type', () => {
  const all = examples.map(({ text }) => text).join('')
  expect(all).toContain('npx toril enqueue hash-folder')
  expect(all).toContain('curl ')
  expect(ownJob.trimEnd().split('\n').length).toBeLessThanOrEqual(20)
})

test.each(examples.map(({ text }) => [text.split('\n')[0] ?? '', text]))(
  'the example works: %s',
  async (_title, text) => {
    const { code, stdout, stderr } = await run(text)
    expect(stderr).not.toMatch(/^\s+at /m)
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).not.toBe('')
  },
)

test('the examples give what the text around them says', async () => {
  expect((await run(`npx toril enqueue add-two-numbers '{"a": 2, "b": 3}' --wait`)).stdout.trim()).toBe('5')
  const hashed = await run(`npx toril enqueue hash-folder '{"path": "node_modules"}' --wait`)
  expect(JSON.parse(hashed.stdout)).toMatchObject({
    digest: expect.any(String) as string,
    slowest: expect.any(Array) as [],
  })
  const counted = await run(`npx toril enqueue count-words '{"path": "${join(project, 'LICENSE')}"}' --wait`)
  expect(JSON.parse(counted.stdout)).toEqual({ words: 170 })
})

test('every exit code and variable of the README is that of the code', async () => {
  const { stdout } = await run('npx toril --help')
  const codes = [...readme.matchAll(/^\| (\d+) +\| (.+?) +\|$/gm)].map(([, code, meaning]) => `${code} ${meaning}`)
  expect(codes).toHaveLength(7)
  const said = stdout.replaceAll(/ +/g, ' ')
  for (const line of codes) expect(said).toContain(line)
  const source = readFileSync(join(project, 'electron', 'runner', 'environment.ts'), 'utf8')
  const variables = [...source.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name ?? '')
  expect(variables).toHaveLength(10)
  for (const name of variables) expect(readme).toContain(`| \`${name}\``)
})
