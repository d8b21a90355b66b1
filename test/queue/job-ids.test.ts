import { expect, test } from 'vitest'
import { createJobIds } from '../../electron/runner/queue/job-mapping.ts'

test('ids made in one millisecond, or after the clock was set back, sort in the order of their making', () => {
  const times = [1_000_000_000_000, 1_000_000_000_000, 1_000_000_000_000, 999_999_999_990, 1_000_000_000_001]
  const left = [...times]
  const next = createJobIds(() => left.shift() ?? Date.now())
  const ids = times.map(() => next())
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
})

test('an id is a time and forty bits, and two makers make different ones', () => {
  const [one, other] = [createJobIds(() => 1_000_000_000_000), createJobIds(() => 1_000_000_000_000)]
  const ids = [one(), other(), one(), other()]
  for (const id of ids) expect(id).toMatch(/^cre66i9s-[0-9a-f]{10}$/)
  expect(new Set(ids).size).toBe(4)
})
