import { expect, test } from 'vitest'
import type { Attempt, Job } from '../../electron/contract/job.ts'
import { readLedger, settleAccount } from './account.ts'
import type { Acknowledged } from './producer.ts'
import { Random } from './random.ts'
import { faultsOf } from './summary.ts'

const attempt = (number: number, outcome?: Attempt['outcome']): Attempt => ({
  number,
  executor: 'thread',
  runner: 'r',
  startedAt: '2026-01-01T00:00:00.000Z',
  ...(outcome === undefined ? {} : { outcome }),
})

const completed: Job = {
  id: '1',
  type: 'count',
  state: 'completed',
  input: { n: 5 },
  result: 5,
  progress: {},
  attempts: [attempt(1, 'lost'), attempt(2, 'completed')],
  options: {},
  createdAt: '2026-01-01T00:00:00.000Z',
}

/** The account of one acknowledged job. */
function accountOf(
  job: Job | undefined,
  ledger: string,
  ending: Acknowledged['ending'] = 'completed',
  blows: number[] = [],
  more: Partial<Acknowledged> = {},
) {
  const jobs = new Map(job === undefined ? [] : [['1', job] as const])
  return settleAccount(new Map([['1', { n: 5, ending, ...more }]]), jobs, readLedger(ledger), blows)
}

test('a job that ended as it has to and left its effect is accounted for', () => {
  expect(accountOf(completed, '1 begun 1 sleep\n1 begun 2 sleep\n1 done 2 sleep\n')).toEqual({
    lost: [],
    wrong: [],
    runTwice: 0,
    unexplained: [],
  })
})

test('a job whose work was done twice is counted, and is not lost', () => {
  expect(accountOf(completed, '1 done 1 sleep\n1 done 2 sleep\n')).toMatchObject({ lost: [], runTwice: 1 })
})

test('work that was done twice is explained by a blow in between, and by nothing else', () => {
  const twice = '1 done 1 sleep 1000\n1 done 2 sleep 5000\n'
  expect(accountOf(completed, twice, 'completed', [3_000]).unexplained).toEqual([])
  const account = accountOf(completed, twice, 'completed', [500, 9_000])
  expect(account.unexplained).toEqual(['1: its work was done at 1000, 5000'])
  expect(faultsOf({ ...account, broken: [] })).toHaveLength(1)
})

test.each([
  ['is unknown', undefined, 'there is no such job'],
  ['has not ended', { ...completed, state: 'waiting' as const }, 'it is still waiting'],
  ['was taken out', { ...completed, state: 'cancelled' as const }, 'it cancelled'],
])('an acknowledged job that %s is lost', (_what, job, why) => {
  const account = accountOf(job, '1 done 1 sleep\n')
  expect(account.lost).toEqual([expect.stringContaining(`1: ${why}`)])
  expect(faultsOf({ ...account, broken: [] })).toHaveLength(1)
})

test('a job that is completed without its effect is lost', () => {
  expect(accountOf(completed, '1 begun 1 sleep\n').lost).toEqual(['1: it is completed, and left no effect'])
})

test('a cancelled job may be gone, but must not have begun', () => {
  expect(accountOf(undefined, '', 'cancelled')).toMatchObject({ lost: [], wrong: [] })
  expect(accountOf(undefined, '1 begun 1 sleep\n', 'cancelled').wrong).toHaveLength(1)
})

test('a job that was cancelled as it ran may have begun before, and nothing of it may happen after', () => {
  const cancelled: Job = { ...completed, state: 'cancelled', attempts: [attempt(1, 'cancelled')] }
  const stopped = (job: Job, ledger: string) => accountOf(job, ledger, 'cancelled', [], { stoppedAt: 2_000 })
  expect(stopped(cancelled, '1 begun 1 sleep 1000\n').wrong).toEqual([])
  expect(stopped(cancelled, '1 begun 1 sleep 1000\n1 begun 2 sleep 3000\n').wrong).toEqual([
    '1: it was cancelled for good at 2000, and went on at 3000',
  ])
  expect(stopped(completed, '1 begun 1 sleep 1000\n1 done 1 sleep 3000\n').wrong).toHaveLength(2)
})

test('another result, an attempt without an outcome and a number given twice are told', () => {
  const job = { ...completed, result: 6, attempts: [attempt(1), attempt(1, 'completed')] }
  expect(accountOf(job, '1 done 1 sleep\n').wrong).toEqual([
    '1: its result is 6, not 5',
    '1: 1 attempts have no outcome',
    '1: its attempts have the numbers 1, 1',
  ])
})

test('a seed repeats its numbers', () => {
  const draw = (seed: number) => {
    const random = new Random(seed)
    return Array.from({ length: 20 }, () => [random.between(1, 6), random.pick({ a: 1, b: 2 })])
  }
  expect(draw(7)).toEqual(draw(7))
  expect(draw(7)).not.toEqual(draw(8))
  expect(new Set(draw(7).map(([number]) => number)).size).toBeGreaterThan(3)
})
