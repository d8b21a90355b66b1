import { DelayedError } from 'bullmq'
import { expect, it } from 'vitest'
import type { Json } from '../../../electron/contract/json.ts'
import type { QueuedOptions, Verdict } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { failWith } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** What a job carries, and how its attempts end. */
export function describeAttempts({ openQueue, server }: QueueBench): void {
  it('runs a job and keeps input, options and result', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, (taken) =>
      Promise.resolve({ kind: 'complete', result: { got: taken.job.input } }),
    )
    const options: QueuedOptions = {
      attempts: 4,
      backoff: { type: 'exponential', delayMs: 7 },
      priority: 5,
      timeoutMs: 1234,
      memoryMb: 64,
      executor: 'inline',
    }
    const added = await queue.add('add-two-numbers', { a: 1, b: [null, 'é', { c: 2.5 }] }, options)
    expect(added).toMatchObject({ type: 'add-two-numbers', state: 'waiting', attemptsMade: 0, options })
    await watched.when(added.id, 'completed')
    expect(watched.taken[0]).toMatchObject({ started: 1, job: { options, state: 'active', runner: 'runner-a' } })
    const job = await queue.get(added.id)
    expect(job).toMatchObject({ state: 'completed', result: { got: { a: 1, b: [null, 'é', { c: 2.5 }] } }, options })
    expect(job?.finishedAt).toBeGreaterThanOrEqual(job?.createdAt ?? Infinity)
    expect(job?.error).toBeUndefined()
  })

  it.each<[string, Json]>([
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['an empty string', ''],
    ['a list', [1, [2]]],
  ])('carries %s as input and as result', async (_, value) => {
    const queue = await openQueue()
    const watched = await consume(queue, (taken) => Promise.resolve({ kind: 'complete', result: taken.job.input }))
    const { id } = await queue.add('echo', value, plain)
    await watched.when(id, 'completed')
    expect(watched.taken[0]?.job.input).toEqual(value)
    expect(await queue.get(id)).toMatchObject({ input: value, result: value })
  })

  it('cleans NUL and lone surrogates out of input, result, progress and error', async () => {
    const queue = await openQueue()
    const dirty = 'a\0b\uD800c'
    const clean = 'a\uFFFDb\uFFFDc'
    const watched = await consume(queue, async (taken) => {
      taken.saveProgress({ message: dirty })
      await until(async () => (await queue.get(taken.job.id))?.progress !== undefined, 'progress is stored')
      if (taken.job.type === 'good') return { kind: 'complete', result: { [dirty]: dirty } }
      const error = { code: dirty, message: dirty, stack: dirty }
      return { kind: 'fail', error, retry: false, cancelled: false }
    })
    const good = await queue.add('good', { [dirty]: [dirty] }, plain)
    const bad = await queue.add('bad', dirty, plain)
    await watched.when(good.id, 'completed')
    await watched.when(bad.id, 'failed')
    expect(await queue.get(good.id)).toMatchObject({
      input: { [clean]: [clean] },
      result: { [clean]: clean },
      progress: { message: clean },
    })
    const error = { code: clean, message: clean, stack: clean }
    expect(await queue.get(bad.id)).toMatchObject({ input: clean, error })
  })

  it('retries with back-off until the attempts are used up, and keeps code, message and stack', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, failWith())
    const { id } = await queue.add('bad', {}, { attempts: 3, backoff: { type: 'exponential', delayMs: 20 } })
    await watched.when(id, 'failed')
    expect(watched.settled.map((one) => one.state)).toEqual(['delayed', 'delayed', 'failed'])
    expect(watched.settled[0]).toHaveProperty('delayUntil')
    expect(watched.taken.map((taken) => taken.started)).toEqual([1, 2, 3])
    expect(watched.taken.map((taken) => taken.job.attemptsMade)).toEqual([0, 1, 2])
    expect(await queue.get(id)).toMatchObject({
      state: 'failed',
      cancelled: false,
      attemptsMade: 3,
      error: { code: 'E_TEST', message: 'it broke', stack: 'Error: it broke\n    at test' },
    })
  })

  it('retries at once when the back-off is zero', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, failWith())
    const { id } = await queue.add('bad', {}, { attempts: 2, backoff: { type: 'fixed', delayMs: 0 } })
    await watched.when(id, 'failed')
    expect(watched.settled.map((one) => one.state)).toEqual(['waiting', 'failed'])
  })

  it('ends a job that is not to be retried, whatever attempts are left', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, failWith({ retry: false }))
    const { id } = await queue.add('bad', {}, { ...plain, attempts: 5 })
    await watched.when(id, 'failed')
    expect(watched.taken).toHaveLength(1)
    expect(await queue.get(id)).toMatchObject({ state: 'failed', cancelled: false, attemptsMade: 1 })
  })

  it('tells a cancelled job from a failed one', async () => {
    const queue = await openQueue()
    const error = { code: 'CANCELLED', message: 'Cancelled: no longer needed.' }
    const watched = await consume(queue, failWith({ retry: false, cancelled: true, error }))
    const { id } = await queue.add('bad', {}, { ...plain, attempts: 5 })
    await watched.when(id, 'failed')
    const job = await queue.get(id)
    expect(job).toMatchObject({ state: 'failed', cancelled: true, error })
    expect(job?.error?.stack).toBeUndefined()
    expect((await queue.page('failed', 0, 10))[0]?.cancelled).toBe(true)
  })

  it('counts a throw of the processor as a failed attempt', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, () => Promise.reject(new Error('a bug')))
    const { id } = await queue.add('bad', {}, plain)
    await watched.when(id, 'failed')
    expect(await queue.get(id)).toMatchObject({ error: { code: 'INTERNAL', message: 'a bug' } })
  })

  it('postpones without using an attempt, behind the others', async () => {
    const queue = await openQueue()
    let postponed = 0
    const order: string[] = []
    const watched = await consume(
      queue,
      (taken) => {
        order.push(taken.job.type)
        if (taken.job.type === 'unknown' && postponed++ < 3) return Promise.resolve({ kind: 'postpone', delayMs: 0 })
        return Promise.resolve({ kind: 'complete', result: null })
      },
      1,
    )
    await queue.pause()
    const unknown = await queue.add('unknown', {}, plain)
    const known = await queue.add('known', {}, plain)
    await queue.resume()
    await watched.when(known.id, 'completed')
    await watched.when(unknown.id, 'completed')
    expect(order.slice(0, 2)).toEqual(['unknown', 'known'])
    expect(
      watched.taken.filter((taken) => taken.job.type === 'unknown').map((taken) => taken.job.attemptsMade),
    ).toEqual([0, 0, 0, 0])
    expect(['delayed', 'waiting']).toContain(watched.settled.find((one) => one.id === unknown.id)?.state)
    expect(await queue.get(unknown.id)).toMatchObject({ state: 'completed', attemptsMade: 1 })
  })

  it('tells jobs that it put off from those that the worker of another program has moved to a later time', async () => {
    const queue = await openQueue()
    const hour = 3_600_000
    const types = { current: () => ['ours'], onChange: () => () => undefined }
    const { consumer } = await consume(queue, () => Promise.resolve({ kind: 'postpone', delayMs: hour }), 1, types)
    const [ours, theirs] = [await queue.add('ours', {}, plain), await queue.add('theirs', {}, plain)]
    const delayed = async (id: string) => {
      const job = await queue.get(id)
      return job?.state === 'delayed' ? job : undefined
    }
    expect(await until(() => delayed(ours.id), 'it is put off')).toMatchObject({ runner: 'runner-a', byToril: true })
    await consumer.stopTaking()
    const worker = server().foreignWorker(queue.name, async (job, token) => {
      await job.moveToDelayed(Date.now() + hour, token)
      throw new DelayedError()
    })
    try {
      expect((await until(() => delayed(theirs.id), 'it is moved')).byToril).toBeUndefined()
      // A worker without a name leaves the name of who had the job before it.
      expect(await queue.promote(ours.id)).toBe(true)
      const moved = await until(async () => {
        const job = await delayed(ours.id)
        return job !== undefined && job.byToril === undefined ? job : undefined
      }, 'it is moved after it was put off')
      expect(moved.runner).toBeUndefined()
    } finally {
      await worker.close()
    }
  })

  it('shows a postponed job as delayed and runs it when promoted', async () => {
    const queue = await openQueue()
    let first = true
    const watched = await consume(queue, () => {
      const verdict: Verdict = first ? { kind: 'postpone', delayMs: 3_600_000 } : { kind: 'complete', result: 1 }
      first = false
      return Promise.resolve(verdict)
    })
    const { id } = await queue.add('later', {}, plain)
    await watched.when(id, 'delayed')
    const job = await until(async () => {
      const found = await queue.get(id)
      return found?.state === 'delayed' ? found : undefined
    }, 'it is delayed')
    expect(Math.abs((job.delayUntil ?? 0) - Date.now() - 3_600_000)).toBeLessThan(60_000)
    expect(await queue.promote(id)).toBe(true)
    await watched.when(id, 'completed')
    expect(await queue.promote(id)).toBe(false)
  })

  it('gives one attempt more to a job that has none left, where a retry was asked for', async () => {
    const queue = await openQueue()
    const verdicts: Verdict[] = []
    const fail = {
      kind: 'fail',
      error: { code: 'E_TEST', message: 'it broke' },
      retry: true,
      cancelled: false,
    } as const
    const watched = await consume(queue, () => Promise.resolve(verdicts.shift() ?? fail))
    verdicts.push({ ...fail, oneMore: true }, { kind: 'complete', result: 'at last' })
    const good = await queue.add('good', {}, plain)
    await watched.when(good.id, 'completed')
    expect(await queue.get(good.id)).toMatchObject({ state: 'completed', result: 'at last', options: { attempts: 1 } })
    verdicts.push({ ...fail, oneMore: true }, fail)
    const bad = await queue.add('bad', {}, plain)
    await watched.when(bad.id, 'failed')
    // One more, not as many as it likes.
    expect(await queue.get(bad.id)).toMatchObject({ state: 'failed', attemptsMade: 2 })
    expect(watched.taken.filter(({ job }) => job.id === bad.id)).toHaveLength(2)
  })

  it('puts a job back as it was that was taken while the runner stops taking, and it comes next', async () => {
    const queue = await openQueue()
    const taken = Promise.withResolvers<void>()
    const decide = Promise.withResolvers<Verdict>()
    const watched = await consume(
      queue,
      (one) => {
        taken.resolve()
        return one.started === 1 ? decide.promise : Promise.resolve({ kind: 'complete', result: one.job.attemptsMade })
      },
      1,
    )
    const { id } = await queue.add('first', {}, plain)
    await taken.promise
    await watched.consumer.stopTaking()
    decide.resolve({ kind: 'postpone', delayMs: 0 })
    await until(() => watched.settled.length === 1, 'it is put back')
    expect(watched.settled).toEqual([{ id, state: 'waiting' }])
    expect(await queue.get(id)).toMatchObject({ state: 'waiting', attemptsMade: 0 })
    await watched.consumer.start()
    await watched.when(id, 'completed')
    expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 0 })
  })
}
