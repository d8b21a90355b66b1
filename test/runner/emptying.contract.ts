import type { FlowProducer, Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { BatchProgress } from '../../electron/contract/batch.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { stopAll } from '../support/stop-all.ts'
import { once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

export interface EmptyingPlace {
  variables: Record<string, string>
  /** What another program sees and does. */
  queue: Queue
  flows: FlowProducer
  /** Whether its server makes an event of a removal, whoever did it. */
  tellsOfRemoval: boolean
  stop(): Promise<unknown>
}

const hour = 3_600_000

/** Draining, cleaning and obliterating a queue, which means the same on every backend. */
export function describeEmptying(label: string, open: () => Promise<EmptyingPlace>): void {
  describe(`emptying a queue on ${label}`, () => {
    let place: EmptyingPlace
    let home: RunnerHome
    let runner: Runner
    const stops: (() => Promise<unknown>)[] = []

    beforeAll(async () => {
      place = await open()
      home = await RunnerHome.make(place.variables)
      runner = await home.start()
    })
    afterAll(async () => {
      await home.remove()
      await place.stop()
    })
    beforeEach(() => runner.queue.pause())
    afterEach(async () => {
      await stopAll(stops.splice(0).reverse())
      await runner.preferences.update({ queue: { rateLimit: null } })
      await all('obliterate', { force: true })
      await all('clean', { state: ['completed', 'failed', 'cancelled'], olderThanMs: 0 })
    })

    type Act = 'drain' | 'clean' | 'obliterate'
    async function all<Name extends Act>(
      act: Name,
      input: Parameters<Runner['queue'][Name]>[0],
      by = runner,
    ): Promise<BatchProgress> {
      const asked = { by: 'test', signal: new AbortController().signal }
      const emptying = by.queue[act] as (given: unknown, options: typeof asked) => ReturnType<Runner['queue'][Name]>
      let last: BatchProgress | undefined
      for await (const progress of await emptying(input, asked)) last = progress
      if (last === undefined) throw new Error('It told nothing.')
      return last
    }

    const add = async (n: number, delayMs?: number): Promise<string> =>
      (await runner.jobs.enqueue('quick', { n }, { ...once, ...(delayMs === undefined ? {} : { delayMs }) })).id
    const counts = async () => (await runner.queue.info()).counts
    const stateOf = async (id: string) => (await runner.jobs.get(id)).state

    async function finish(n: number, type = 'quick'): Promise<string> {
      await runner.queue.resume()
      const { id } = await runner.jobs.enqueue(type, { n }, once)
      await whenFinished(runner, id)
      await runner.queue.pause()
      return id
    }

    it('drains what waits, as the dry run said, and keeps it in the history as cancelled', async () => {
      const ids = [await add(1), await add(2), await add(3)]
      const later = await add(4, hour)
      const done = await finish(5)
      // It ran while the queue was not paused, and with it what waited.
      await until(async () => (await counts()).waiting === 0, 'the first ones are done')
      const waiting = [await add(6), await add(7)]
      expect(await all('drain', { dryRun: true })).toEqual({
        total: 2,
        done: 0,
        failed: 0,
        over: true,
        dryRun: true,
        byState: { waiting: 2 },
      })
      expect(await all('drain', { dryRun: true, delayed: true })).toMatchObject({ byState: { waiting: 2, delayed: 1 } })
      expect(await counts()).toMatchObject({ waiting: 2, delayed: 1 })

      expect(await all('drain', { reason: 'Wrong day.' })).toEqual({ total: 2, done: 2, failed: 0, over: true })
      expect(await counts()).toMatchObject({ waiting: 0, delayed: 1, cancelled: 2 })
      for (const id of waiting) {
        expect(await runner.jobs.get(id)).toMatchObject({
          state: 'cancelled',
          input: { n: expect.any(Number) as number },
          error: { code: 'CANCELLED', message: 'The queue was drained from the test: Wrong day.' },
        })
      }
      expect(await stateOf(later)).toBe('delayed')
      expect(await all('drain', { delayed: true })).toMatchObject({ total: 1, done: 1 })
      expect(await stateOf(later)).toBe('cancelled')
      for (const id of [...ids, done]) expect(await stateOf(id)).toBe('completed')
      // What was drained by mistake comes back with all it had.
      await runner.queue.resume()
      const again = await runner.jobs.retry(waiting[0] ?? '')
      expect(await whenFinished(runner, again.id)).toMatchObject({ state: 'completed', result: 6 })
    })

    it('drains what other programs added, a parent with its children, and leaves a job scheduler be', async () => {
      await place.queue.add('quick', { n: 1 }, { jobId: 'plain' })
      await place.queue.add('quick', { n: 2 }, { jobId: 'urgent', priority: 3 })
      const child = (n: number) => ({ name: 'quick', queueName: 'toril', data: { n }, opts: { jobId: `child-${n}` } })
      const flow = { name: 'quick', queueName: 'toril', data: { n: 9 }, opts: { jobId: 'parent' } }
      await place.flows.add({ ...flow, children: [child(1), child(2)] })
      await place.queue.upsertJobScheduler('hourly', { every: hour }, { name: 'quick', data: { n: 3 } })
      const before = await place.queue.getJobCounts('delayed')
      expect(await all('drain', { delayed: true })).toMatchObject({ failed: 0, over: true })
      for (const id of ['plain', 'urgent', 'child-1', 'child-2', 'parent']) {
        expect(await place.queue.getJob(id)).toBeUndefined()
        expect(await stateOf(id)).toBe('cancelled')
      }
      expect(await place.queue.getJobSchedulersCount()).toBe(1)
      expect(await place.queue.getJobCounts('delayed')).toEqual(before)
    })

    it('drains as many as the dry run said also where the clock of who added them is ahead', async () => {
      await place.queue.add('quick', { n: 1 }, { jobId: 'ahead', timestamp: Date.now() + hour })
      await place.queue.add('quick', { n: 2 }, { jobId: 'later', timestamp: Date.now() + hour, delay: hour })
      await add(3)
      await until(async () => (await counts()).waiting === 2, 'both wait')
      expect(await all('drain', { delayed: true, dryRun: true })).toMatchObject({ total: 3 })
      expect(await all('drain', { delayed: true })).toEqual({ total: 3, done: 3, failed: 0, over: true })
      for (const id of ['ahead', 'later']) expect(await stateOf(id)).toBe('cancelled')
    })

    it('cleans finished jobs of a state and an age from queue and history, oldest first', async () => {
      const ids = [await finish(1), await finish(2), await finish(3)]
      const broken = await finish(4, 'fail')
      const cancelled = await add(5)
      await runner.jobs.cancel(cancelled, { by: 'test' })
      const state = ['completed', 'failed', 'cancelled'] as const
      expect(await all('clean', { state: [...state], olderThanMs: hour, dryRun: true })).toMatchObject({ total: 0 })
      expect(await all('clean', { state: [...state], olderThanMs: 0, dryRun: true })).toMatchObject({
        total: 5,
        byState: { completed: 3, failed: 1, cancelled: 1 },
      })
      const two = { state: ['completed' as const], olderThanMs: 0, limit: 2 }
      expect(await all('clean', { ...two, dryRun: true })).toMatchObject({ byState: { completed: 2 } })
      expect(await all('clean', two)).toEqual({ total: 2, done: 2, failed: 0, over: true })
      for (const id of ids.slice(0, 2)) {
        await expect(runner.jobs.get(id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
        expect(await place.queue.getJob(id)).toBeUndefined()
      }
      expect(await stateOf(ids[2] ?? '')).toBe('completed')
      expect(await all('clean', { state: ['failed'], olderThanMs: 0 })).toMatchObject({ done: 1 })
      await expect(runner.jobs.get(broken)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
      expect(await stateOf(cancelled)).toBe('cancelled')
    })

    it('obliterates the whole queue, and neither its pause nor the history goes with it', async () => {
      const done = await finish(1)
      const waits = await add(2)
      const later = await add(3, hour)
      const flow = { name: 'quick', queueName: 'toril', data: { n: 9 }, opts: { jobId: 'parent' } }
      const elsewhere = { name: 'other', queueName: 'elsewhere', data: {} }
      await place.flows.add({ ...flow, children: [elsewhere] })
      await place.queue.upsertJobScheduler('hourly', { every: hour }, { name: 'quick', data: { n: 3 } })
      await runner.preferences.update({ queue: { rateLimit: { max: 5, durationMs: 1000 } } })
      await until(async () => (await place.queue.getGlobalRateLimit()) !== null, 'the limit is set')
      expect(await all('obliterate', { dryRun: true })).toMatchObject({
        byState: { waiting: 2, 'waiting-children': 1, delayed: 1, completed: 1 },
      })
      expect(await all('obliterate', {})).toMatchObject({ failed: 0, over: true })
      for (const id of [done, waits, later, 'parent']) expect(await place.queue.getJob(id)).toBeUndefined()
      expect(await place.queue.getJobSchedulersCount()).toBe(0)
      expect(await place.queue.isPaused()).toBe(true)
      expect(await place.queue.getGlobalRateLimit()).toEqual({ max: 5, duration: 1000 })
      expect(await stateOf(done)).toBe('completed')
      for (const id of [waits, later, 'parent']) expect(await stateOf(id)).toBe('cancelled')
      // The queue works as before.
      const next = await add(7)
      await runner.queue.resume()
      expect(await whenFinished(runner, next)).toMatchObject({ state: 'completed', result: 7 })
    })

    it('obliterates a queue with running jobs only by force, which cancels them', async () => {
      await runner.queue.resume()
      const { id } = await runner.jobs.enqueue('spin', {}, once)
      await whenStarted(runner, id)
      await expect(all('obliterate', {})).rejects.toMatchObject({ code: 'JOB_ACTIVE' })
      expect((await runner.queue.info()).paused).toBe(false)
      expect(await all('obliterate', { force: true, dryRun: true })).toMatchObject({ byState: { active: 1 } })
      await all('obliterate', { force: true, reason: 'Start over.' })
      const error = { message: 'Cancelled from the test: Start over.' }
      expect(await whenFinished(runner, id)).toMatchObject({ state: 'cancelled', error })
      expect(await place.queue.getJob(id)).toBeUndefined()
      expect((await runner.queue.info()).paused).toBe(false)
      expect(runner.activeCount()).toBe(0)
      const { id: next } = await runner.jobs.enqueue('quick', { n: 8 }, once)
      expect(await whenFinished(runner, next)).toMatchObject({ result: 8 })
    })

    it('stops where it is when it is told to', async () => {
      for (let n = 0; n < 60; n += 1) await add(n)
      const stop = new AbortController()
      let last: BatchProgress | undefined
      for await (const progress of await runner.queue.drain({}, { by: 'test', signal: stop.signal })) {
        last = progress
        stop.abort()
      }
      expect(last).toMatchObject({ over: true, failed: 0 })
      const { waiting, cancelled } = await counts()
      expect(waiting + cancelled).toBe(60)
    })

    it('is followed also when another program takes a job out', async () => {
      const id = await add(1)
      await place.queue.remove(id)
      // PostgreSQL says nothing of it; there the next comparison of queue and history finds out.
      if (!place.tellsOfRemoval) return
      await until(async () => (await stateOf(id)) === 'cancelled', 'it counts as cancelled')
      expect((await runner.jobs.get(id)).error?.code).toBe('REMOVED')
    })

    it('is heard by the other runners of the queue', async () => {
      const other = await RunnerHome.make(place.variables)
      stops.push(() => other.remove())
      const there = await other.start()
      await until(async () => (await runner.runners.list()).length === 2, 'both are seen')
      await until(async () => (await there.runners.list()).length === 2, 'both are seen')
      const done = await finish(1)
      const waits = await add(2)
      const seen = new Map<string, string>()
      const watching = new AbortController()
      stops.push(() => Promise.resolve(watching.abort()))
      const watched = (async () => {
        for await (const update of there.watch(watching.signal)) {
          for (const job of update.jobs ?? []) seen.set(job.id, job.state)
          if (update.kind === 'patch') for (const id of update.removedJobs ?? []) seen.set(id, 'removed')
        }
      })()
      await until(() => Promise.resolve(seen.get(waits) === 'waiting' && seen.has(done)), 'the other one shows both')
      await all('drain', {})
      await all('clean', { state: ['completed'], olderThanMs: 0 })
      await until(() => Promise.resolve(seen.get(waits) === 'cancelled'), 'the drained job is seen as cancelled there')
      await until(() => Promise.resolve(seen.get(done) === 'removed'), 'the cleaned job has gone there')
      watching.abort()
      await watched
    })
  })
}
