import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { JobTypeDefaults as ContractDefaults } from '../../electron/contract/job-type.ts'
import type { LogLevel as ContractLevel, Progress as ContractProgress } from '../../electron/contract/job.ts'
import type { JobDefinition } from '../../workers/define-job.ts'
import type { Job, JobTypeDefaults, LogLevel, Progress } from '../../workers/folder-types.ts'
import { createCli, type Cli, type Started } from './cli-fixture.ts'

const project = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)
let cli: Cli
let jobsDir: string
beforeAll(async () => {
  cli = await createCli()
  jobsDir = join(cli.folder, 'jobs')
})
afterAll(() => cli.close())

/** What tsc says of a folder; empty when it is content. */
async function compile(folder: string): Promise<string> {
  const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
  try {
    return (await run(process.execPath, [tsc, '-p', folder])).stdout
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

/** The values are of no interest: that this compiles is the test. */
type Same<A, B> = [A, B] extends [B, A] ? true : never

test('the types that a jobs folder gets are those of the contract', () => {
  const same: [
    Same<LogLevel, ContractLevel>,
    Same<Progress, ContractProgress>,
    Same<JobTypeDefaults, ContractDefaults>,
    Same<keyof Job, keyof JobDefinition>,
  ] = [true, true, true, true]
  expect(same).toHaveLength(4)
})

describe('new-job', () => {
  test('writes a job and a test that passes, and tsc is content with the folder', async () => {
    const { code, stdout, stderr } = await cli.run(['new-job', 'tidy-photos'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toBe(
      `Written: jobs/tidy-photos.job.ts and its test jobs/tidy-photos.test.ts
Test it with Node 24: node --test jobs/tidy-photos.test.ts
Run it: toril enqueue tidy-photos '{"names": ["Manolete"]}' --wait
`,
    )
    const tested = await run(process.execPath, ['--test', 'tidy-photos.test.ts'], { cwd: jobsDir })
    expect(tested.stdout).toMatch(/pass 2\b[\s\S]*fail 0\b/)
    expect(await compile(jobsDir)).toBe('')
  })

  test('types the context and what services.ts gives, with nothing installed', async () => {
    writeFileSync(
      join(jobsDir, 'services.ts'),
      `import type { JobServices } from 'toril'
       export default {
         create: async ({ db }: JobServices) => ({ count: (space: string) => db.jobData.count({ where: { space } }) }),
       }`,
    )
    writeFileSync(
      join(jobsDir, 'typed.job.ts'),
      `import type { Job } from 'toril'
       export default {
         name: 'typed', title: 'Typed', input: {},
         async run({ a }, { services, log }) {
           const n: number = await services.count('x')
           const [row] = await services.db.jobData.findMany({ where: { counter: { gt: 1n } }, select: { amount: true } })
           log(row?.amount?.toFixed(2) ?? 'none', 'warn')
           const [first, second] = await services.db.$transaction([services.db.job.count(), services.db.$executeRaw\`x\`])
           return n + a + first + second
         },
       } satisfies Job<{ a: number }, number>`,
    )
    writeFileSync(
      join(jobsDir, 'plain.job.mjs'),
      `// @ts-check
       /** @type {import('toril').Job<{ a: number }, number>} */
       export default { name: 'plain', title: 'Plain', input: {}, run: ({ a }, { services }) => services.count(a) }`,
    )
    // Written again with the next job: there are services now.
    expect((await cli.run(['new-job', 'second'])).code).toBe(0)
    const complaints = (await compile(jobsDir)).split('\n').filter((line) => line.includes('error'))
    expect(complaints).toEqual([
      expect.stringMatching(/^.*plain\.job\.mjs\(3,\d+\): error TS2345: .*'number' is not assignable to .*'string'/),
    ])
    const wrong = join(jobsDir, 'typed.job.ts')
    writeFileSync(wrong, readFileSync(wrong, 'utf8').replace("'warn'", "'loud'").replace('counter:', 'conter:'))
    expect(await compile(jobsDir)).toMatch(/typed\.job\.ts.*(?:conter|loud)/)
    rmSync(wrong)
    rmSync(join(jobsDir, 'plain.job.mjs'))
  })

  test('keeps what is there: tsconfig.json, and a job of that name in any form', async () => {
    const config = join(jobsDir, 'tsconfig.json')
    writeFileSync(config, '{ "mine": true }')
    writeFileSync(join(jobsDir, 'third.job.mjs'), '')
    const { code, stderr } = await cli.run(['new-job', 'third'])
    expect([code, stderr]).toEqual([2, `${join(jobsDir, 'third.job.mjs')} is there already. Choose another name.\n`])
    expect((await cli.run(['new-job', 'fourth'])).code).toBe(0)
    expect(readFileSync(config, 'utf8')).toBe('{ "mine": true }')
    const again = await cli.run(['new-job', 'fourth', '--json'])
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'INVALID_REQUEST' } })
    rmSync(join(jobsDir, 'third.job.mjs'))
    rmSync(config)
  })

  test.each([
    [
      'Tidy Photos',
      /^The name "Tidy Photos" must be lower-case letters and digits, joined by - \. : or _, e\.g\. tidy-photos\.\n$/,
    ],
    ['a:b', /cannot have a colon/],
    ['../outside', /must be lower-case/],
    ['add-two-numbers', /^add-two-numbers is a built-in job type\. Choose another name\.\n$/],
  ])('refuses the name %s', async (name, message) => {
    const { code, stderr } = await cli.run(['new-job', name])
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  })

  test('--dir names the folder, which is made; without any it says where to name one', async () => {
    const { code, stdout, stderr } = await cli.run(['new-job', 'apart', '--dir', 'some/where'])
    expect([code, stdout]).toEqual([0, expect.stringContaining('some/where/apart.job.ts')])
    expect(stderr).toMatch(
      /^The runner does not read this folder\. To change that: toril preferences set jobs\.folder=/,
    )
    expect(existsSync(join(cli.folder, 'some/where/toril.d.ts'))).toBe(true)
    writeFileSync(join(cli.folder, 'file'), '')
    const blocked = await cli.run(['new-job', 'apart', '--dir', 'file/below'])
    expect([blocked.code, blocked.stderr]).toEqual([
      2,
      expect.stringMatching(/file\/below cannot be written: it is not a folder/),
    ])
    const none = await cli.run(['new-job', 'apart'], { TORIL_JOBS_DIR: '' })
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/^No jobs folder is set\. Name one with --dir/)])
    mkdirSync(cli.dataDir, { recursive: true })
    const preferences = join(cli.dataDir, 'preferences.json')
    writeFileSync(preferences, JSON.stringify({ version: 1, jobs: { folder: join(cli.folder, 'preferred') } }))
    expect((await cli.run(['new-job', 'apart'], { TORIL_JOBS_DIR: '' })).code).toBe(0)
    expect(existsSync(join(cli.folder, 'preferred', 'apart.job.ts'))).toBe(true)
    rmSync(preferences)
  })
})

describe('a running Toril', () => {
  let serve: Started
  beforeAll(async () => {
    rmSync(join(jobsDir, 'services.ts'), { force: true })
    serve = cli.start(['serve'])
    await serve.printed(/Toril is ready/)
  })

  test('knows a new job at once, and keeps the types of the folder up to date', async () => {
    await cli.run(['new-job', 'fresh'])
    const known = async () => JSON.stringify(await cli.json('types'))
    await expect.poll(known, { interval: 500 }).toContain('"fresh"')
    const { code, stdout } = await cli.run(['enqueue', 'fresh', '{"names": ["Manolete"]}', '--wait'])
    expect([code, JSON.parse(stdout)]).toEqual([0, { greetings: ['Hello Manolete'] }])
    writeFileSync(join(jobsDir, 'services.mjs'), 'export default () => ({ clock: () => 1 })')
    const types = () => readFileSync(join(jobsDir, 'toril.d.ts'), 'utf8')
    await expect.poll(types, { interval: 500 }).toContain("import('./services.mjs')")
  })
})
