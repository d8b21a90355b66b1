import { setImmediate } from 'node:timers/promises'
import type { IQueueBackend } from 'bullmq'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { waitOnPostgres } from '../../electron/runner/queue/choose-postgres.ts'
import type { WantedJobs } from '../../electron/runner/queue/wanted-jobs.ts'

/* The time that this is about does not pass: whatever goes on does so for another reason. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** A worker's side that has just looked in vain, for long enough to rest for a while, and now waits for a job. */
async function resting() {
  let calls = 0
  const listeners: ((about: 'types' | 'job') => void)[] = []
  const wanted = {
    types: () => ['ours'],
    calls: () => calls,
    onCall: (listener: (about: 'types' | 'job') => void) => listeners.push(listener),
  } as unknown as WantedJobs
  const backend = {
    moveToActive() {
      vi.advanceTimersByTime(50)
      return Promise.resolve([])
    },
    waitForJob: () => Promise.resolve(null),
    disconnectBlocking: () => Promise.resolve(),
    reconnectBlocking: () => Promise.resolve(),
  } as unknown as IQueueBackend
  waitOnPostgres(backend, wanted)
  await backend.moveToActive('token', 'name')
  let answer: unknown = 'none yet'
  void backend.waitForJob(5).then((marker) => (answer = marker))
  await setImmediate()
  return {
    backend,
    answer: async () => {
      await setImmediate()
      return answer
    },
    call() {
      calls += 1
      for (const listener of listeners) listener('job')
    },
  }
}

test('a rest after a look in vain goes on by itself until its time is over', async () => {
  const { answer } = await resting()
  expect(await answer()).toBe('none yet')
  vi.advanceTimersByTime(500)
  expect(await answer()).toBeNull()
})

test('a job of a known type ends the rest at once', async () => {
  const { answer, call } = await resting()
  call()
  expect(await answer()).toEqual({ member: '', score: 0 })
})

test('so does a worker that closes', async () => {
  const { answer, backend } = await resting()
  await backend.disconnectBlocking(true)
  expect(await answer()).toBeNull()
})
