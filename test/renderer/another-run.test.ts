import { expect, test } from 'vitest'
import { summarize, type Job } from '../../electron/contract/job.ts'
import { isOfAnotherRun } from '../../renderer/features/job-detail/another-run.ts'

const at = (seconds: number) => new Date(seconds * 1_000).toISOString()
const attempt = { executor: 'thread', runner: 'r', startedAt: at(1), finishedAt: at(2) } as const
const failed: Job = {
  id: '7',
  type: 'flaky',
  state: 'failed',
  input: {},
  error: { code: 'JOB_FAILED', message: 'Not yet.' },
  attempts: [{ ...attempt, number: 1, outcome: 'failed' }],
  options: {},
  createdAt: at(0),
  finishedAt: at(2),
}
const second = { ...attempt, number: 2, outcome: 'completed' } as const
const retried: Job = { ...failed, state: 'completed', attempts: [...failed.attempts, second], finishedAt: at(3) }
const rowOf = (job: Job) => summarize(job, 1)

test('a row that waits, or that has ended once more already, is of another run than the end that is shown', () => {
  expect(isOfAnotherRun(failed, rowOf({ ...failed, state: 'waiting' }))).toBe(true)
  expect(isOfAnotherRun(failed, rowOf(retried))).toBe(true)
  // Cancelled while it waited for its second attempt, which it never had.
  expect(isOfAnotherRun(failed, rowOf({ ...failed, state: 'cancelled', finishedAt: at(3) }))).toBe(true)
})

test('the row of the same end, or of one before, is not', () => {
  expect(isOfAnotherRun(failed, rowOf(failed))).toBe(false)
  expect(isOfAnotherRun(retried, rowOf(failed))).toBe(false)
  expect(isOfAnotherRun({ ...failed, state: 'active' }, rowOf(retried))).toBe(false)
  expect(isOfAnotherRun(failed, undefined)).toBe(false)
})
