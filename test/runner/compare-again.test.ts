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

const createdAt = new Date(ended.createdAt).toISOString()

/** A mirror over a queue that holds the ended job, and a history that answers what is given. */
function scene(reader: object, board = new JobBoard()) {
  const attempts: Attempt[] = []
  const problems: string[] = []
  const compared: Attempt[][] = []
  const history = {
    writer: {
      saveJob: () => undefined,
      saveAttempt: (_id: string, attempt: Attempt) => void attempts.push(attempt),
      flush: () => Promise.resolve(),
    },
    reader: {
      unfinished: () => Promise.resolve([]),
      states: () => Promise.resolve(new Map()),
      whole: () => Promise.resolve(new Set()),
      ...reader,
    },
  } as unknown as History
  const queue = {
    get: (id: string) => Promise.resolve(id === ended.id ? ended : undefined),
    page: (state: string) => Promise.resolve(state === 'completed' ? [ended] : []),
  } as unknown as JobQueue
  const mirror = createQueueMirror({
    runnerId: 'r',
    board,
    history,
    queue,
    unknownTypes: { holds: () => false, adopt: () => undefined, forget: () => undefined },
    othersTell: () => false,
    onCompared: () => compared.push([...attempts]),
    onProblem: (message) => problems.push(message),
  })
  return { mirror, attempts, problems, compared, queue }
}

test('the attempt that ended a job comes after those that were lost, when the history has missed it', async () => {
  const lost = { executor: 'thread', runner: 'dead', startedAt: 'then', finishedAt: 'later', outcome: 'lost' }
  const { mirror, attempts } = scene({
    job: () => Promise.resolve({ createdAt, attempts: [1, 2].map((number) => ({ ...lost, number })) }),
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
  const { mirror, attempts, problems, compared } = scene({
    unfinished: () => ((looks += 1) <= 2 ? Promise.reject(away) : Promise.resolve([])),
    job: () => Promise.resolve(undefined),
  })
  try {
    await mirror.reconcile()
    expect(mirror.reconciled()).toBe(false)
    expect(compared).toEqual([])
    await until(() => mirror.reconciled(), 'they have been compared')
    expect(attempts).toMatchObject([{ number: 1, outcome: 'completed' }])
    // Only now do the counts of the history hold it.
    expect(compared).toEqual([attempts])
    // Told once, not with every try.
    expect(problems).toEqual([expect.stringContaining('The database is starting up.')])
  } finally {
    mirror.close()
  }
})

/** What another runner had told of the job before it died, without having written it down itself. */
function boardThatHeard(attempts: Attempt[]): JobBoard {
  const board = new JobBoard()
  board.changed({ id: '7', type: 'add', state: 'completed', input: {}, result: 3, attempts, options: {}, createdAt })
  return board
}

const begun: Attempt = { number: 1, executor: 'thread', runner: 'dead', startedAt: 'then' }
const told: Attempt = { ...begun, finishedAt: 'later', outcome: 'completed', cpuMs: 5 }
const completed = { states: () => Promise.resolve(new Map([['7', 'completed']])) }

test('an end that others heard of is not taken for whole while its attempt is open', async () => {
  const job = () => Promise.resolve({ createdAt, attempts: [begun] })
  const { mirror, attempts } = scene({ ...completed, job })
  const heard = scene({ ...completed, job }, boardThatHeard([told]))
  try {
    await mirror.reconcile()
    expect(attempts).toMatchObject([{ number: 1, outcome: 'completed', finishedAt: expect.any(String) }])
    await heard.mirror.reconcile()
    expect(heard.attempts).toEqual([told])
  } finally {
    mirror.close()
    heard.mirror.close()
  }
})

test('an old end is not written over a retry that came while queue and history were compared', async () => {
  const board = new JobBoard()
  let state = 'completed'
  const { mirror, attempts, queue } = scene(
    {
      job: () => Promise.resolve({ createdAt, attempts: [] }),
      states() {
        // The page has been read; somebody retries the job before it is looked at.
        state = 'waiting'
        board.changed({ id: '7', type: 'add', state: 'waiting', input: {}, attempts: [], options: {}, createdAt })
        return Promise.resolve(new Map([['7', 'waiting']]))
      },
    },
    board,
  )
  queue.get = () => Promise.resolve({ ...ended, state: state as QueuedJob['state'] })
  try {
    await mirror.reconcile()
    expect(attempts).toEqual([])
    expect(board.recent('7')?.state).toBe('waiting')
  } finally {
    mirror.close()
  }
})

test('before a finished job leaves the queue, the history has its end', async () => {
  const { mirror, attempts } = scene({ job: () => Promise.resolve(undefined) })
  const whole = scene({
    whole: () => Promise.resolve(new Set(['7'])),
    job: () => Promise.reject(new Error('not asked')),
  })
  try {
    await mirror.ensureEnds(['7', 'gone already'])
    expect(attempts).toMatchObject([{ number: 1, outcome: 'completed' }])
    await whole.mirror.ensureEnds(['7'])
    expect(whole.attempts).toEqual([])
  } finally {
    mirror.close()
    whole.mirror.close()
  }
})

test('while queue and history are compared anew nothing counts as compared', async () => {
  const hold = Promise.withResolvers<string[]>()
  let looks = 0
  const unfinished = () => ((looks += 1) === 1 ? Promise.resolve([]) : hold.promise)
  const { mirror } = scene({ ...completed, unfinished, whole: () => Promise.resolve(new Set(['7'])) })
  try {
    await mirror.reconcile()
    expect(mirror.reconciled()).toBe(true)
    const second = mirror.reconcile()
    expect(mirror.reconciled()).toBe(false)
    hold.resolve([])
    await second
    expect(mirror.reconciled()).toBe(true)
  } finally {
    mirror.close()
  }
})
