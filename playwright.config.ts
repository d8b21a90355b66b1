import { defineConfig } from '@playwright/test'
import { patienceMs } from './test/patience.ts'

/** Debian's Chromium or another named by CHROMIUM: Playwright's own browser comes from outside the npm registry. */
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

export default defineConfig({
  outputDir: 'test-results',
  // One runner and one browser at a time: two cores, and every test has a runner of its own.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: patienceMs },
  forbidOnly: process.env['CI'] !== undefined,
  use: { trace: 'retain-on-failure' },
  projects: [
    {
      name: 'panel',
      testDir: 'test/e2e',
      use: { browserName: 'chromium', viewport: { width: 1440, height: 900 }, launchOptions: { executablePath } },
    },
    { name: 'electron', testDir: 'test/electron' },
  ],
})
