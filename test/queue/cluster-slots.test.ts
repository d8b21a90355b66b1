import { expect, test } from 'vitest'
import { announcedError } from '../../electron/runner/queue/cluster-slots.ts'
import { reasonOf } from '../../electron/runner/queue/server-refusal.ts'

const seed = { host: 'redis-1.example.com', port: 7000 }
const inside = { host: '10.0.0.7', port: 7001 }
const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

const reason = (place: typeof seed, error: Error, natMap = {}): string =>
  reasonOf(announcedError({ kind: 'cluster', nodes: [seed], options: { natMap } }, place, error))

test('nobody at an announced address may mean that it is of no use here, unless it is a seed', () => {
  expect(reason(inside, refused)).toMatch(/^it announces one of its nodes at 10\.0\.0\.7:7001, where nobody answers/)
  expect(reason(seed, refused)).toMatch(/^the connection was refused/)
  expect(reason(inside, refused, { '10.0.0.7:7001': seed })).toMatch(/^the connection was refused/)
})

test('what a node says itself stays as it is', () => {
  expect(reason(inside, new Error('WRONGPASS invalid username-password pair'))).toMatch(
    /^user name or password is wrong/,
  )
})

test('a slot that has just moved to another node is no wrong kind of profile', () => {
  expect(reason(seed, new Error('MOVED 866 10.0.0.8:7002'))).toMatch(/^a part of it has no master at the moment/)
})
