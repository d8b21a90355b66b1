import { expect, it } from 'vitest'
import type { Processor } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { complete, failWith, never } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** Locks that outlive any test: what is taken up meanwhile was released. */
const patientTiming = { lockMs: 3_600_000, stalledCheckMs: 3_600_000 }

/** Jobs in the hands of a runner that is dead. */
export function describeDead({ openQueue, server }: QueueBench): void {
  it('gives the jobs of a dead runner back at once, and only those', async () => {
    const dead = await openQueue({ runnerId: 'dead', timing: patientTiming })
    const alive = await openQueue({ name: dead.name, runnerId: 'alive', timing: patientTiming })
    const next = await openQueue({ name: dead.name, runnerId: 'next', timing: patientTiming })
    const lost = await Promise.all([1, 2, 3].map((n) => dead.add('a', n, plain)))
    const deadWorker = await consume(dead, never)
    await until(() => deadWorker.consumer.active().length === 3, 'the dead one has taken three')
    await deadWorker.consumer.stopTaking()
    const kept = await alive.add('a', 4, plain)
    const aliveWorker = await consume(alive, never)
    await until(() => aliveWorker.consumer.active().length === 1, 'the live one has taken one')
    await aliveWorker.consumer.stopTaking()

    const watched = await consume(next, complete('done'))
    const released = await watched.consumer.releaseJobsOf('dead')
    expect(new Set(released)).toEqual(new Set(lost.map(({ id }) => id)))
    for (const { id } of lost) {
      await watched.when(id, 'completed')
      expect(await next.get(id)).toMatchObject({ state: 'completed', runner: 'next', stalledCount: 1, attemptsMade: 1 })
    }
    expect(await next.get(kept.id)).toMatchObject({ state: 'active', runner: 'alive', stalledCount: 0 })
    expect(await watched.consumer.releaseJobsOf('dead')).toEqual([])
    expect(watched.taken).toHaveLength(3)
  })

  it('leaves alone a job that a dead runner had handed on', async () => {
    const giver = await openQueue({ runnerId: 'giver', timing: patientTiming })
    const taker = await openQueue({ name: giver.name, runnerId: 'taker', timing: patientTiming })
    const handed = Promise.withResolvers<void>()
    const giving = await consume(giver, async () => {
      await handed.promise
      return { kind: 'handed-over' }
    })
    const { id } = await giver.add('a', {}, plain)
    await until(() => giving.taken.length === 1, 'it is taken')
    const finish = Promise.withResolvers<void>()
    const taking = await consume(taker, async (taken) => {
      await finish.promise
      return complete('done')(taken)
    })
    expect(await taking.consumer.takeOver(id, 'a token of nobody')).toBe(false)
    expect(await taking.consumer.takeOver(id, giving.taken[0]?.token ?? '')).toBe(true)
    handed.resolve()
    await until(() => taking.taken.length === 1, 'it is handed on')
    expect(await taker.get(id)).toMatchObject({ state: 'active', runner: 'taker' })
    expect(await taking.consumer.releaseJobsOf('giver')).toEqual([])
    finish.resolve()
    await taking.when(id, 'completed')
    expect(await taker.get(id)).toMatchObject({ state: 'completed', result: 'done', attemptsMade: 1, stalledCount: 0 })
    expect([giving.taken.length, taking.taken.length]).toEqual([1, 1])
  })

  it('gives a job that is offered to several to one of them, and heeds the one that offered it no more', async () => {
    const giver = await openQueue({ runnerId: 'giver', timing: patientTiming })
    const heardNothing = Promise.withResolvers<void>()
    const giving = await consume(giver, async () => {
      await heardNothing.promise
      return { kind: 'postpone', delayMs: 3_600_000 }
    })
    const { id } = await giver.add('a', {}, plain)
    await until(() => giving.taken.length === 1, 'it is taken')
    const finish = Promise.withResolvers<void>()
    const slow: Processor = async (taken) => {
      await finish.promise
      return complete('done')(taken)
    }
    const takers = await Promise.all(
      ['first', 'second'].map(async (runnerId) => {
        const taker = await openQueue({ name: giver.name, runnerId, timing: patientTiming })
        return consume(taker, slow)
      }),
    )
    const token = giving.taken[0]?.token ?? ''
    const took = await Promise.all(takers.map(({ consumer }) => consumer.takeOver(id, token)))
    expect(took.filter(Boolean)).toHaveLength(1)
    heardNothing.resolve()
    await until(() => giving.consumer.active().length === 0, 'the one that offered it has let go of it')
    expect(await giver.get(id)).toMatchObject({ state: 'active', runner: took[0] === true ? 'first' : 'second' })
    finish.resolve()
    const [taker] = takers.filter((_, at) => took[at] === true)
    await taker?.when(id, 'completed')
    expect(await giver.get(id)).toMatchObject({ state: 'completed', attemptsMade: 1, stalledCount: 0 })
    expect(takers.flatMap(({ taken }) => taken)).toHaveLength(1)
  })

  it('tells a runner that was taken for dead of the job that another one has taken up', async () => {
    const slept = await openQueue({ runnerId: 'slept', timing: { ...patientTiming, lockMs: 1_000 } })
    const other = await openQueue({ name: slept.name, runnerId: 'other', timing: patientTiming })
    const told: [string, string | undefined][] = []
    const sleeping = await slept.consume(never, {
      concurrency: 1,
      onSettled: () => undefined,
      onTakenAway: (id, by) => told.push([id, by]),
    })
    const { id } = await slept.add('a', {}, plain)
    await until(() => sleeping.active().length === 1, 'it is taken')
    await sleeping.stopTaking()
    const watched = await consume(other, never)
    expect(await watched.consumer.releaseJobsOf('slept')).toEqual([id])
    await until(() => told.length > 0, 'it is told')
    expect(told[0]).toEqual([id, 'other'])
    expect(watched.taken).toHaveLength(1)
  })

  it('leaves alone a job that a worker without a name took after the dead runner', async () => {
    const dead = await openQueue({ runnerId: 'dead', timing: patientTiming })
    const next = await openQueue({ name: dead.name, runnerId: 'next', timing: patientTiming })
    const trying = await consume(dead, failWith())
    const { id } = await dead.add('a', {}, { attempts: 2, backoff: { type: 'fixed', delayMs: 3_600_000 } })
    await trying.when(id, 'delayed')
    await trying.consumer.stopTaking()
    const finish = Promise.withResolvers<void>()
    const worker = server().foreignWorker(dead.name, () => finish.promise)
    try {
      await dead.promote(id)
      await until(async () => (await dead.get(id))?.state === 'active', 'the other program has it')
      const watched = await consume(next, complete('again'))
      expect(await watched.consumer.releaseJobsOf('dead')).toEqual([])
      finish.resolve()
      await until(async () => (await next.get(id))?.state === 'completed', 'the other program has run it')
      expect(watched.taken).toEqual([])
    } finally {
      finish.resolve()
      await worker.close()
    }
  })

  it('ends a job that has taken every runner with it', async () => {
    let queue = await openQueue({ runnerId: 'victim-0', timing: patientTiming })
    const { id } = await queue.add('poison', {}, plain)
    let victim = await consume(queue, never)
    for (let deaths = 1; deaths <= 11; deaths += 1) {
      await until(() => victim.taken.length === 1, 'it is taken')
      const next = await openQueue({ name: queue.name, runnerId: `victim-${deaths}`, timing: patientTiming })
      await victim.consumer.stopTaking()
      victim = await consume(next, never)
      await victim.consumer.releaseJobsOf(`victim-${deaths - 1}`)
      // What it says of the job from now on is refused: the job is no longer its own.
      await queue.close()
      queue = next
    }
    await until(async () => (await queue.get(id))?.state === 'failed', 'it has failed')
    expect(victim.taken).toEqual([])
  })
}
