import { expect, test } from 'vitest'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { createJobService, type JobServiceParts } from '../../electron/runner/jobs/job-service.ts'
import { jobOf } from '../api/runner-double.ts'

test('a job that ran to its end while it was promoted keeps its result', async () => {
  const board = new JobBoard()
  const ended = jobOf('1', { state: 'active', result: 42 })
  board.changed(ended)
  const saved: unknown[] = []
  const { id, type, input } = ended
  const parts: Partial<JobServiceParts> = {
    board,
    queue: {
      promote: () => Promise.resolve(true),
      // Its end is not stored yet.
      get: () =>
        Promise.resolve({
          ...{ id, type, input, options: { delayMs: 60_000 }, state: 'active', cancelled: false },
          ...{ attemptsMade: 0, stalledCount: 0, createdAt: Date.parse(ended.createdAt) },
        }),
    } as unknown as JobServiceParts['queue'],
    history: {
      reader: { job: () => Promise.resolve(undefined) },
      writer: { saveJob: (job: unknown) => saved.push(job) },
    } as unknown as JobServiceParts['history'],
    lookAgain: () => Promise.resolve(),
    waitingFacts: () => ({
      now: Date.now(),
      limits: { paused: false, rateLimitedMs: 0, active: 1 },
      takers: () => [],
      shared: false,
      resting: () => [],
      movedUntil: () => undefined,
      defaultsOf: () => undefined,
    }),
  }
  const service = createJobService(parts as JobServiceParts)
  expect(await service.promote('1')).toMatchObject({ state: 'active' })
  // What the queue stores next is read from here.
  expect(board.recent('1')).toBe(ended)
  expect(saved).toEqual([])
})
