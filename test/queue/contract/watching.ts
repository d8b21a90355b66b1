import { expect, it } from 'vitest'
import type { QueueEvent } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { consume, hastyTiming, plain, type QueueBench } from './queue-bench.ts'

/** What a queue tells: events, the runners that live, its connection. */
export function describeWatching({ openQueue }: QueueBench): void {
  it('tells what happens in the queue', async () => {
    const queue = await openQueue()
    const events: QueueEvent[] = []
    const stopListening = queue.onEvent((event) => events.push(event))
    const seen = (wanted: Partial<QueueEvent>): Promise<QueueEvent> =>
      until(
        () => events.find((event) => Object.entries(wanted).every(([key, value]) => Reflect.get(event, key) === value)),
        `event ${JSON.stringify(wanted)} came`,
      )
    // The reader is ready once it has seen anything.
    await until(async () => {
      await queue.pause()
      await queue.resume()
      return events.some((event) => event.kind === 'resumed')
    }, 'events come')
    const { id } = await queue.add('a', {}, { ...plain, delayMs: 3_600_000 })
    await seen({ kind: 'added', id })
    await seen({ kind: 'state', id, state: 'delayed' })
    await queue.promote(id)
    await seen({ kind: 'state', id, state: 'waiting' })
    const finish = Promise.withResolvers<void>()
    await consume(queue, async (taken) => {
      taken.saveProgress({ ratio: 0.5 })
      await finish.promise
      return { kind: 'complete', result: null }
    })
    await seen({ kind: 'state', id, state: 'active' })
    await seen({ kind: 'progress', id })
    finish.resolve()
    await seen({ kind: 'state', id, state: 'completed' })
    const removed = await queue.add('b', {}, { ...plain, delayMs: 3_600_000 })
    await queue.remove(removed.id)
    await seen({ kind: 'removed', id: removed.id })
    stopListening()
  })

  it('knows the runners that live, and forgets those that stopped', async () => {
    const a = await openQueue()
    const b = await openQueue({ name: a.name, runnerId: 'runner-b' })
    await openQueue({ name: a.name, runnerId: 'silent' })
    await a.presence.publish(() => ({ jobTypes: ['x'] }))
    await b.presence.publish(() => ({ jobTypes: ['y', 'z'] }))
    await b.presence.publish(() => ({ jobTypes: ['y'] }))
    const listed = await a.presence.list()
    expect(listed.map(({ id, record }) => [id, record])).toEqual(
      expect.arrayContaining([
        ['runner-a', { jobTypes: ['x'] }],
        ['runner-b', { jobTypes: ['y'] }],
      ]),
    )
    expect(listed).toHaveLength(2)
    expect(Math.abs((listed[0]?.lastSeenAt ?? 0) - Date.now())).toBeLessThan(10_000)
    await b.presence.close()
    expect((await a.presence.list()).map((runner) => runner.id)).toEqual(['runner-a'])
    const elsewhere = await openQueue()
    expect(await elsewhere.presence.list()).toEqual([])
  })

  it('forgets a runner that no longer says that it lives, and not one that does', async () => {
    const alive = await openQueue({ timing: { ...hastyTiming, presenceTtlMs: 600 } })
    const dead = await openQueue({
      name: alive.name,
      runnerId: 'dead',
      timing: { ...hastyTiming, presenceTtlMs: 600, presenceBeatMs: 3_600_000 },
    })
    await alive.presence.publish(() => ({}))
    await dead.presence.publish(() => ({}))
    expect(await alive.presence.list()).toHaveLength(2)
    await until(async () => (await alive.presence.list()).length === 1, 'the silent one is forgotten')
    expect((await alive.presence.list()).map((runner) => runner.id)).toEqual(['runner-a'])
  })

  it('measures the round trip', async () => {
    const queue = await openQueue()
    await until(() => queue.connection().roundTripMs !== undefined, 'the first ping is back')
    expect(queue.connection()).toMatchObject({ state: 'live' })
  })

  it('rejects everything once it is closed', async () => {
    const queue = await openQueue()
    await queue.close()
    await expect(queue.add('a', {}, plain)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(queue.connection().state).toBe('offline')
  })
}
