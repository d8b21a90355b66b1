import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

/**
 * What a suite came to.
 * @typedef {object} Count
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} failures what failed, each as file and sentence, and the first lines of its reason
 * @property {{ file: string, ms: number }[]} files how long each file took
 */

/** @returns {Count} */
export function nothing() {
  return { passed: 0, failed: 0, skipped: 0, failures: [], files: [] }
}

/**
 * @param {string} file
 * @returns {unknown}
 */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

const reasonLines = 4
const reasonWidth = 300

/**
 * @param {string} failure
 * @param {string | undefined} reason
 */
function because(failure, reason) {
  const lines = stripVTControlCharacters(reason ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s+at /.test(line))
    .slice(0, reasonLines)
  return [failure, ...lines.map((line) => `    ${line.slice(0, reasonWidth)}`)].join('\n')
}

/**
 * A suite that broke down without naming a failed test still failed: a report that is missing, a
 * file that could not be loaded, an error outside any test.
 * @param {Count} count
 * @param {number} exitCode
 */
function heed(count, exitCode) {
  if (exitCode === 0 || count.failed > 0) return count
  return { ...count, failed: 1, failures: [`no test, yet the suite ended with exit code ${exitCode}`] }
}

/**
 * @typedef {{ status: string, fullName: string, failureMessages?: string[] }} VitestCase
 * @typedef {{ name: string, status: string, message?: string, startTime: number, endTime: number, assertionResults: VitestCase[] }} VitestFile
 */

/**
 * @param {string} file the report of Vitest's json reporter
 * @param {number} exitCode of Vitest
 * @returns {Count}
 */
export function countVitest(file, exitCode) {
  const report = /** @type {{ testResults: VitestFile[] } | undefined} */ (readJson(file))
  const count = nothing()
  for (const result of report?.testResults ?? []) {
    const statuses = result.assertionResults.map(({ status }) => status)
    const failed = statuses.filter((status) => status === 'failed').length
    const passed = statuses.filter((status) => status === 'passed').length
    count.passed += passed
    for (const { status, fullName, failureMessages } of result.assertionResults) {
      if (status === 'failed') count.failures.push(because(`${result.name} > ${fullName}`, failureMessages?.[0]))
    }
    // A file that could not be loaded has no cases, yet it failed.
    const broken = failed === 0 && result.status === 'failed'
    if (broken) count.failures.push(because(`${result.name} (the file itself)`, result.message))
    count.failed += broken ? 1 : failed
    count.skipped += statuses.length - passed - failed
    count.files.push({ file: result.name, ms: Math.round(result.endTime - result.startTime) })
  }
  return heed(count, exitCode)
}

/**
 * @typedef {{ results: { duration: number, error?: { message?: string } }[], status: string }} PlaywrightCase
 * @typedef {{ file: string, specs?: { title: string, tests: PlaywrightCase[] }[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 */

/**
 * @param {string} file the report of Playwright's json reporter
 * @param {number} exitCode of Playwright
 * @returns {Count}
 */
export function countPlaywright(file, exitCode) {
  const report = /** @type {{ suites: PlaywrightSuite[] } | undefined} */ (readJson(file))
  const count = nothing()
  /** @param {PlaywrightSuite} suite @returns {(PlaywrightCase & { title: string })[]} */
  const casesOf = (suite) => [
    ...(suite.specs ?? []).flatMap(({ title, tests }) => tests.map((test) => ({ ...test, title }))),
    ...(suite.suites ?? []).flatMap(casesOf),
  ]
  for (const suite of report?.suites ?? []) {
    const cases = casesOf(suite)
    for (const { status, title, results } of cases) {
      if (status === 'skipped') count.skipped += 1
      else if (status !== 'unexpected') count.passed += 1
      else {
        count.failed += 1
        const reason = results.findLast(({ error }) => error !== undefined)?.error?.message
        count.failures.push(because(`${suite.file} > ${title}`, reason))
      }
    }
    const ms = cases.flatMap(({ results }) => results).reduce((sum, { duration }) => sum + duration, 0)
    count.files.push({ file: suite.file, ms })
  }
  return heed(count, exitCode)
}

/**
 * @param {string} file the report of test/chaos
 * @param {number} exitCode of it
 * @returns {Count} one case for each server
 */
export function countChaos(file, exitCode) {
  const report = /** @type {{ seed: number, cases: { name: string, faults: string[] }[] } | undefined} */ (
    readJson(file)
  )
  const count = nothing()
  for (const { name, faults } of report?.cases ?? []) {
    if (faults.length === 0) count.passed += 1
    else {
      count.failed += 1
      count.failures.push(`chaos on ${name} with --seed ${report?.seed}: ${faults[0]}`)
    }
  }
  return heed(count, exitCode)
}

/**
 * @param {Count[]} counts
 * @returns {Count}
 */
export function sum(counts) {
  return counts.reduce(
    (total, { passed, failed, skipped, failures, files }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
      failures: [...total.failures, ...failures],
      files: [...total.files, ...files],
    }),
    nothing(),
  )
}

/**
 * The last line of a test run.
 * @param {Count} count
 */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
