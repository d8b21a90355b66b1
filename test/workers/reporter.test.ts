import fc from 'fast-check'
import { expect, test } from 'vitest'
import { progressSchema } from '../../electron/contract/job.ts'
import type { Report } from '../../workers/protocol.ts'
import { normalizeProgress, Reporter } from '../../workers/reporter.ts'

test('whatever a job gives as progress fits the contract', () => {
  const value = fc.option(fc.oneof(fc.double(), fc.string()), { nil: undefined })
  const arbitrary = fc.oneof(fc.double(), fc.record({ ratio: value, done: value, total: value, message: value }))
  fc.assert(
    fc.property(arbitrary, (progress) => {
      expect(progressSchema.safeParse(normalizeProgress(progress as number)).success).toBe(true)
    }),
  )
})

test('a ratio is made of done and total', () => {
  expect(normalizeProgress({ done: 1, total: 4 })).toEqual({ ratio: 0.25, done: 1, total: 4 })
  expect(normalizeProgress(7)).toEqual({ ratio: 1 })
  expect(normalizeProgress(Number.NaN)).toEqual({})
})

test('no line is lost without being counted, and the order holds', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000 }), (count) => {
      const reports: Report[] = []
      const reporter = new Reporter((report) => reports.push(report))
      for (let i = 0; i < count; i += 1) reporter.log(String(i), 'info')
      const last = reporter.close()
      if (last !== undefined) reports.push(last)
      const lines = reports.flatMap(({ lines = [], tail = [] }) => [...lines, ...tail]).map(({ text }) => Number(text))
      const dropped = reports.reduce((sum, report) => sum + report.dropped, 0)
      expect(lines.length + dropped).toBe(count)
      expect(lines).toEqual(lines.toSorted((a, b) => a - b))
      if (count > 0) expect(lines.at(-1)).toBe(count - 1)
    }),
    { numRuns: 30 },
  )
})

test('a very long line is cut with a word about it, and calls after the end are ignored', () => {
  const reporter = new Reporter(() => {})
  const reports: Report[] = []
  const long = new Reporter((report) => reports.push(report))
  long.log('x'.repeat(20_000), 'info')
  expect(reports[0]?.lines?.[0]?.text).toMatch(/^x{16384}… \(3616 more characters\)$/)
  expect(reporter.close()).toBeUndefined()
  reporter.log('late', 'info')
  reporter.progress(1)
  expect(reporter.close()).toBeUndefined()
})

test('progress is copied, since jobs reuse their objects', () => {
  const reporter = new Reporter(() => {})
  const progress = { done: 1, total: 2 }
  reporter.progress(progress)
  progress.done = 2
  expect(reporter.close()?.progress?.done).toBe(1)
})
