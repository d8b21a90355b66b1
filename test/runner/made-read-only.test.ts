import { Queue } from 'bullmq'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultPreferences } from '../../electron/contract/preferences.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { startHousekeeping } from '../../electron/runner/housekeeping.ts'
import type { JobQueue } from '../../electron/runner/queue/job-queue.ts'
import { keepRateLimit } from '../../electron/runner/rate-limit.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { untilTrue } from '../support/until-true.ts'
import { once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

describe('a profile that is made read-only while it is in use', () => {
  let home: RunnerHome
  let redis: TestRedis
  let runner: Runner
  let id: string
  let foreign: Queue
  beforeEach(async () => {
    ;[home, redis] = await Promise.all([RunnerHome.make({}), startTestRedis()])
    runner = await home.start()
    const queue = { kind: 'redis', port: redis.port } as const
    id = (await runner.profiles.create({ name: 'Redis', readOnly: false, queue })).id
    await runner.profiles.use(id)
    foreign = new Queue('toril', { connection: { port: redis.port } })
  })
  afterEach(async () => {
    await foreign.close()
    await home.remove()
    await redis.stop()
  })

  const add = async (jobId: string): Promise<void> => {
    await foreign.add('add-two-numbers', { a: 20, b: 22 }, { jobId })
  }
  /** What a fetch that was under way brings goes back at once. */
  const waits = async (jobId: string): Promise<void> => {
    await untilTrue(`${jobId} waits`, async () => (await foreign.getJobState(jobId)) === 'waiting')
    expect(await runner.jobs.get(jobId)).toMatchObject({ state: 'waiting', attempts: [] })
  }
  const own = async () => (await runner.runners.list()).find(({ self }) => self)
  const flip = async (readOnly: boolean, state: string): Promise<void> => {
    await runner.profiles.update(id, { readOnly })
    await untilTrue(`the runner is ${state}`, async () => (await own())?.state === state)
  }

  test('stops the runner from taking jobs, lets those that run finish, and lets it go on', async () => {
    const running = await runner.jobs.enqueue('hold', { release: home.gate('runs') }, once)
    await whenStarted(runner, running.id)
    await flip(true, 'paused')
    expect(runner.system().profile).toMatchObject({ readOnly: true, takesNoJobs: true })
    await add('waits')
    await home.openGate('runs')
    // Its end is what a worker that still takes would take the next one with.
    expect(await whenFinished(runner, running.id)).toMatchObject({ state: 'completed', result: 'released' })
    await untilTrue('its end is in the queue', async () => (await foreign.getJobState(running.id)) === 'completed')
    await waits('waits')
    // Also while changes are allowed, as when it had been read-only from the start.
    runner.safety.allow(id, { name: 'Redis', minutes: 5 })
    await expect(runner.runners.resume(runner.id)).rejects.toMatchObject({ code: 'READ_ONLY' })
    await waits('waits')

    await flip(false, 'taking')
    expect(runner.system().profile.takesNoJobs).toBeUndefined()
    expect(await whenFinished(runner, 'waits')).toMatchObject({ state: 'completed', result: 42 })
  })

  test('is told by no other runner to take jobs', async () => {
    const other = await RunnerHome.make({ REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) })
    try {
      const asking = await other.start()
      const seen = async () => (await asking.runners.list()).find((each) => each.id === runner.id)
      await untilTrue('they know each other', async () => (await seen()) !== undefined)
      await flip(true, 'paused')
      await asking.runners.pause(asking.id)
      await expect(asking.runners.resume(runner.id)).rejects.toMatchObject({ code: 'READ_ONLY' })
      for (const act of ['drain', 'pause'] as const)
        expect((await asking.runners[act](runner.id)).state).not.toBe('taking')
      await asking.runners.resize(runner.id, { maxThreads: 2 })
      await expect(asking.runners.resume(runner.id)).rejects.toMatchObject({ code: 'READ_ONLY' })
      await add('waits')
      await waits('waits')
    } finally {
      await other.remove()
    }
  })

  test('leaves the runner paused that was paused by hand, before or meanwhile', async () => {
    await runner.runners.pause(runner.id)
    await flip(true, 'paused')
    await flip(false, 'paused')
    await add('first')
    await waits('first')
    await runner.runners.resume(runner.id)
    await whenFinished(runner, 'first')
    await flip(true, 'paused')
    await runner.runners.drain(runner.id)
    await flip(false, 'drained')
    await add('second')
    await waits('second')
    await runner.runners.resume(runner.id)
    await whenFinished(runner, 'second')
  })
})

describe('while nothing may be changed', () => {
  afterEach(() => vi.useRealTimers())

  test('no finished job is trimmed, and what is left is trimmed afterwards', async () => {
    vi.useFakeTimers()
    let mayTrim = false
    let finished = true
    const trim = vi.fn<JobQueue['trim']>(() => Promise.resolve())
    const housekeeping = startHousekeeping({
      queue: { trim } as unknown as JobQueue,
      history: { writer: { flush: () => Promise.resolve() }, prune: () => Promise.resolve() } as unknown as History,
      preferences: () => defaultPreferences,
      reconciled: () => true,
      othersEnd: () => false,
      ensureEnds: () => Promise.resolve(),
      finishedSince() {
        const was = finished
        finished = false
        return was
      },
      mayTrim: () => mayTrim,
      slowestClockMs: () => 0,
      onProblem: () => undefined,
    })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(trim).not.toHaveBeenCalled()
    mayTrim = true
    await vi.advanceTimersByTimeAsync(2_000)
    expect(trim).toHaveBeenCalled()
    housekeeping.stop()
  })

  test('the rate limit is not set in the queue, and is afterwards', async () => {
    let mayTell = false
    const limit = { max: 5, durationMs: 1_000 }
    const setRateLimit = vi.fn<JobQueue['setRateLimit']>(() => Promise.resolve())
    const queue = {
      setRateLimit,
      isOwn: () => true,
      limits: () => Promise.resolve({ paused: false, rateLimitedMs: 0, active: 0 }),
    }
    const keeper = keepRateLimit({ queue, atStart: limit, mayTell: () => mayTell, onProblem: () => undefined })
    keeper.apply({ ...limit, max: 6 })
    keeper.again()
    await Promise.resolve()
    expect(setRateLimit).not.toHaveBeenCalled()
    mayTell = true
    keeper.again()
    await vi.waitFor(() => expect(setRateLimit.mock.calls).toEqual([[{ ...limit, max: 6 }]]))
  })
})
