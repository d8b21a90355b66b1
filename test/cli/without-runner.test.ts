import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findRunner } from '../../electron/headless/client/find-runner.ts'
import { freePort } from '../support/redis.ts'
import { createCli, type Cli } from './cli-fixture.ts'

let cli: Cli
beforeAll(async () => {
  cli = await createCli()
})
afterAll(() => cli.close())

describe('without a runner', () => {
  test('one sentence says so and how to start one', async () => {
    const { code, stdout, stderr } = await cli.run(['status'])
    expect([code, stdout]).toEqual([3, ''])
    expect(stderr).toBe(`No runner is running for ${cli.dataDir}. Start one with \`npm run serve\` or open Toril.\n`)
  })

  test('that answers at the address given, it says so', async () => {
    const { code, stderr } = await cli.run(['status'], {
      TORIL_TOKEN: 'some-token',
      TORIL_PORT: String(await freePort()),
    })
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^The runner does not answer \(\w+\)\./)])
  })

  test('--json gives the error as JSON', async () => {
    const { code, stderr } = await cli.run(['jobs', '--json'])
    expect(code).toBe(3)
    expect(JSON.parse(stderr)).toMatchObject({ error: { message: expect.stringContaining('No runner') as string } })
  })

  test('the OpenAPI document is printed all the same', async () => {
    const { code, stdout } = await cli.run(['openapi'])
    expect([code, (JSON.parse(stdout) as { openapi: string }).openapi]).toEqual([0, '3.1.1'])
  })
})

describe('wrong use ends with 2, a start that is not possible with 4, and one sentence', () => {
  test.each([
    [['fly'], /unknown command 'fly'/],
    [['enqueue'], /missing required argument 'type'/],
    [['jobs', '--limit', 'many'], /must be a whole number, from 1 to 200/],
    [['jobs', '--state', 'lost'], /Allowed choices are waiting/],
    [['cancel', '1', '--then', 'explode'], /Allowed choices are stop, retry/],
    [['enqueue', 'add-two-numbers', '{"a":'], /^What the input holds is not valid JSON: /],
    [['enqueue', 'add-two-numbers', '@missing.json'], /^The input file missing\.json cannot be read \(ENOENT\)\./],
    [['profile', '1', '--seconds', '61'], /^--seconds must be a number from 0\.01 to 60\.$/m],
    [['serve', '--port', '99999'], /must be a whole number, from 0 to 65535/],
  ])('%j', async (args, message) => {
    const { code, stderr } = await cli.run(args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  test('a broken environment names the variable', async () => {
    const { code, stderr } = await cli.run(['serve'], { TORIL_PORT: 'many' })
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^Environment variable TORIL_PORT: .*\n$/)])
  })

  test('a data folder that cannot be written names it', async () => {
    writeFileSync(join(cli.folder, 'file'), '')
    const { code, stderr } = await cli.run(['serve'], { TORIL_DATA_DIR: join(cli.folder, 'file') })
    expect([code, stderr]).toEqual([4, expect.stringMatching(/^The data folder .*\/file cannot be written .*\n$/)])
  })

  test('a data folder of another live runner is left alone', async () => {
    const dataDir = join(cli.folder, 'taken')
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'runner.lock'), JSON.stringify({ pid: process.pid }))
    const { code, stderr } = await cli.run(['serve'], { TORIL_DATA_DIR: dataDir })
    expect(code).toBe(4)
    expect(stderr).toMatch(new RegExp(`^A runner \\(process ${process.pid}\\) already has the data folder ${dataDir} `))
  })
})

test('serve whose Redis cannot be reached ends with 4 and says which', async () => {
  const port = await freePort()
  const { code, stderr } = await cli.run(['serve'], { REDIS_URL: `redis://127.0.0.1:${port}` })
  expect([code, stderr]).toEqual([4, expect.stringContaining(`127.0.0.1:${port}`)])
  expect(stderr).not.toContain('    at ')
})

test.each(['token', 'runner.json'])(
  'a %s that cannot be written is one sentence, and nothing is left',
  async (name) => {
    const dataDir = join(cli.folder, `blocked-${name}`)
    mkdirSync(join(dataDir, name, 'in-the-way'), { recursive: true })
    const { code, stderr } = await cli.run(['serve'], { TORIL_DATA_DIR: dataDir })
    expect([code, stderr]).toEqual([4, expect.stringMatching(/^The data folder .* cannot be written \(\w+\)\. .*\n$/)])
    expect(existsSync(join(dataDir, 'runner.lock'))).toBe(false)
    expect(existsSync(join(dataDir, 'postgres/data/postmaster.pid'))).toBe(false)
  },
)

test.each([
  ['::1', 'http://[::1]:7421'],
  ['0.0.0.0', 'http://127.0.0.1:7421'],
  ['runner.example', 'http://runner.example:7421'],
])('a runner that TORIL_HOST=%s names is looked for at %s', (host, url) => {
  const variables = { TORIL_HOST: host, TORIL_PORT: '7421', TORIL_TOKEN: 'some-token' }
  expect(findRunner(variables)).toEqual({ url, token: 'some-token' })
})

test('--help documents the exit codes and the environment', async () => {
  const { code, stdout } = await cli.run(['--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/Exit codes:\n {2}0 {4}done\n[\s\S]*3 {4}no runner found/)
  expect(stdout).toMatch(/TORIL_DATA_DIR/)
})
