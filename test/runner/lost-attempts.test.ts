import { expect, test } from 'vitest'
import type { Attempt, Job } from '../../electron/contract/job.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { endLostAttempts } from '../../electron/runner/jobs/lost-attempts.ts'

const at = '2026-12-01T12:00:00.000Z'
const open: Attempt = { number: 1, executor: 'thread', runner: 'dead', startedAt: at }
const job = (attempts: Attempt[]): Job =>
  ({ id: '1', type: 'x', state: 'active', input: {}, attempts, options: {}, createdAt: at }) as Job

/** Ends what the runner `dead` left, of a job as the board and the history have it; answers what each has then. */
async function end(onBoard: Attempt[], inHistory: Attempt[] | undefined, given: string[]) {
  const board = new JobBoard()
  board.changed(job(onBoard))
  const saved: Attempt[] = []
  const history = {
    reader: { job: () => Promise.resolve(inHistory === undefined ? undefined : job(inHistory)) },
    writer: { saveAttempt: (_id: string, attempt: Attempt) => void saved.push(attempt) },
  } as unknown as History
  let counted = 0
  await endLostAttempts({ board, history, onOutcome: () => (counted += 1) }, 'dead', given)
  const outcomes = (attempts: readonly Attempt[] | undefined) => attempts?.map(({ outcome }) => outcome)
  return { board: outcomes(board.recent('1')?.attempts), saved: outcomes(saved), counted }
}

test.each([
  ['both have', [open], [open], ['1'], { board: ['lost'], saved: ['lost'], counted: 1 }],
  ['only the history has', [], [open], ['1'], { board: [], saved: ['lost'], counted: 1 }],
  ['only the board has', [open], undefined, ['1'], { board: ['lost'], saved: ['lost'], counted: 1 }],
  ['another runner gave back', [open], [open], [], { board: ['lost'], saved: ['lost'], counted: 0 }],
])('an attempt that %s ends as lost', async (_, onBoard, inHistory, given, then) => {
  expect(await end(onBoard, inHistory, given)).toEqual(then)
})

test('an attempt whose end its runner had written down keeps that', async () => {
  const ended: Attempt = { ...open, finishedAt: at, outcome: 'completed' }
  expect(await end([open], [ended], ['1'])).toEqual({ board: ['completed'], saved: [], counted: 0 })
})

test('an attempt of another runner stays open', async () => {
  const other = { ...open, runner: 'alive' }
  expect(await end([other], [other], ['1'])).toEqual({ board: [undefined], saved: [], counted: 0 })
})
