import { expect, it } from 'vitest'
import { until } from '../until.ts'
import { complete, failWith, never } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** Limits of the whole queue, a job's place in line, and flows. */
export function describeLimits({ openQueue, server }: QueueBench): void {
  it('tells pause and limits as they are, whoever set them', async () => {
    const queue = await openQueue()
    expect(await queue.limits()).toEqual({ paused: false, rateLimitedMs: 0, active: 0 })
    const foreign = await server().foreignQueue(queue.name)
    try {
      await foreign.setGlobalConcurrency(3)
      await foreign.setGlobalRateLimit(7, 60_000)
      await foreign.pause()
      const limits = { paused: true, concurrency: 3, rate: { max: 7, durationMs: 60_000 }, rateLimitedMs: 0, active: 0 }
      expect(await queue.limits()).toEqual(limits)
    } finally {
      await foreign.close()
    }
  })

  it('goes on after a standstill, also when it is closed in the midst of one, unless it was paused before', async () => {
    const queue = await openQueue()
    const foreign = await server().foreignQueue(queue.name)
    try {
      expect(await queue.holdStill()).toMatchObject({ paused: false })
      expect(await foreign.isPaused()).toBe(true)
      expect(await queue.goOn()).toBe(true)
      expect(await foreign.isPaused()).toBe(false)
      await foreign.pause()
      expect(await queue.holdStill()).toMatchObject({ paused: true })
      expect(await queue.goOn()).toBe(true)
      expect(await foreign.isPaused()).toBe(true)
      await foreign.resume()
      await queue.holdStill()
      await queue.close()
      expect(await foreign.isPaused()).toBe(false)
    } finally {
      await foreign.close()
    }
  })

  it('starts no more jobs than the rate limit says, on all runners together', async () => {
    const queue = await openQueue()
    const other = await openQueue({ name: queue.name, runnerId: 'runner-b' })
    await queue.setRateLimit({ max: 3, durationMs: 3_600_000 })
    const jobs = await Promise.all(Array.from({ length: 8 }, () => queue.add('a', {}, plain)))
    const [here, there] = [await consume(queue, complete()), await consume(other, complete())]
    const taken = (): number => here.taken.length + there.taken.length
    await until(async () => (await queue.limits()).rateLimitedMs > 0, 'the limit is reached')
    await until(() => taken() === 3, 'three were taken')
    expect(await other.counts()).toMatchObject({ waiting: 5 })
    // A new limit begins a new window, and holds at once for those that wait for the old one to end.
    await other.setRateLimit({ max: 2, durationMs: 3_600_000 })
    await until(() => taken() === 5, 'two more were taken')
    expect((await queue.limits()).rateLimitedMs).toBeGreaterThan(3_500_000)
    expect(await queue.counts()).toMatchObject({ waiting: 3 })
    await queue.setRateLimit(null)
    await until(() => taken() === jobs.length, 'the rest was taken')
    expect(await queue.limits()).toMatchObject({ rateLimitedMs: 0 })
  })

  it('honours a global concurrency that another program set, and its end', async () => {
    const queue = await openQueue()
    const foreign = await server().foreignQueue(queue.name)
    try {
      await foreign.setGlobalConcurrency(1)
      const watched = await consume(queue, never, 4)
      for (let n = 0; n < 3; n += 1) await queue.add('a', {}, plain)
      await until(() => watched.taken.length === 1, 'one runs')
      await until(async () => (await queue.limits()).active === 1, 'it is counted')
      expect(await queue.counts()).toMatchObject({ waiting: 2, active: 1 })
      await foreign.removeGlobalConcurrency()
      await until(() => watched.taken.length === 3, 'all run')
    } finally {
      await foreign.close()
    }
  })

  it('knows how many jobs are taken before one', async () => {
    const queue = await openQueue()
    await queue.pause()
    const ids: string[] = []
    for (const priority of [0, 5, 0, 2, 0]) ids.push((await queue.add('a', {}, { ...plain, priority })).id)
    const late = await queue.add('a', {}, { ...plain, delayMs: 3_600_000 })
    expect(await Promise.all(ids.map((id) => queue.placeOf(id)))).toEqual([0, 4, 1, 3, 2])
    expect(await queue.placeOf(late.id)).toBeUndefined()
    expect(await queue.placeOf('no-such-job')).toBeUndefined()
  })

  it('knows parent and children of a flow, and which child has failed', async () => {
    const queue = await openQueue()
    await queue.pause()
    const flows = server().foreignFlows()
    try {
      const flow = await flows.add({
        name: 'parent',
        queueName: queue.name,
        opts: { jobId: 'p' },
        children: [
          { name: 'child', queueName: queue.name, opts: { jobId: 'c1' } },
          { name: 'child', queueName: queue.name, opts: { jobId: 'c2' } },
          { name: 'child', queueName: `${queue.name}-other`, opts: { jobId: 'c3' } },
        ],
      })
      expect(flow.job.id).toBe('p')
      const family = await queue.family('p')
      expect(family).toMatchObject({ pending: 3 })
      expect(family?.children.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
        { id: 'c1', queue: queue.name, state: 'waiting' },
        { id: 'c2', queue: queue.name, state: 'waiting' },
        { id: 'c3', queue: `${queue.name}-other` },
      ])
      expect(await queue.family('c2')).toEqual({ parent: { id: 'p', queue: queue.name }, pending: 0, children: [] })
      expect(await queue.family('no-such-job')).toBeUndefined()
      const watched = await consume(queue, failWith({ retry: false }))
      await queue.resume()
      await watched.when('c2', 'failed')
      const states = (await queue.family('p'))?.children.map(({ state }) => state).filter((state) => state === 'failed')
      expect(states?.length).toBeGreaterThan(0)
      expect(await queue.get('p')).toMatchObject({ state: 'waiting-children' })
    } finally {
      await flows.close()
    }
  })
}
