import { expect, test } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import type { Attempt } from '../../electron/contract/job.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { createQueueMirror } from '../../electron/runner/jobs/queue-mirror.ts'
import type { JobQueue, QueuedJob } from '../../electron/runner/queue/job-queue.ts'
import { until } from '../queue/until.ts'

/** Ended under a runner that died before it could write that down. */
const ended: QueuedJob = {
  id: '7',
  type: 'add',
  input: { a: 1 },
  options: { attempts: 1 },
  state: 'completed',
  result: 3,
  cancelled: false,
  attemptsMade: 1,
  stalledCount: 0,
  createdAt: 1_000,
  finishedAt: 2_000,
}

/** A mirror over a queue that holds the ended job, and a history that answers what is given. */
function scene(reader: object) {
  const attempts: Attempt[] = []
  const problems: string[] = []
  const history = {
    writer: {
      saveJob: () => undefined,
      saveAttempt: (_id: string, attempt: Attempt) => void attempts.push(attempt),
      flush: () => Promise.resolve(),
    },
    reader: { unfinished: () => Promise.resolve([]), states: () => Promise.resolve(new Map()), ...reader },
  } as unknown as History
  const queue = {
    page: (state: string) => Promise.resolve(state === 'completed' ? [ended] : []),
  } as unknown as JobQueue
  const mirror = createQueueMirror({
    runnerId: 'r',
    board: new JobBoard(),
    history,
    queue,
    unknownTypes: { holds: () => false, adopt: () => undefined, forget: () => undefined },
    othersTell: () => false,
    onProblem: (message) => problems.push(message),
  })
  return { mirror, attempts, problems }
}

test('the attempt that ended a job comes after those that were lost, when the history has missed it', async () => {
  const lost = { executor: 'thread', runner: 'dead', startedAt: 'then', finishedAt: 'later', outcome: 'lost' }
  const { mirror, attempts } = scene({
    job: () => Promise.resolve({ attempts: [1, 2].map((number) => ({ ...lost, number })) }),
  })
  try {
    await mirror.reconcile()
    expect(attempts).toMatchObject([{ number: 3, outcome: 'completed' }])
  } finally {
    mirror.close()
  }
})

test('a comparison of queue and history that met an outage is made again, until it succeeds', async () => {
  const away = new TorilError('UNAVAILABLE', 'The database is starting up.')
  let looks = 0
  const { mirror, attempts, problems } = scene({
    unfinished: () => ((looks += 1) <= 2 ? Promise.reject(away) : Promise.resolve([])),
    job: () => Promise.resolve(undefined),
  })
  try {
    await mirror.reconcile()
    expect(mirror.reconciled()).toBe(false)
    await until(() => mirror.reconciled(), 'they have been compared')
    expect(attempts).toMatchObject([{ number: 1, outcome: 'completed' }])
    // Told once, not with every try.
    expect(problems).toEqual([expect.stringContaining('The database is starting up.')])
  } finally {
    mirror.close()
  }
})
