import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { countChaos, countPlaywright, countVitest, lastLine, sum } from '../../scripts/test-support/count.mjs'

const folder = mkdtempSync(join(tmpdir(), 'toril-count-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function report(value: unknown): string {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(value))
  return file
}

const numbers = ({ passed, failed, skipped }: { passed: number; failed: number; skipped: number }) => ({
  passed,
  failed,
  skipped,
})

function vitestFile(status: string, cases: string[]) {
  return {
    name: '/x.test.ts',
    status,
    startTime: 1,
    endTime: 3,
    assertionResults: cases.map((each, index) => ({ status: each, fullName: `case ${index}` })),
  }
}

test('cases of Vitest are counted, todo and skipped ones as skipped', () => {
  const file = report({ testResults: [vitestFile('failed', ['passed', 'failed', 'skipped', 'todo'])] })
  expect(countVitest(file, 1)).toEqual({
    passed: 1,
    failed: 1,
    skipped: 2,
    failures: ['/x.test.ts > case 1'],
    files: [{ file: '/x.test.ts', ms: 2 }],
  })
})

test('a failure is told with the first lines of its reason, without colours and stack', () => {
  const failed = {
    ...vitestFile('failed', []),
    assertionResults: [
      {
        status: 'failed',
        fullName: 'case',
        failureMessages: ['\u001B[31mexpected 1\u001B[39m\n\nto be 2\n    at x.ts:1'],
      },
    ],
  }
  const ofVitest = countVitest(report({ testResults: [failed] }), 1)
  expect(ofVitest.failures).toEqual(['/x.test.ts > case\n    expected 1\n    to be 2'])
  const spec = {
    title: 'case',
    tests: [{ status: 'unexpected', results: [{ duration: 1, error: { message: 'no' } }] }],
  }
  const ofPlaywright = countPlaywright(report({ suites: [{ file: 'x.ts', specs: [spec] }] }), 1)
  expect(ofPlaywright.failures).toEqual(['x.ts > case\n    no'])
})

test('a file that could not be loaded, and an error outside any test, count as failed', () => {
  expect(numbers(countVitest(report({ testResults: [vitestFile('failed', [])] }), 1))).toMatchObject({ failed: 1 })
  expect(numbers(countVitest(report({ testResults: [vitestFile('passed', ['passed'])] }), 1))).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
  })
})

test('a suite that left no report counts as one failure', () => {
  expect(numbers(countVitest(join(folder, 'none.json'), 1))).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('each server of the chaos run is a case, and a failure tells the seed', () => {
  const cases = [
    { name: 'Redis', faults: [] },
    { name: 'embedded PostgreSQL', faults: ['LOST 1: it is still waiting', 'LOST 2: it is still waiting'] },
  ]
  const { failures, ...count } = countChaos(report({ seed: 7, cases }), 1)
  expect(numbers(count)).toEqual({ passed: 1, failed: 1, skipped: 0 })
  expect(failures).toEqual(['chaos on embedded PostgreSQL with --seed 7: LOST 1: it is still waiting'])
})

test('cases of Playwright are counted in nested suites; one that passed at the second try passed', () => {
  const cases = (...statuses: string[]) => ({
    title: statuses.join(' and '),
    tests: statuses.map((status) => ({ status, results: [{ duration: 5 }] })),
  })
  const file = report({
    suites: [
      {
        file: 'jobs.spec.ts',
        specs: [cases('expected')],
        suites: [{ file: 'jobs.spec.ts', specs: [cases('unexpected'), cases('skipped', 'flaky')] }],
      },
    ],
  })
  expect(countPlaywright(file, 1)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 1,
    failures: ['jobs.spec.ts > unexpected'],
    files: [{ file: 'jobs.spec.ts', ms: 20 }],
  })
})

test('the last line names skipped tests only when there are some', () => {
  const one = { passed: 2, failed: 0, skipped: 0, failures: [], files: [] }
  expect(lastLine(one)).toBe('2 passed, 0 failed')
  expect(lastLine(sum([one, { ...one, skipped: 3 }]))).toBe('4 passed, 0 failed, 3 skipped')
})
