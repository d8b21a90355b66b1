import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmCommand, toolEnvironment } from '../setup/command.mjs'
import { nodeBinary, root } from '../setup/paths.mjs'
import { runChild } from '../start/run-child.mjs'
import { countChaos, countPlaywright, countVitest, nothing } from './count.mjs'
import { endLeftovers, markerName } from './leftovers.mjs'
import { findChromium } from './tools.mjs'

/**
 * @typedef {import('./count.mjs').Count} Count
 * @typedef {object} Suite
 * @property {string} name
 * @property {(filters: string[]) => boolean} wanted whether a run with these filters includes it
 * @property {(filters: string[], report: string) => { file: string, args: string[], env?: Record<string, string> }} command
 * @property {(report: string, exitCode: number) => Count} count
 */

/**
 * @param {string} filter
 * @param {string} folder
 */
function pointsInto(filter, folder) {
  return filter.replace(/^\.\//, '').startsWith(folder)
}

const browserFolders = ['test/e2e', 'test/electron']

/**
 * @param {string} folder
 * @param {string} project of playwright.config.ts
 * @returns {Pick<Suite, 'wanted' | 'command' | 'count'>}
 */
function playwright(folder, project) {
  return {
    wanted: (filters) =>
      existsSync(join(root, folder)) && (filters.length === 0 || filters.some((filter) => pointsInto(filter, folder))),
    command: (filters, report) => ({
      file: nodeBinary,
      args: [
        'node_modules/@playwright/test/cli.js',
        'test',
        `--project=${project}`,
        '--reporter=list,json',
        ...filters.filter((filter) => pointsInto(filter, folder)),
      ],
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report, CHROMIUM: findChromium() ?? '' },
    }),
    count: countPlaywright,
  }
}

function hasPackageCheck() {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts['dist:check'] !== undefined
}

/** @type {Suite[]} the quick ones first */
const suites = [
  {
    name: 'vitest',
    wanted: (filters) =>
      filters.length === 0 ||
      filters.some((filter) => ![...browserFolders, 'dist'].some((folder) => pointsInto(filter, folder))),
    command: (filters, report) => ({
      file: nodeBinary,
      args: [
        'node_modules/vitest/vitest.mjs',
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...filters.filter((filter) => ![...browserFolders, 'dist'].some((folder) => pointsInto(filter, folder))),
      ],
    }),
    count: countVitest,
  },
  {
    name: 'chaos',
    wanted: (filters) => filters.length === 0 || filters.some((filter) => pointsInto(filter, 'test/chaos')),
    command: (_filters, report) => ({ file: nodeBinary, args: ['test/chaos/chaos.ts', '--report', report] }),
    count: countChaos,
  },
  { name: 'panel in the browser', ...playwright('test/e2e', 'panel') },
  { name: 'real Electron', ...playwright('test/electron', 'electron') },
  {
    name: 'package',
    wanted: (filters) => hasPackageCheck() && (filters.length === 0 || filters.includes('dist')),
    command: () => {
      const npm = npmCommand()
      return { file: npm.file, args: [...npm.args, 'run', '--silent', 'dist:check'] }
    },
    count: (_report, exitCode) =>
      exitCode === 0 ? { ...nothing(), passed: 1 } : { ...nothing(), failed: 1, failures: ['npm run dist:check'] },
  },
]

/**
 * Runs the suites that the filters ask for, one after another: two at once only slow each other down.
 * @param {string[]} filters folders or files; none for everything; `dist` for the package
 */
export async function runSuites(filters) {
  const reports = mkdtempSync(join(tmpdir(), 'toril-test-'))
  /** @type {{ name: string, count: Count, ms: number }[]} */
  const results = []
  try {
    for (const [index, suite] of suites.filter(({ wanted }) => wanted(filters)).entries()) {
      const since = Date.now()
      const report = join(reports, `${index}.json`)
      const marker = `${process.pid}-${index}`
      const { file, args, env } = suite.command(filters, report)
      console.log(`\n── ${suite.name} ──`)
      const exitCode = await runChild(file, args, { env: { ...toolEnvironment(), ...env, [markerName]: marker } })
      const count = suite.count(report, exitCode)
      const left = await endLeftovers(marker)
      for (const { pid, command } of left) console.log(`FAILED: left running after the tests: ${pid} ${command}`)
      if (left.length > 0) {
        count.failed += 1
        count.failures.push(`${suite.name}: left running ${left.map(({ command }) => command).join(', ')}`)
      }
      results.push({ name: suite.name, count, ms: Date.now() - since })
    }
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
  return results
}
