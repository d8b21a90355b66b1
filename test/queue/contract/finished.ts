import { expect, it } from 'vitest'
import { TorilError } from '../../../electron/contract/errors.ts'
import { createJobLookup } from '../../../electron/runner/queue/job-lookup.ts'
import type { BullQueue } from '../../../electron/runner/queue/job-mapping.ts'
import type { Processor } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { complete, failWith } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** Jobs that have ended, and those of other programs. */
export function describeFinished({ openQueue, server }: QueueBench): void {
  it('runs a finished job again with all its attempts', async () => {
    const queue = await openQueue()
    let broken = true
    const watched = await consume(queue, (taken) => (broken ? failWith()(taken) : complete('fine')(taken)))
    const { id } = await queue.add('a', {}, { ...plain, attempts: 2 })
    await watched.when(id, 'failed')
    broken = false
    expect(await queue.retry(id)).toBe(true)
    await watched.when(id, 'completed')
    const job = await queue.get(id)
    expect(job).toMatchObject({ state: 'completed', result: 'fine', attemptsMade: 1 })
    expect(job?.error).toBeUndefined()
    expect(watched.taken.at(-1)?.started).toBe(3)
    expect(await queue.retry(id)).toBe(true)
    await until(() => watched.taken.length === 4, 'it runs a fourth time')
    expect(await queue.retry('no-such-job')).toBe(false)
  })

  it('never says that a job has completed without its result', async () => {
    const count = 150
    const queue = await openQueue()
    const jobs = await Promise.all(Array.from({ length: count }, (_, n) => queue.add('echo', n, plain)))
    await consume(queue, ({ job }) => Promise.resolve({ kind: 'complete', result: job.input }), 4)
    for (const [n, { id }] of jobs.entries()) {
      // Asked all the while, so that some answers fall into the moment of the end.
      const ended = await until(async () => {
        const job = await queue.get(id)
        return job?.state === 'completed' ? job : undefined
      }, `job ${id} has completed`)
      expect(ended).toMatchObject({ result: n })
    }
  })

  it('never says that a job has failed which completes while it is looked up', async () => {
    const queue = await openQueue()
    const finish = Promise.withResolvers<void>()
    const watched = await consume(queue, async (taken) => {
      if (taken.job.attemptsMade === 0) return failWith()(taken)
      await finish.promise
      return { kind: 'complete', result: 3 }
    })
    const { id } = await queue.add('flaky', {}, { ...plain, attempts: 2 })
    await until(() => watched.taken.length === 2, 'its second attempt runs')
    const foreign = await server().foreignQueue(queue.name)
    try {
      const slow = {
        getJob: (wanted: string) => foreign.getJob(wanted),
        async getJobState(wanted: string) {
          const state = await foreign.getJobState(wanted)
          finish.resolve()
          await watched.when(wanted, 'completed')
          return state
        },
      } as unknown as BullQueue
      const lookup = createJobLookup(slow, { dueTimes: () => Promise.resolve(new Map()) }, queue.name)
      const ended = { id, state: 'completed', result: 3 }
      expect(await lookup.one(id)).toMatchObject(ended)
      // On a page of running jobs it is shown as it is by now.
      const [listed] = await lookup.several([id], 'active')
      expect(listed).toMatchObject(ended)
      expect(listed?.error).toBeUndefined()
    } finally {
      await foreign.close()
    }
  })

  it('keeps the newest finished jobs only', async () => {
    const queue = await openQueue()
    const inItsOwnMillisecond: Processor = async (taken) => {
      const begun = Date.now()
      await until(() => Date.now() > begun, 'the clock goes on')
      return taken.job.type === 'good' ? complete()(taken) : failWith()(taken)
    }
    const watched = await consume(queue, inItsOwnMillisecond, 1)
    for (let n = 0; n < 12; n++) await queue.add(n % 2 === 0 ? 'good' : 'bad', n, plain)
    await until(() => watched.settled.length === 12, 'all have ended')
    await queue.trim({ completed: 3, failed: 2 }, Date.now() + 1)
    const completed = await queue.page('completed', 0, 100)
    const failed = await queue.page('failed', 0, 100)
    expect(completed).toHaveLength(3)
    expect(failed).toHaveLength(2)
    const order = watched.settled.filter((one) => one.state === 'failed').map((one) => one.id)
    expect(new Set(failed.map((job) => job.id))).toEqual(new Set(order.slice(-2)))
  })

  it('trims nothing that ended too short a time ago, whatever is to be kept', async () => {
    const queue = await openQueue()
    const watched = await consume(
      queue,
      async (taken) => {
        const begun = Date.now()
        await until(() => Date.now() > begun, 'the clock goes on')
        return taken.job.type === 'good' ? complete()(taken) : failWith()(taken)
      },
      1,
    )
    for (let n = 0; n < 8; n++) await queue.add(n % 2 === 0 ? 'good' : 'bad', n, plain)
    await until(() => watched.settled.length === 8, 'all have ended')
    const ended = (await queue.page('completed', 0, 100)).map((job) => job.finishedAt ?? 0)
    const third = ended[2] ?? 0
    await queue.trim({ completed: 0, failed: 0 }, third)
    expect((await queue.page('completed', 0, 100)).map((job) => job.finishedAt)).toEqual(ended.slice(2))
    expect((await queue.page('failed', 0, 100)).every((job) => (job.finishedAt ?? 0) >= third)).toBe(true)
    await queue.trim({ completed: 0, failed: 0 }, third + 1)
    expect((await queue.page('completed', 0, 100)).map((job) => job.finishedAt)).toEqual(ended.slice(3))
  })

  it('shows the finished jobs before they go, and keeps them when that fails', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, complete(), 1)
    for (let n = 0; n < 5; n++) await queue.add('good', n, plain)
    await until(() => watched.settled.length === 5, 'all have ended')
    const away = new TorilError('UNAVAILABLE', 'The history is away.')
    const refused = queue.trim({ completed: 2, failed: 0 }, Date.now() + 60_000, () => Promise.reject(away))
    await expect(refused).rejects.toBe(away)
    // Its own affair: the queue itself answers.
    expect(queue.connection().state).toBe('live')
    const before = (await queue.page('completed', 0, 100)).map(({ id }) => id)
    expect(before).toHaveLength(5)
    const shown = new Set<string>()
    await queue.trim({ completed: 2, failed: 0 }, Date.now() + 60_000, (ids) => {
      for (const id of ids) shown.add(id)
      return Promise.resolve()
    })
    const left = (await queue.page('completed', 0, 100)).map(({ id }) => id)
    expect(left).toHaveLength(2)
    for (const id of before) if (!left.includes(id)) expect(shown).toContain(id)
  })

  it('runs jobs of a plain BullMQ producer, whose data stays as it is', async () => {
    const queue = await openQueue()
    const foreign = await server().foreignQueue(queue.name)
    try {
      const watched = await consume(queue, (taken) => Promise.resolve({ kind: 'complete', result: taken.job.input }))
      const job = await foreign.add('add-two-numbers', { a: 1, b: 2 }, { attempts: 2, priority: 3 })
      await watched.when(job.id ?? '', 'completed')
      expect(watched.taken[0]?.job).toMatchObject({
        type: 'add-two-numbers',
        input: { a: 1, b: 2 },
        options: { attempts: 2, priority: 3 },
      })
      const ours = await queue.add('theirs', { x: 1 }, { ...plain, delayMs: 3_600_000, timeoutMs: 5 })
      expect((await foreign.getJob(ours.id))?.data).toEqual({ x: 1 })
    } finally {
      await foreign.close()
    }
  })
}
