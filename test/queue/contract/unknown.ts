import type { Queue } from 'bullmq'
import { expect, it } from 'vitest'
import type { TakenTypes } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { complete } from './processors.ts'
import { consume, type QueueBench } from './queue-bench.ts'

/** Types that are known, and may become more. */
function knowing(...types: string[]): TakenTypes & { learn(type: string): void } {
  let known = types
  const listeners = new Set<() => void>()
  return {
    current: () => known,
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    learn(type) {
      known = [...known, type]
      for (const listener of listeners) listener()
    },
  }
}

const many = (name: string, count: number, opts = {}) =>
  Array.from({ length: count }, (_, n) => ({ name, data: n, opts }))

/** Adds them in this order. */
async function addAll(queue: Queue, jobs: { name: string; data: number; opts: object }[]): Promise<string[]> {
  const added = await queue.addBulk(jobs)
  return added.map(({ id }) => id ?? '')
}

/** Jobs of types that this consumer does not take, beside other programs on the same queue. */
export function describeUnknown({ openQueue, server }: QueueBench): void {
  async function withForeign(work: (queue: Awaited<ReturnType<typeof openQueue>>, foreign: Queue) => Promise<void>) {
    const queue = await openQueue()
    const foreign = await server().foreignQueue(queue.name)
    try {
      await work(queue, foreign)
    } finally {
      await foreign.close()
    }
  }

  it('leaves 1,000 jobs of unknown types to a plain worker in their order, and takes the 100 behind them', async () => {
    await withForeign(async (queue, foreign) => {
      const unknown = await addAll(foreign, many('theirs', 1_000))
      const known = await addAll(foreign, many('ours', 100))
      const there: { id: string; name: string; attempts: number }[] = []
      const watched = await consume(queue, complete(), 4, knowing('ours'))
      const worker = server().foreignWorker(queue.name, (job) => {
        there.push({ id: job.id ?? '', name: job.name, attempts: job.attemptsStarted })
        return Promise.resolve(null)
      })
      try {
        await until(async () => (await foreign.getCompletedCount()) === 1_100, 'all have ended')
      } finally {
        await worker.close()
      }
      expect(there.filter(({ name }) => name === 'theirs').map(({ id }) => id)).toEqual(unknown)
      expect(there.every(({ attempts }) => attempts === 1)).toBe(true)
      const here = watched.taken.map(({ job }) => job.id)
      // A plain worker takes whatever it finds, those that were meant for Toril included.
      expect([...here, ...there.filter(({ name }) => name === 'ours').map(({ id }) => id)].toSorted()).toEqual(
        known.toSorted(),
      )
      expect(here.length).toBeGreaterThan(0)
    })
  })

  it('takes the first known job behind many unknown ones, and leaves those untouched until their type is known', async () => {
    await withForeign(async (queue, foreign) => {
      const unknown = await addAll(foreign, many('theirs', 1_200))
      const types = knowing('ours')
      const watched = await consume(queue, complete(), 1, types)
      const [known] = await addAll(foreign, many('ours', 1))
      await watched.when(known ?? '', 'completed')
      expect((await foreign.getJobs(['waiting'], 0, -1, true)).length).toBe(1_200)
      const page = await queue.page('waiting', 0, 1_200)
      expect(page.map(({ id }) => id)).toEqual(unknown)
      expect(await foreign.getJob(unknown[0] ?? '')).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 })
      types.learn('theirs')
      await until(() => watched.settled.length === 1_201, 'all have ended')
      expect(watched.taken.slice(1).map(({ job }) => job.id)).toEqual(unknown)
    })
  })

  it('wakes for a known job in whatever way it becomes ready behind unknown ones', async () => {
    await withForeign(async (queue, foreign) => {
      await addAll(foreign, many('theirs', 3))
      await addAll(foreign, many('theirs', 600, { priority: 1 }))
      const watched = await consume(queue, complete(), 1, knowing('ours'))
      const ready = await foreign.add('ours', 1)
      await watched.when(ready.id ?? '', 'completed')
      const first = await foreign.add('ours', 2, { lifo: true })
      await watched.when(first.id ?? '', 'completed')
      const last = await foreign.add('ours', 3, { priority: 9 })
      await watched.when(last.id ?? '', 'completed')
      const later = await foreign.add('ours', 4, { delay: 50 })
      await watched.when(later.id ?? '', 'completed')
      const put = await foreign.add('ours', 5, { delay: 3_600_000 })
      await put.promote()
      await watched.when(put.id ?? '', 'completed')
      expect(watched.taken.every(({ job }) => job.type === 'ours')).toBe(true)
      expect(await queue.counts()).toMatchObject({ waiting: 603, active: 0 })
    })
  })

  it('takes known jobs by their priority, and unknown ones have none of it', async () => {
    await withForeign(async (queue, foreign) => {
      await addAll(foreign, many('theirs', 2))
      await addAll(foreign, many('theirs', 2, { priority: 1 }))
      const low = await foreign.add('ours', 1, { priority: 5 })
      const high = await foreign.add('ours', 2, { priority: 2 })
      const none = await foreign.add('ours', 3)
      const watched = await consume(queue, complete(), 1, knowing('ours'))
      await until(() => watched.settled.length === 3, 'the known have ended')
      expect(watched.taken.map(({ job }) => job.id)).toEqual([none.id, high.id, low.id])
    })
  })

  it('uses no place of a rate limit and takes nothing of a paused queue', async () => {
    await withForeign(async (queue, foreign) => {
      await queue.setRateLimit({ max: 2, durationMs: 3_600_000 })
      await foreign.pause()
      await addAll(foreign, many('theirs', 5))
      await addAll(foreign, many('ours', 3))
      const watched = await consume(queue, complete(), 4, knowing('ours'))
      expect(await queue.counts()).toMatchObject({ waiting: 8, active: 0 })
      expect(watched.taken).toHaveLength(0)
      await foreign.resume()
      await until(() => watched.settled.length === 2, 'two have ended')
      expect((await queue.limits()).rateLimitedMs).toBeGreaterThan(0)
      expect(await queue.counts()).toMatchObject({ waiting: 6, active: 0 })
      await queue.setRateLimit(null)
      await until(() => watched.settled.length === 3, 'the third has ended')
      expect(watched.taken.every(({ job }) => job.type === 'ours')).toBe(true)
      expect(await queue.counts()).toMatchObject({ waiting: 5, active: 0 })
    })
  })

  it('counts the jobs of others where the queue limits how many are active', async () => {
    await withForeign(async (queue, foreign) => {
      await foreign.setGlobalConcurrency(1)
      const held = Promise.withResolvers<void>()
      const [theirs] = await addAll(foreign, many('theirs', 1))
      const worker = server().foreignWorker(queue.name, () => held.promise)
      try {
        await until(async () => (await queue.get(theirs ?? ''))?.state === 'active', 'the other program has its job')
        const [ours] = await addAll(foreign, many('ours', 1))
        const watched = await consume(queue, complete(), 1, knowing('ours'))
        expect(await queue.counts()).toMatchObject({ waiting: 1, active: 1 })
        await worker.pause(true)
        held.resolve()
        await watched.when(ours ?? '', 'completed')
      } finally {
        held.resolve()
        await worker.close()
      }
    })
  })
}
