import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Job } from '../../electron/contract/job.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import type { JobQueue } from '../../electron/runner/queue/job-queue.ts'
import { createQueueStats } from '../../electron/runner/stats/queue-stats.ts'

const job: Job = {
  id: '1',
  type: 'add',
  state: 'waiting',
  input: {},
  attempts: [],
  options: {},
  createdAt: new Date(1_000).toISOString(),
}

/** A queue of so many waiting jobs, whose numbers can be changed between two readings. */
function scene() {
  const board = new JobBoard()
  const server = { waiting: 1, reads: 0 }
  const queue = {
    name: 'q',
    backend: 'redis',
    connection: () => ({ state: 'live', since: job.createdAt }),
    counts: () => {
      server.reads += 1
      return Promise.resolve({ waiting: server.waiting, delayed: 0, 'waiting-children': 0, active: 0 })
    },
    limits: () => Promise.resolve({ paused: false, rateLimitedMs: 0, active: 0 }),
  } as unknown as JobQueue
  const history = {
    reader: { counts: () => Promise.resolve({ completed: 0, failed: 0, cancelled: 0 }) },
  } as unknown as History
  return { board, server, stats: createQueueStats({ queue, history, board, parkedCount: () => 0 }) }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

test.each([
  ['changed', (board: JobBoard) => board.changed(job)],
  ['was removed', (board: JobBoard) => board.removed('1')],
])('numbers read just before the last job %s are told to be old, and read again', async (_what, act) => {
  const { board, server, stats } = scene()
  const seen: number[] = []
  stats.onStale(() => void stats.info().then(({ counts }) => seen.push(counts.waiting)))
  expect((await stats.info()).counts.waiting).toBe(1)
  server.waiting = 0
  act(board)
  // As a panel asks that is told of each change.
  expect((await stats.info()).counts.waiting).toBe(1)
  expect((await stats.info()).counts.waiting).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(seen).toEqual([0])
  expect(server.reads).toBe(2)
})
