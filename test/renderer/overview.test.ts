import { describe, expect, test } from 'vitest'
import { leftToOthers } from '../../electron/contract/job.ts'
import { labelIndexes, niceTop } from '../../renderer/features/overview/chart-scale.ts'
import { groupErrors } from '../../renderer/features/overview/error-groups.ts'
import { summarizeThroughput } from '../../renderer/features/overview/throughput-chart.tsx'
import { groupWaiting, waitingTotal } from '../../renderer/features/overview/waiting-groups.ts'
import { sparkPaths } from '../../renderer/components/sparkline.tsx'
import { at, iso, queue, row } from './samples.ts'

describe('why jobs are not running', () => {
  const busy = { code: 'ALL_THREADS_BUSY' as const, message: 'All threads are busy. 2nd in line.' }
  const next = { code: 'NEXT_IN_LINE' as const, message: 'All threads are busy. Next in line.' }
  const unknown = { code: 'NO_RUNNER_FOR_TYPE' as const, message: 'No runner handles `x`.' }

  test('is grouped by reason, most first, unknown types each for itself', () => {
    const groups = groupWaiting(
      [
        row('1', { waitingReason: next }),
        row('2', { waitingReason: busy }),
        row('3', { type: 'x', waitingReason: unknown, createdAt: iso(at - 1000) }),
        row('4', { type: 'x', waitingReason: unknown }),
        row('5', { type: 'y', waitingReason: unknown }),
        row('6', { state: 'active' }),
        row('7', { state: 'completed' }),
      ],
      5,
    )
    expect(groups.map((group) => [group.kind, group.type, group.count])).toEqual([
      ['ALL_THREADS_BUSY', undefined, 2],
      ['NO_RUNNER_FOR_TYPE', 'x', 2],
      ['NO_RUNNER_FOR_TYPE', 'y', 1],
    ])
    expect(groups[1]?.since).toBe(at - 1000)
  })

  test('is one reason for all that is left to other programs', () => {
    const reason = (code: 'NO_RUNNER' | 'NO_RUNNER_FOR_TYPE') => ({ code, message: `No runner. ${leftToOthers}` })
    const rows = [
      row('1', { type: 'x', waitingReason: reason('NO_RUNNER_FOR_TYPE') }),
      row('2', { type: 'y', waitingReason: reason('NO_RUNNER_FOR_TYPE') }),
      row('3', { type: 'y', waitingReason: reason('NO_RUNNER') }),
    ]
    expect(groupWaiting(rows, 3).map(({ kind, count }) => [kind, count])).toEqual([['LEFT_TO_OTHERS', 3]])
  })

  test('says how many were not looked at', () => {
    expect(groupWaiting([row('1')], 500).map((group) => [group.kind, group.count])).toEqual([
      ['ABOUT_TO_START', 1],
      ['NOT_LOOKED_AT', 499],
    ])
  })

  test('counts all that wait', () => {
    expect(waitingTotal({ ...queue().counts, waiting: 3, delayed: 2, 'waiting-children': 1, active: 9 })).toBe(6)
  })
})

test('failures share an error when only numbers tell them apart', () => {
  const failed = (type: string, message: string) => ({ type, error: { code: 'X', message } })
  expect(
    groupErrors([
      failed('a', 'port 1 refused'),
      failed('a', 'port 2 refused'),
      failed('b', 'port 1 refused'),
      { type: 'c' },
    ]),
  ).toMatchObject([
    { type: 'a', count: 2 },
    { type: 'b', count: 1 },
    { type: 'c', message: 'Failed', count: 1 },
  ])
})

describe('a chart', () => {
  test.each([
    [0, 4],
    [3, 4],
    [124, 200],
    [160, 200],
    [401, 500],
    [7000, 8000],
  ])('whose highest value is %d goes up to %d', (value, top) => {
    expect(niceTop(value)).toBe(top)
  })

  test('labels its first and its last bucket', () => {
    expect(labelIndexes(60, 7)).toEqual([0, 10, 20, 30, 39, 49, 59])
    expect(labelIndexes(1, 7)).toEqual([0])
    expect(labelIndexes(0, 7)).toEqual([])
  })

  test('is a sentence for those who do not see it', () => {
    const bucket = { at: iso(at), completed: 74, failed: 9, cancelled: 0, enqueued: 80 }
    const text = summarizeThroughput({
      range: '1h',
      bucketMs: 60_000,
      buckets: [bucket],
      totals: { completed: 74, failed: 9, cancelled: 1 },
    })
    expect(text).toContain('74 completed, 9 failed, 1 cancelled.')
    expect(text).toMatch(/Most failures at .+: 9\.$/)
  })

  test('of nothing but zeros is a line at the bottom', () => {
    expect(sparkPaths([0, 0, 0]).line).toBe('M0.0 20.5L40.0 20.5L80.0 20.5')
  })
})
