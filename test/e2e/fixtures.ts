import { test as base, type Page } from '@playwright/test'
import { startHeadless, type HeadlessOptions, type HeadlessRunner } from '../support/headless.ts'

/** Job types of the jobs folder that the tests bring: one that lasts, one that fails until it is told not to. */
const jobs = {
  'wait-for.job.mjs': `export default {
    name: 'wait-for',
    title: 'Wait',
    input: { type: 'object', properties: { ms: { type: 'integer', minimum: 0 } }, required: ['ms'] },
    async run({ ms }, { signal, progress, log }) {
      log('waiting')
      const end = Date.now() + ms
      while (Date.now() < end) {
        signal.throwIfAborted()
        progress(1 - (end - Date.now()) / ms)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return 'waited'
    },
  }`,
  'fail-once.job.mjs': `import { existsSync, writeFileSync } from 'node:fs'
  export default {
    name: 'fail-once',
    title: 'Fail once',
    input: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] },
    defaults: { attempts: 1 },
    run({ file }) {
      if (existsSync(file)) return 'second time'
      writeFileSync(file, '')
      throw new Error('The first time always fails')
    },
  }`,
}

/** Opens the panel as a person does: with the address that the runner prints. */
export async function openPanel(page: Page, runner: HeadlessRunner, path = '/'): Promise<void> {
  await page.goto(`${runner.url}/?token=${runner.token}`)
  await page.getByRole('status').filter({ hasText: 'Live' }).waitFor()
  if (path !== '/') await page.goto(`${runner.url}${path}`)
}

interface WorkerFixtures {
  /** Shared by the tests of a worker; those that need a runner in a special state start their own. */
  runner: HeadlessRunner
}

interface TestFixtures {
  /** Starts a runner that is stopped when the test is over. */
  startRunner(options?: HeadlessOptions): Promise<HeadlessRunner>
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  runner: [
    // Playwright wants a pattern here, even an empty one.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const runner = await startHeadless({ jobs })
      await use(runner)
      await runner.stop()
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern
  startRunner: async ({}, use) => {
    const started: HeadlessRunner[] = []
    await use(async (options) => {
      const runner = await startHeadless(options)
      started.push(runner)
      return runner
    })
    await Promise.all(started.map((runner) => runner.stop()))
  },
})
