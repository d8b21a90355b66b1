import { expect, test } from 'vitest'
import { matchingText, type StateCounts } from '../../renderer/features/jobs/state-counts.ts'

const counts: StateCounts = {
  counts: { waiting: 5, active: 2, completed: 1_000, failed: 300 },
  minimum: new Set(['completed']),
}

test('what matches is counted in the states of the view, and only those that an action is possible for', () => {
  expect(matchingText(counts, [])).toBe('1,307+')
  expect(matchingText(counts, ['waiting', 'failed'])).toBe('305')
  expect(matchingText(counts, [], (state) => state === 'waiting' || state === 'active')).toBe('7')
  expect(matchingText(counts, ['waiting'], (state) => state === 'failed')).toBe('0')
})
