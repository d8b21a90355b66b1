import { expect, test } from 'vitest'
import type { Attempt, Job } from '../../electron/contract/job.ts'
import type { Json } from '../../electron/contract/json.ts'
import { hearOthers } from '../../electron/runner/cluster/hear-others.ts'
import type { Relay } from '../../electron/runner/cluster/relay.ts'
import { createTellOthers } from '../../electron/runner/cluster/tell-others.ts'
import type { AttemptListener, AttemptReport } from '../../electron/runner/executors/executor.ts'
import type { History, JobRecord } from '../../electron/runner/history/history.ts'
import { createAttemptProcessor, type AttemptProcessorParts } from '../../electron/runner/jobs/attempt-processor.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { createQueueMirror } from '../../electron/runner/jobs/queue-mirror.ts'
import type { JobQueue, QueuedJob } from '../../electron/runner/queue/job-queue.ts'
import { until } from '../queue/until.ts'

const at = new Date(1_000).toISOString()
const error = { code: 'TOLD_TO', message: 'The first attempt.' }
const first: Attempt = {
  number: 1,
  executor: 'thread',
  runner: 'first',
  startedAt: at,
  finishedAt: at,
  outcome: 'failed',
  error,
}
/** As the runner of the first attempt knows it once that has failed. */
const failedOnce: Job = {
  id: '7',
  type: 'count',
  state: 'delayed',
  input: {},
  error,
  attempts: [first],
  options: { attempts: 5 },
  createdAt: at,
}
const taken: QueuedJob = {
  id: '7',
  type: 'count',
  input: {},
  options: { attempts: 5 },
  state: 'active',
  cancelled: false,
  attemptsMade: 1,
  stalledCount: 0,
  createdAt: 1_000,
  runner: 'second',
}
const unknownTypes = { holds: () => false, adopt: () => undefined, forget: () => undefined }

/** A runner as far as it tells others and hears them; `told` is what waits to be brought to the others. */
function runner(ownId: string) {
  const board = new JobBoard()
  const told: Json[] = []
  const saved: Partial<JobRecord>[] = []
  const history = {
    reader: {
      job: () => Promise.resolve(structuredClone(failedOnce)),
      logs: () => Promise.resolve({ lines: [], total: 0 }),
    },
    writer: {
      saveJob: (record: Partial<JobRecord>) => void saved.push(record),
      saveAttempt: () => undefined,
      saveLogs: () => undefined,
    },
  } as unknown as History
  const telling = createTellOthers({
    ownId,
    board,
    relay: { tell: (_what, body) => Promise.resolve(void told.push(body)) },
    history: 'shared',
    load: () => ({ active: 0, busyThreads: 0, threads: 1 }),
    onProblem: () => undefined,
  })
  telling.setAudience(true)
  let listen: ((news: Json, from: string) => void) | undefined
  const hear: Relay['hear'] = (_what, schema, listener) => {
    listen = (news, from) => listener(schema.parse(news), from)
  }
  hearOthers({ ownId, board, writer: history.writer, relay: { hear }, history: 'shared', onLoad: () => undefined })
  return {
    board,
    saved,
    history,
    telling,
    told,
    hear: (news: Json[], from: string) => {
      for (const body of news) listen?.(structuredClone(body), from)
    },
  }
}

function mirrorOf(runnerId: string, { board, history }: ReturnType<typeof runner>, get?: JobQueue['get']) {
  return createQueueMirror({
    runnerId,
    board,
    history,
    queue: { get } as unknown as JobQueue,
    unknownTypes,
    othersTell: () => true,
    onCompared: () => undefined,
    onProblem: () => undefined,
  })
}

/**
 * The second runner's attempt ends with `report`, and while the queue stores that, the first one tells of its own
 * attempt, late, with what it has just heard of the second: that it has begun.
 */
async function endWhileOldNewsArrive(report: AttemptReport, state: 'completed' | 'failed') {
  const [one, two] = [runner('first'), runner('second')]
  const end = Promise.withResolvers<AttemptReport>()
  const run = (_request: unknown, listener: AttemptListener) => {
    listener.onStart({ thread: 'T1' })
    return { report: end.promise }
  }
  const process = createAttemptProcessor({
    runnerId: 'second',
    board: two.board,
    history: two.history,
    catalog: { get: () => ({ jobType: { defaults: {} } }) },
    executors: { thread: { run } },
    unknownTypes,
    maxLogLines: () => 10,
    wishes: { of: () => Promise.resolve(undefined) },
    stopping: () => false,
    takes: () => true,
    onOutcome: () => undefined,
  } as unknown as AttemptProcessorParts)
  const mirror = mirrorOf('second', two)
  try {
    const verdict = process({ job: taken, token: 't', started: 2, saveProgress: () => undefined })
    await until(() => two.told.length > 0, 'the second runner tells that it has begun')
    one.board.changed(structuredClone(failedOnce))
    one.hear(two.told, 'second')
    await one.telling.close()
    expect(one.told).toMatchObject([{ jobs: [{ job: { attempts: [{ number: 1 }, { number: 2 }] } }] }])
    end.resolve(report)
    await verdict
    two.hear(one.told, 'first')
    mirror.settled({ id: '7', state })
    return { kept: two.saved.at(-1), shown: two.board.recent('7') }
  } finally {
    mirror.close()
    await two.telling.close()
  }
}

test('a result that the queue is still to store stands against older news of another runner', async () => {
  const { kept, shown } = await endWhileOldNewsArrive(
    { outcome: 'completed', result: 355, retryable: false },
    'completed',
  )
  expect(kept).toMatchObject({ state: 'completed', result: 355 })
  expect(kept).not.toHaveProperty('error')
  expect(shown).toMatchObject({ result: 355, attempts: [{ outcome: 'failed' }, { outcome: 'completed' }] })
})

test('a failure that the queue is still to store stands against older news of another runner', async () => {
  const last = { code: 'JOB_FAILED', message: 'The second attempt.' }
  const { kept } = await endWhileOldNewsArrive({ outcome: 'failed', error: last, retryable: false }, 'failed')
  expect(kept).toMatchObject({ state: 'failed', error: last })
})

test('that a job is to run again, told late, undoes nothing of what another runner has made of it since', async () => {
  const one = runner('first')
  let looks = 0
  const mirror = mirrorOf('first', one, () => {
    looks += 1
    return Promise.resolve(taken)
  })
  const second: Attempt = { number: 2, executor: 'thread', runner: 'second', startedAt: at }
  try {
    one.board.changed({ ...failedOnce, state: 'active', attempts: [first, second] })
    mirror.settled({ id: '7', state: 'delayed' })
    await until(() => looks === 1, 'the queue is asked')
    const ended: Attempt = { ...second, finishedAt: at, outcome: 'completed' }
    const finishedAt = new Date().toISOString()
    one.board.changed({ ...failedOnce, state: 'completed', result: 355, attempts: [first, ended], finishedAt })
    mirror.settled({ id: '7', state: 'delayed' })
    expect(one.board.recent('7')).toMatchObject({ state: 'completed', result: 355 })
    expect(one.saved.map(({ state }) => state)).not.toContain('delayed')
  } finally {
    mirror.close()
    await one.telling.close()
  }
})

test('progress of a runner that was thought dead is not taken for that of the attempt after it', () => {
  const board = new JobBoard()
  const saved: Partial<JobRecord>[] = []
  const writer = { saveJob: (record: Partial<JobRecord>) => void saved.push(record) } as unknown as History['writer']
  let listen: ((news: Json, from: string) => void) | undefined
  const hear: Relay['hear'] = (_what, schema, listener) => {
    listen = (news, from) => listener(schema.parse(news), from)
  }
  hearOthers({ ownId: 'second', board, writer, relay: { hear }, history: 'here', onLoad: () => undefined })
  const again = { ...first, number: 2, runner: 'second' }
  board.changed({ ...failedOnce, state: 'completed', finishedAt: at, progress: { done: 9 }, attempts: [first, again] })
  const load = { active: 1, busyThreads: 1, threads: 1 }
  listen?.({ history: 'there', load, jobs: [{ id: '7', progress: { done: 3 } }] }, 'first')
  expect(saved).toEqual([])
  expect(board.recent('7')?.progress).toEqual({ done: 9 })
})
