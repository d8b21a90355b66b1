import { expect, test } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import type { Catalog } from '../../electron/runner/catalog/catalog.ts'
import type { Executor } from '../../electron/runner/executors/executor.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { createAttemptProcessor } from '../../electron/runner/jobs/attempt-processor.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import type { UnknownTypes } from '../../electron/runner/jobs/unknown-types.ts'
import type { QueuedJob } from '../../electron/runner/queue/job-queue.ts'

const job: QueuedJob = {
  id: '7',
  type: 'add',
  input: { a: 1 },
  options: { attempts: 3 },
  state: 'active',
  cancelled: false,
  attemptsMade: 1,
  stalledCount: 0,
  createdAt: 1_000,
}

/** A processor whose history cannot be read; `runs` are the attempts that were begun all the same. */
function processorWithout(error: Error, takes = true) {
  const runs: number[] = []
  const executor: Executor = {
    name: 'thread',
    run({ attempt }) {
      runs.push(attempt)
      const report = Promise.resolve({ outcome: 'completed' as const, result: 1, retryable: false })
      const none = () => Promise.reject(new Error('not asked for'))
      return { report, cancel: () => undefined, kill: () => true, stack: none, profile: none }
    },
  }
  const history = {
    writer: { saveJob: () => undefined, saveAttempt: () => undefined, saveLogs: () => undefined },
    reader: { job: () => Promise.reject(error), logs: () => Promise.reject(error) },
  } as unknown as History
  const process = createAttemptProcessor({
    runnerId: 'r',
    board: new JobBoard(),
    catalog: { get: () => ({ jobType: { defaults: {} } }) } as unknown as Catalog,
    history,
    executors: { thread: executor, inline: executor },
    unknownTypes: {} as UnknownTypes,
    wishes: { of: () => Promise.resolve(undefined), forget: () => Promise.resolve() },
    maxLogLines: () => 10,
    stopping: () => false,
    takes: () => takes,
    onProblem: () => undefined,
    onOutcome: () => undefined,
  })
  return { runs, process }
}

const away = new TorilError('UNAVAILABLE', 'The database cannot be reached.')

test('a job that was taken before waits for a history that is away, and uses no attempt', async () => {
  const { runs, process } = processorWithout(away)
  expect(await process({ job, token: '', started: 2, saveProgress: () => undefined })).toEqual({
    kind: 'postpone',
    delayMs: 1_000,
  })
  expect(runs).toEqual([])
})

test('a first attempt does not need the history', async () => {
  const { runs, process } = processorWithout(away)
  expect(await process({ job, token: '', started: 1, saveProgress: () => undefined })).toEqual({
    kind: 'complete',
    result: 1,
  })
  expect(runs).toEqual([1])
})

test('a history that fails otherwise is no reason to wait for ever', async () => {
  const { process } = processorWithout(new Error('no such column'))
  await expect(process({ job, token: '', started: 2, saveProgress: () => undefined })).rejects.toThrow('no such column')
})

test('a job that was taken as the runner was paused goes back without an attempt', async () => {
  const { runs, process } = processorWithout(away, false)
  const taken = { job, token: '', started: 1, saveProgress: () => undefined }
  expect(await process(taken)).toEqual({ kind: 'postpone', delayMs: 0 })
  expect(runs).toEqual([])
})
