import { expect, test } from 'vitest'
import type { Attempt } from '../../electron/contract/job.ts'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import type { AttemptReport, Executor } from '../../electron/runner/executors/executor.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { createAttemptProcessor } from '../../electron/runner/jobs/attempt-processor.ts'
import { createEndTaken } from '../../electron/runner/jobs/end-taken.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import type { UnknownTypes } from '../../electron/runner/jobs/unknown-types.ts'
import type { QueuedJob } from '../../electron/runner/queue/job-queue.ts'
import { until } from '../queue/until.ts'

const job: QueuedJob = {
  id: '7',
  type: 'add',
  input: {},
  options: { attempts: 3 },
  state: 'active',
  cancelled: false,
  attemptsMade: 0,
  stalledCount: 0,
  createdAt: 1_000,
}

/** A job that runs until it is cancelled or killed as told; the history's attempts, in the order they were saved. */
function running(executor: 'thread' | 'inline', endsOn: 'cancel' | 'kill' | 'itself') {
  const { promise: report, resolve } = Promise.withResolvers<AttemptReport>()
  const asked: string[] = []
  const end = (outcome: 'cancelled' | 'completed') => resolve({ outcome, result: 1, retryable: false })
  const one: Executor = {
    name: executor,
    run(_request, listener) {
      listener.onStart(executor === 'thread' ? { thread: 'T1' } : {})
      const none = () => Promise.reject(new Error('not asked for'))
      return {
        report,
        cancel(reason) {
          asked.push(`cancel: ${reason}`)
          if (endsOn === 'cancel') end('cancelled')
        },
        kill(reason) {
          asked.push(`kill: ${reason}`)
          if (endsOn === 'kill') end('cancelled')
          return true
        },
        stack: none,
        profile: none,
      }
    },
  }
  const board = new JobBoard()
  const saved: Attempt[] = []
  const process = createAttemptProcessor({
    runnerId: 'here',
    board,
    catalog: { get: () => ({ jobType: { defaults: { executor } } }) } as unknown as Catalog,
    history: {
      writer: {
        saveJob: () => undefined,
        saveAttempt: (_id: string, attempt: Attempt) => void saved.push({ ...attempt }),
        saveLogs: () => undefined,
        flush: () => Promise.resolve(),
      },
      reader: {},
    } as unknown as History,
    executors: { thread: one, inline: one },
    unknownTypes: {} as UnknownTypes,
    wishes: { of: () => Promise.resolve(undefined), forget: () => Promise.resolve() },
    maxLogLines: () => 10,
    stopping: () => false,
    takes: () => true,
    onProblem: () => undefined,
    onOutcome: () => undefined,
  })
  const verdict = process({ job, token: '', started: 1, saveProgress: () => undefined })
  return { board, saved, asked, verdict, end }
}

const reason = 'Runner there has taken the job up, because this runner was silent for too long.'

test('an attempt whose job was taken up elsewhere is asked to stop, once, and is lost', async () => {
  const { board, saved, asked, verdict } = running('thread', 'cancel')
  await until(() => board.running('7')?.run !== undefined, 'it runs')
  const endTaken = createEndTaken(board, () => 3_600_000)
  endTaken('7', 'there')
  endTaken('7', 'there')
  expect(asked).toEqual([`cancel: ${reason}`])
  expect(await verdict).toEqual({ kind: 'postpone', delayMs: 0 })
  expect(saved.at(-1)).toMatchObject({ outcome: 'lost', error: { code: 'LOST', message: reason } })
})

test('one that does not stop is killed after the grace time', async () => {
  const { board, saved, asked, verdict } = running('thread', 'kill')
  await until(() => board.running('7')?.run !== undefined, 'it runs')
  createEndTaken(board, () => 0)('7', undefined)
  await verdict
  const byAnother = 'Another program has taken the job up, because this runner was silent for too long.'
  expect(asked).toEqual([`cancel: ${byAnother}`, `kill: ${byAnother}`])
  expect(saved.at(-1)).toMatchObject({ outcome: 'lost', error: { code: 'LOST', message: byAnother } })
})

test('one that completes all the same has completed', async () => {
  const { board, saved, verdict, end } = running('inline', 'itself')
  await until(() => board.running('7')?.run !== undefined, 'it runs')
  createEndTaken(board, () => 0)('7', 'there')
  end('completed')
  expect(await verdict).toEqual({ kind: 'complete', result: 1 })
  expect(saved.at(-1)).toMatchObject({ outcome: 'completed' })
})

test('a job that does not run here is left alone', () => {
  expect(() => createEndTaken(new JobBoard(), () => 0)('8', 'there')).not.toThrow()
})
