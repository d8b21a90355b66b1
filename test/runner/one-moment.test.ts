import { expect, test } from 'vitest'
import type { Job } from '../../electron/contract/job.ts'
import type { History, JobRecord } from '../../electron/runner/history/history.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { createJobService, type JobServiceParts } from '../../electron/runner/jobs/job-service.ts'
import { createQueueMirror } from '../../electron/runner/jobs/queue-mirror.ts'
import type { JobQueue, QueuedJob } from '../../electron/runner/queue/job-queue.ts'
import { until } from '../queue/until.ts'

const at = new Date(1_000).toISOString()
const attempt = { executor: 'thread', runner: 'r', startedAt: at, finishedAt: at } as const
const job: Job = {
  id: '7',
  type: 'flaky',
  state: 'delayed',
  input: {},
  error: { code: 'JOB_FAILED', message: 'Not yet.' },
  attempts: [{ ...attempt, number: 1, outcome: 'failed' }],
  options: { attempts: 5 },
  createdAt: at,
}
const queued: QueuedJob = {
  id: '7',
  type: 'flaky',
  input: {},
  options: { attempts: 5 },
  state: 'delayed',
  cancelled: false,
  error: { code: 'JOB_FAILED', message: 'Not yet.' },
  attemptsMade: 1,
  stalledCount: 0,
  createdAt: 1_000,
}

/** The parts whose answers come apart: the history keeps `kept`, the queue answers what `look` does. */
function scene(kept: Job | undefined, look: () => Promise<QueuedJob>) {
  const board = new JobBoard()
  const saved: Partial<JobRecord>[] = []
  const history = {
    reader: { job: () => Promise.resolve(structuredClone(kept)) },
    writer: { saveJob: (record: Partial<JobRecord>) => saved.push(record), saveAttempt: () => undefined },
  } as unknown as History
  const queue = { get: look } as unknown as JobQueue
  const limits = { paused: false, rateLimitedMs: 0, active: 0 }
  const waitingFacts = () => ({
    now: 0,
    limits,
    takers: () => [],
    shared: false,
    resting: () => [],
    movedUntil: () => undefined,
    defaultsOf: () => undefined,
  })
  const lookAgain = () => Promise.resolve()
  const parts = { board, history, writer: history.writer, queue, waitingFacts, lookAgain }
  return { board, saved, history, queue, jobs: createJobService(parts as unknown as JobServiceParts) }
}

/** What an attempt that succeeds does to the board's job. */
function complete(board: JobBoard): void {
  const done: Job = { ...job, state: 'completed', result: 3, finishedAt: at }
  delete done.error
  board.changed({ ...done, attempts: [...job.attempts, { ...attempt, number: 2, outcome: 'completed' }] })
}

test('a job that ends while it is read shows its end whole', async () => {
  let looks = 0
  const { board, jobs } = scene(job, () => {
    looks += 1
    // The answer is of before; the attempt ends before it arrives.
    if (looks === 1) complete(board)
    return Promise.resolve(looks === 1 ? queued : { ...queued, state: 'completed', result: 3, finishedAt: 1_000 })
  })
  board.changed(structuredClone(job))
  const found = await jobs.get('7')
  expect(found).toMatchObject({ state: 'completed', result: 3, finishedAt: at })
  expect(found.error).toBeUndefined()
})

test('an end that another runner made comes without the failure this one saw', async () => {
  const { error: _error, ...ended } = queued
  const { board, jobs } = scene(job, () =>
    Promise.resolve({ ...ended, state: 'completed', result: 3, finishedAt: 1_000 }),
  )
  board.changed(structuredClone(job))
  const found = await jobs.get('7')
  expect(found).toMatchObject({ state: 'completed', result: 3, finishedAt: at })
  expect(found.error).toBeUndefined()
})

test('a job that another runner put back to wait shows nothing of its end', async () => {
  const { error: _error, ...again } = queued
  const { board, jobs } = scene(job, () => Promise.resolve({ ...again, state: 'waiting', attemptsMade: 0 }))
  complete(board)
  const found = await jobs.get('7')
  expect(found.state).toBe('waiting')
  expect(found).not.toHaveProperty('result')
  expect(found).not.toHaveProperty('finishedAt')
})

test('a look at a job that ended unseen does not write it down without its attempt', async () => {
  const ended: QueuedJob = { ...queued, state: 'completed', result: 3, finishedAt: 1_000 }
  const { saved, jobs } = scene(undefined, () => Promise.resolve(ended))
  expect(await jobs.get('7')).toMatchObject({ state: 'completed', result: 3 })
  expect(saved).toEqual([])
})

test('what was read of a job before it was put aside does not reach the history after it', async () => {
  const answers: ((queued: QueuedJob) => void)[] = []
  const { board, saved, history, queue } = scene(
    job,
    () => new Promise<QueuedJob>((resolve) => void answers.push(resolve)),
  )
  const unknownTypes = { holds: () => true, adopt: () => undefined, forget: () => undefined }
  const mirror = createQueueMirror({
    runnerId: 'r',
    board,
    history,
    queue,
    unknownTypes,
    othersTell: () => false,
    onCompared: () => undefined,
    onProblem: () => undefined,
  })
  try {
    mirror.event({ kind: 'added', id: '7', type: 'flaky' })
    await until(() => answers.length === 1, 'the job is looked up')
    // Put aside: the processor says that it waits, and the queue has stored that.
    board.changed({ ...job, state: 'waiting', attempts: [] })
    mirror.settled({ id: '7', state: 'delayed', delayUntil: 30_000 })
    answers[0]?.({ ...queued, state: 'active', runner: 'other' })
    await until(() => answers.length === 2, 'it is looked up again')
    answers[1]?.({ ...queued, state: 'active', runner: 'r' })
    mirror.event({ kind: 'state', id: '7', state: 'delayed' })
    await until(() => answers.length === 3, 'it is looked up a third time')
    answers[2]?.(queued)
    await until(() => saved.length === 2, 'it is adopted')
    expect(saved.map(({ state }) => state)).toEqual(['waiting', 'waiting'])
    expect(board.recent('7')?.state).toBe('waiting')
  } finally {
    mirror.close()
  }
})
