import { expect, test } from 'vitest'
import { AttemptLog } from '../../electron/runner/jobs/attempt-log.ts'

const at = '2026-11-24T14:03:27.120Z'
const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ at, level: 'info' as const, text: `line ${from + index}` }))
const texts = (kept: { text: string }[]) => kept.map(({ text }) => text)

test('the first and the last lines are kept, with one between that says how many are missing', () => {
  const log = new AttemptLog(2, 7, () => 20)
  const kept = log.add(lines(1, 30), 0)
  expect(texts(kept)).toEqual([
    ...texts(lines(1, 18)),
    'Limit of 20 log lines: of what follows, the last 2 are kept for the end',
  ])
  expect(kept[0]).toEqual({ at, level: 'info', text: 'line 1', seq: 8, attempt: 2 })
  expect(log.dropped).toBe(10)
  const last = log.end()
  expect(texts(last)).toEqual(['10 lines dropped', 'line 29', 'line 30'])
  // All numbers that are used and not kept are those of dropped lines.
  const all = [...kept, ...last].map(({ seq }) => seq)
  expect(all).toEqual(all.toSorted((one, other) => one - other))
  expect((all.at(-1) ?? 0) - 7 - all.length).toBe(10)
})

test('lines that came too fast are told at their place, also among the last ones', () => {
  const log = new AttemptLog(1, 0, () => 20)
  const early = log.add(lines(1, 3), 5)
  expect(early.map(({ seq, text }) => [seq, text])).toEqual([
    [1, 'line 1'],
    [2, 'line 2'],
    [3, 'line 3'],
    [9, '5 lines dropped'],
  ])
  log.add(lines(4, 40), 0)
  log.add(lines(41, 41), 100)
  expect(log.dropped).toBe(123)
  const last = log.end()
  expect(texts(last)).toEqual(['23 lines dropped', 'line 41', '100 lines dropped'])
})

test('of lines within the limit none is dropped, and nothing is said of it at the end', () => {
  const log = new AttemptLog(1, 0, () => 20)
  const kept = [...log.add(lines(1, 20), 0), ...log.end()]
  expect(kept.filter(({ level }) => level === 'info')).toHaveLength(20)
  expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, index) => index + 1))
})

test('a limit of nothing keeps their number only', () => {
  const log = new AttemptLog(1, 0, () => 0)
  expect(log.add(lines(1, 5), 2)).toEqual([])
  expect(log.end()).toMatchObject([{ seq: 8, level: 'warn', text: '7 lines dropped' }])
})

test('a job that logs for days does not run out of numbers', () => {
  const log = new AttemptLog(1, 0, () => 0)
  log.add([], 4_000_000_000)
  expect(log.end()).toMatchObject([{ seq: 2_000_000_001, text: '4000000000 lines dropped' }])
})
