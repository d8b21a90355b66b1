import { expect, it } from 'vitest'
import { until } from '../until.ts'
import { complete, never } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** Jobs on their way to a runner: order, pause, delay, deduplication, removal. */
export function describeWaiting({ openQueue }: QueueBench): void {
  it('takes jobs in order, those with a priority after those without', async () => {
    const queue = await openQueue()
    await queue.pause()
    const ids: Record<string, string> = {}
    for (const [type, priority] of [
      ['c', 9],
      ['a1', 0],
      ['b', 3],
      ['a2', 0],
    ] as const) {
      ids[type] = (await queue.add(type, {}, { ...plain, priority })).id
    }
    expect((await queue.page('waiting', 0, 10)).map((job) => job.type)).toEqual(['a1', 'a2', 'b', 'c'])
    expect((await queue.page('waiting', 1, 2)).map((job) => job.type)).toEqual(['a2', 'b'])
    expect((await queue.page('waiting', 3, 2)).map((job) => job.type)).toEqual(['c'])
    expect(await queue.page('waiting', 4, 2)).toEqual([])
    const watched = await consume(queue, complete(), 1)
    await queue.resume()
    await watched.when(ids['c'] ?? '', 'completed')
    expect(watched.taken.map((taken) => taken.job.type)).toEqual(['a1', 'a2', 'b', 'c'])
    expect((await queue.page('completed', 0, 10)).map((job) => job.state)).toEqual(Array(4).fill('completed'))
  })

  it('pauses for everybody, counts the waiting jobs all the same, and resumes', async () => {
    const queue = await openQueue()
    const other = await openQueue({ name: queue.name, runnerId: 'runner-b' })
    const watched = await consume(queue, complete())
    await other.pause()
    expect(await queue.isPaused()).toBe(true)
    const first = await queue.add('a', {}, plain)
    await queue.add('b', {}, { ...plain, priority: 2 })
    await queue.add('c', {}, { ...plain, delayMs: 3_600_000 })
    expect(await queue.counts()).toEqual({ waiting: 2, delayed: 1, 'waiting-children': 0, active: 0 })
    expect((await queue.get(first.id))?.state).toBe('waiting')
    expect(watched.taken).toHaveLength(0)
    await other.resume()
    await watched.when(first.id, 'completed')
    expect(await queue.isPaused()).toBe(false)
  })

  it('holds a delayed job back until it is promoted', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, complete())
    const { id, delayUntil } = await queue.add('later', {}, { ...plain, delayMs: 3_600_000 })
    expect(delayUntil).toBeGreaterThan(Date.now())
    const [listed] = await queue.page('delayed', 0, 10)
    expect(listed).toMatchObject({ id, state: 'delayed', options: { delayMs: 3_600_000 } })
    expect(Math.abs((listed?.delayUntil ?? 0) - (delayUntil ?? 0))).toBeLessThan(2_000)
    expect(await queue.promote(id)).toBe(true)
    await watched.when(id, 'completed')
    expect(await queue.promote('no-such-job')).toBe(false)
  })

  it('runs a delayed job when its time has come', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, complete())
    const { id } = await queue.add('soon', {}, { ...plain, delayMs: 50 })
    await watched.when(id, 'completed')
  })

  it('answers the job there already for the same deduplication id, until that has finished', async () => {
    const queue = await openQueue()
    await queue.pause()
    const options = { ...plain, deduplicationId: 'once' }
    const first = await queue.add('a', { n: 1 }, options)
    const second = await queue.add('a', { n: 2 }, options)
    expect(second).toMatchObject({
      id: first.id,
      input: { n: 1 },
      state: 'waiting',
      options: { deduplicationId: 'once' },
    })
    expect(await queue.counts()).toMatchObject({ waiting: 1 })
    const watched = await consume(queue, complete())
    await queue.resume()
    await watched.when(first.id, 'completed')
    expect((await queue.add('a', { n: 3 }, options)).id).not.toBe(first.id)
  })

  it('removes a waiting job, and neither a running nor a missing one', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, never, 1)
    const running = await queue.add('a', {}, plain)
    await until(() => watched.taken.length === 1, 'it runs')
    const waiting = await queue.add('b', {}, plain)
    expect(await queue.remove(running.id)).toBe(false)
    expect(await queue.remove(waiting.id)).toBe(true)
    expect(await queue.remove(waiting.id)).toBe(false)
    expect(await queue.get(waiting.id)).toBeUndefined()
    expect(watched.consumer.active()).toEqual([running.id])
  })
}
