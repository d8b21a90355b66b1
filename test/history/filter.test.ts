import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { parseConditions, type JobCondition } from '../../electron/contract/job-filter.ts'
import { createHistory } from '../../electron/runner/history/create-history.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { sampleAttempt, sampleJob, timeAt } from './sample-jobs.ts'

function conditionsOf(text: string): JobCondition[] {
  const parsed = parseConditions(text)
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed
}

describe('a filter in the history', () => {
  let postgres: TestPostgres
  let history: History
  beforeAll(async () => {
    postgres = await startTestPostgres()
    history = await createHistory({ url: postgres.url, source: randomUUID() })
    const { writer } = history
    const ended = (ms: number) => ({ startedAt: timeAt(0), finishedAt: timeAt(ms) })
    writer.saveJob(sampleJob('a', { type: 'mail', input: { to: { name: 'Ann' }, size: 5 } }))
    writer.saveJob(
      sampleJob('b', { type: 'mail', state: 'completed', input: { to: { name: 'Bob' }, size: 50 }, ...ended(900) }),
    )
    const error = { code: 'TIMED_OUT', message: 'It took 100 % of its time.' }
    writer.saveJob(
      sampleJob('c', { type: 'resize', state: 'failed', input: ['x', { y: 'big' }], error, ...ended(7_000) }),
    )
    writer.saveJob(
      sampleJob('d', { type: 'resize', state: 'cancelled', input: null, options: { priority: 7 }, ...ended(20) }),
    )
    writer.saveAttempt('b', sampleAttempt(1, { runner: 'host-1', thread: 'T1' }))
    writer.saveAttempt('c', sampleAttempt(1, { runner: 'host-1', thread: 'T2' }))
    writer.saveAttempt('c', sampleAttempt(2, { runner: 'host-2', thread: 'T2' }))
  })
  afterAll(async () => {
    await history.close()
    await postgres.stop()
  })

  test.each([
    ['id:a', 'a'],
    ['id:a,d', 'ad'],
    ['-id:a,d', 'bc'],
    ['type:mail', 'ab'],
    ['type:~SIZ', 'cd'],
    ['-type:mail -state:failed', 'd'],
    ['-state:failed', 'abd'],
    ['state:failed,done', 'bc'],
    ['error:TIMED_OUT', 'c'],
    ['error:"100 %"', 'c'],
    ['-error:timed_out', 'abd'],
    ['took:>1s', 'c'],
    ['took:<1s', 'bd'],
    ['-took:<1s', 'ac'],
    ['attempt:2', 'c'],
    ['attempt:<1', 'ad'],
    ['attempt:>0', 'bc'],
    ['runner:host-2', 'c'],
    ['runner:~host', 'bc'],
    ['-thread:T2', 'abd'],
    ['priority:7', 'd'],
    ['priority:0', 'abc'],
    ['priority:>3', 'd'],
    ['input.to.name:Ann', 'a'],
    ['input.to.name:~nn,ob', 'ab'],
    ['input.size:>5', 'b'],
    ['input.size:5', 'a'],
    ['input.1.y:big', 'c'],
    ['-input.size:>5', 'acd'],
    ['input.to.name:>1', ''],
  ])('%s is told of %s', async (filter, ids) => {
    const page = await history.reader.search({ limit: 50, conditions: conditionsOf(filter) })
    expect(
      page.jobs
        .map(({ id }) => id)
        .toSorted()
        .join(''),
    ).toBe(ids)
    expect(page.total).toBe(ids.length)
  })

  test('goes along with states, type, time and text', async () => {
    const conditions = conditionsOf('-id:a')
    const ids = async (more: object) =>
      (await history.reader.search({ limit: 50, conditions, ...more })).jobs
        .map(({ id }) => id)
        .toSorted()
        .join('')
    expect(await ids({ states: ['waiting', 'completed'] })).toBe('b')
    expect(await ids({ type: 'mail' })).toBe('b')
    expect(await ids({ text: 'big' })).toBe('c')
    expect(await ids({ since: timeAt(1) })).toBe('')
  })

  test('of any form is refused or answered, never an error of the database', async () => {
    const value = fc.string({ unit: 'binary', maxLength: 12 })
    const key = fc.constantFrom('id', 'type', 'error', 'took', 'attempt', 'priority', 'thread', 'input.a', 'input.0.b')
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.constantFrom('', '>', '<', '~'),
        value,
        fc.boolean(),
        async (name, sign, text, minus) => {
          const parsed = parseConditions(`${minus ? '-' : ''}${name}:${sign}${text}`)
          if (!('problem' in parsed)) await history.reader.search({ limit: 1, conditions: parsed })
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a filter as text', () => {
  test.each([
    ['colour:red', '“colour” is not a filter'],
    ['input:5', '“input” is not a filter'],
    ['plain', 'is not of the form key:value'],
    ['state:asleep', 'A state is one of'],
    ['took:5s', 'took:>5s'],
    ['took:>soon', 'took:>5s'],
    ['attempt:many', 'attempt:>1'],
    ['type:', 'needs a value'],
    ['type:>a', 'type:add-two-numbers'],
    ['input.a:>b', 'input.user.name'],
  ])('%s is refused with what to write instead', (text, problem) => {
    expect(parseConditions(text)).toEqual({ problem: expect.stringContaining(problem) as string })
  })

  test('keeps quotes together, and takes a comma as or', () => {
    expect(conditionsOf('error:"socket, hang up" id:1,2')).toEqual([
      { key: 'error', path: [], negated: false, op: 'is', values: ['socket, hang up'] },
      { key: 'id', path: [], negated: false, op: 'is', values: ['1', '2'] },
    ])
  })
})
