import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import type { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TorilError } from '../../electron/contract/errors.ts'
import type { Json } from '../../electron/contract/json.ts'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type {
  Consumer,
  Processor,
  QueuedOptions,
  QueueEvent,
  Settled,
  Taken,
  Verdict,
} from '../../electron/runner/queue/job-queue.ts'
import type { QueueConfig, QueueTarget } from '../../electron/runner/queue/queue-config.ts'
import { until } from './until.ts'

/** A server of one kind, to be used and abused. */
export interface QueueUnderTest {
  readonly target: QueueTarget
  /** A plain BullMQ queue of another program. */
  foreignQueue(name: string): Promise<Queue>
  /** Ends the server the hard way; `comeBack` brings it back with what it had acknowledged. */
  goAway(): Promise<void>
  comeBack(): Promise<void>
  stop(): Promise<void>
}

const plain: QueuedOptions = { attempts: 1, backoff: { type: 'fixed', delayMs: 10 } }
const hastyTiming = { lockMs: 1_000, stalledCheckMs: 500, pingMs: 500, presenceBeatMs: 100, presenceTtlMs: 1_000 }

/** The promises of a queue, the same on every server. */
export function describeJobQueue(label: string, start: () => Promise<QueueUnderTest>): void {
  describe(`job queue on ${label}`, () => {
    let server: QueueUnderTest
    let open: RunnerQueue[] = []
    const problems: string[] = []

    beforeAll(async () => {
      server = await start()
    })
    afterEach(async () => {
      await Promise.all(open.map((queue) => queue.close()))
      open = []
    })
    afterAll(async () => {
      await server.stop()
    })

    function configOf(change: Partial<QueueConfig> = {}): QueueConfig {
      return {
        name: `q${randomBytes(4).toString('hex')}`,
        backend: server.target,
        retention: { completed: 1_000, failed: 1_000 },
        runnerId: 'runner-a',
        timing: hastyTiming,
        onProblem: (message) => problems.push(message),
        ...change,
      }
    }

    async function openQueue(change: Partial<QueueConfig> = {}): Promise<RunnerQueue> {
      const queue = await createJobQueue(configOf(change))
      open.push(queue)
      return queue
    }

    interface Watched {
      consumer: Consumer
      settled: Settled[]
      taken: Taken[]
      /** The first settlement of a job that is final, or of the given state. */
      when(id: string, state?: Settled['state']): Promise<Settled>
    }

    async function consume(queue: RunnerQueue, processor: Processor, concurrency = 4): Promise<Watched> {
      const settled: Settled[] = []
      const taken: Taken[] = []
      const consumer = await queue.consume(
        (job) => {
          taken.push(job)
          return processor(job)
        },
        { concurrency, onSettled: (one) => settled.push(one) },
      )
      return {
        consumer,
        settled,
        taken,
        when: (id, state) =>
          until(
            () =>
              settled.find(
                (one) => one.id === id && (state === undefined ? !('delayUntil' in one) : one.state === state),
              ),
            `job ${id} settled`,
          ),
      }
    }

    const complete =
      (result: Json = null): Processor =>
      () =>
        Promise.resolve({ kind: 'complete', result })
    const never: Processor = () => new Promise(() => undefined)
    const failWith =
      (verdict: Partial<Extract<Verdict, { kind: 'fail' }>> = {}): Processor =>
      () =>
        Promise.resolve({
          kind: 'fail',
          error: { code: 'E_TEST', message: 'it broke', stack: 'Error: it broke\n    at test' },
          retry: true,
          cancelled: false,
          ...verdict,
        })

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

    it('keeps the newest finished jobs only', async () => {
      const queue = await openQueue({ retention: { completed: 3, failed: 2 } })
      const inItsOwnMillisecond: Processor = async (taken) => {
        const begun = Date.now()
        await until(() => Date.now() > begun, 'the clock goes on')
        return taken.job.type === 'good' ? complete()(taken) : failWith()(taken)
      }
      const watched = await consume(queue, inItsOwnMillisecond, 1)
      for (let n = 0; n < 12; n++) await queue.add(n % 2 === 0 ? 'good' : 'bad', n, plain)
      await until(() => watched.settled.length === 12, 'all have ended')
      await queue.trim({ completed: 3, failed: 2 })
      const completed = await queue.page('completed', 0, 100)
      const failed = await queue.page('failed', 0, 100)
      expect(completed).toHaveLength(3)
      expect(failed).toHaveLength(2)
      const order = watched.settled.filter((one) => one.state === 'failed').map((one) => one.id)
      expect(new Set(failed.map((job) => job.id))).toEqual(new Set(order.slice(-2)))
    })

    it('takes a smaller retention over at once', async () => {
      const queue = await openQueue()
      queue.setRetention({ completed: 1, failed: 1 })
      const watched = await consume(queue, complete(), 1)
      for (let n = 0; n < 5; n++) await queue.add('good', n, plain)
      await until(() => watched.settled.length === 5, 'all have ended')
      await queue.trim({ completed: 1, failed: 1 })
      expect(await queue.page('completed', 0, 100)).toHaveLength(1)
    })

    it('runs jobs of a plain BullMQ producer, whose data stays as it is', async () => {
      const queue = await openQueue()
      const foreign = await server.foreignQueue(queue.name)
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

    it('saves progress at most four times a second, and the latest wins', async () => {
      const queue = await openQueue()
      const finish = Promise.withResolvers<void>()
      const watched = await consume(queue, async (taken) => {
        for (let n = 0; n <= 200; n++) taken.saveProgress({ done: n, total: 200 })
        await finish.promise
        return { kind: 'complete', result: null }
      })
      const { id } = await queue.add('a', {}, plain)
      await until(async () => (await queue.get(id))?.progress?.done === 200, 'the last progress is stored')
      finish.resolve()
      await watched.when(id, 'completed')
    })

    it('works on more jobs at once as soon as it is told to, and on fewer without dropping one', async () => {
      const queue = await openQueue()
      const finish = Promise.withResolvers<void>()
      let running = 0
      let most = 0
      const watched = await consume(
        queue,
        async () => {
          running++
          most = Math.max(most, running)
          await finish.promise
          running--
          return { kind: 'complete', result: null }
        },
        1,
      )
      for (let n = 0; n < 12; n++) await queue.add('a', n, plain)
      await until(() => running === 1, 'one runs')
      watched.consumer.setConcurrency(4)
      await until(() => running === 4, 'four run')
      watched.consumer.setConcurrency(2)
      finish.resolve()
      await until(() => watched.settled.length === 12, 'all have ended')
      expect(watched.taken).toHaveLength(12)
      expect(most).toBe(4)
    })

    it('stops taking jobs and starts again', async () => {
      const queue = await openQueue()
      const watched = await consume(queue, complete())
      await watched.consumer.stopTaking()
      const { id } = await queue.add('a', {}, plain)
      const marker = await openQueue({ name: queue.name, runnerId: 'runner-b' })
      expect(await marker.get(id)).toMatchObject({ state: 'waiting', attemptsMade: 0 })
      await watched.consumer.start()
      await watched.when(id, 'completed')
    })

    it('waits for running jobs when it closes', async () => {
      const queue = await openQueue()
      const finish = Promise.withResolvers<void>()
      const watched = await consume(queue, async () => {
        await finish.promise
        return { kind: 'complete', result: 'in time' }
      })
      const { id } = await queue.add('a', {}, plain)
      await until(() => watched.taken.length === 1, 'it runs')
      const closed = watched.consumer.close(20_000)
      finish.resolve()
      await closed
      expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 'in time' })
    })

    it('gives back what has not finished in the grace time, without using an attempt', async () => {
      const queue = await openQueue()
      const late = Promise.withResolvers<Verdict>()
      const watched = await consume(queue, () => late.promise)
      const { id } = await queue.add('a', {}, plain)
      await until(() => watched.taken.length === 1, 'it runs')
      await watched.consumer.close(50)
      expect(watched.settled).toEqual([{ id, state: 'waiting' }])
      expect(await queue.get(id)).toMatchObject({ state: 'waiting', attemptsMade: 0 })
      // What the old attempt says too late is nobody's business.
      late.reject(new Error('too late'))
      const next = await consume(queue, complete('again'))
      await next.when(id, 'completed')
      // A fetch under way when the consumer stopped may have taken it once more, and put it back.
      expect(next.taken[0]?.started).toBeGreaterThanOrEqual(2)
      expect(await queue.get(id)).toMatchObject({ result: 'again', attemptsMade: 1, stalledCount: 0 })
    })

    it('takes up again the job of a runner that was killed', async () => {
      const config = configOf()
      const queue = await openQueue(config)
      const { id } = await queue.add('a', { keep: 'me' }, plain)
      const { onProblem: _, ...plainConfig } = config
      const script = `${import.meta.dirname}/hold-jobs.ts`
      const child = spawn(process.execPath, [script, JSON.stringify({ ...plainConfig, runnerId: 'doomed' })], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const ended = new Promise((resolve) => child.once('exit', resolve))
      try {
        let said = ''
        child.stdout.on('data', (chunk) => (said += String(chunk)))
        await until(() => said.includes(id), 'the other runner has taken the job')
        expect(await queue.get(id)).toMatchObject({ state: 'active', runner: 'doomed' })
      } finally {
        child.kill('SIGKILL')
        await ended
      }
      const watched = await consume(queue, complete('saved'))
      await watched.when(id, 'completed')
      expect(watched.taken[0]).toMatchObject({ started: 2, job: { attemptsMade: 0, stalledCount: 1 } })
      expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 'saved', input: { keep: 'me' } })
    })

    it('tells what happens in the queue', async () => {
      const queue = await openQueue()
      const events: QueueEvent[] = []
      const stopListening = queue.onEvent((event) => events.push(event))
      const seen = (wanted: Partial<QueueEvent>): Promise<QueueEvent> =>
        until(
          () =>
            events.find((event) => Object.entries(wanted).every(([key, value]) => Reflect.get(event, key) === value)),
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
      await a.presence.publish({ jobTypes: ['x'] })
      await b.presence.publish({ jobTypes: ['y', 'z'] })
      await b.presence.publish({ jobTypes: ['y'] })
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
      await alive.presence.publish({})
      await dead.presence.publish({})
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

    it('keeps what it acknowledged when the server dies, says that it is away, and goes on by itself', async () => {
      const queue = await openQueue()
      const finish = Promise.withResolvers<void>()
      const states: string[] = []
      queue.onConnection((connection) => states.push(connection.state))
      const watched = await consume(
        queue,
        async (taken) => {
          if (taken.job.type === 'running') await finish.promise
          return { kind: 'complete', result: taken.job.input }
        },
        2,
      )
      const running = await queue.add('running', 'worth keeping', plain)
      await until(() => watched.taken.length === 1, 'it runs')
      await queue.pause()
      const acknowledged: string[] = []
      for (let n = 0; n < 20; n++) acknowledged.push((await queue.add('a', n, plain)).id)

      await server.goAway()
      await until(() => queue.connection().state !== 'live', 'the outage is noticed')
      expect(queue.connection().message).toMatch(/^The queue on (Redis|PostgreSQL) at .+ cannot be reached: .+\.$/)
      const refusals = await Promise.all(
        [
          queue.add('b', 1, plain),
          queue.get(running.id),
          queue.page('waiting', 0, 10),
          queue.counts(),
          queue.pause(),
          queue.remove('x'),
          queue.retry('x'),
          queue.presence.list(),
        ].map((asked) =>
          asked.then(
            () => 'answered',
            (error: TorilError) => error.code,
          ),
        ),
      )
      expect(refusals).toEqual(Array(8).fill('UNAVAILABLE'))
      // The attempt ends while the server is away: its result must arrive all the same.
      finish.resolve()

      await server.comeBack()
      await until(() => queue.connection().state === 'live', 'the connection is back')
      await queue.resume()
      await watched.when(running.id, 'completed')
      expect(await queue.get(running.id)).toMatchObject({
        state: 'completed',
        result: 'worth keeping',
        attemptsMade: 1,
      })
      expect(watched.taken.filter((taken) => taken.job.id === running.id)).toHaveLength(1)
      for (const id of acknowledged) await watched.when(id, 'completed')
      expect(await queue.counts()).toEqual({ waiting: 0, delayed: 0, 'waiting-children': 0, active: 0 })
      expect(states[0]).toBe('reconnecting')
      expect(states.at(-1)).toBe('live')
    })

    it('closes while the server is away', async () => {
      const queue = await openQueue()
      const watched = await consume(queue, never)
      await queue.add('a', {}, plain)
      await until(() => watched.taken.length === 1, 'it runs')
      await server.goAway()
      try {
        await until(() => queue.connection().state !== 'live', 'the outage is noticed')
        await watched.consumer.close(0)
        await queue.close()
      } finally {
        await server.comeBack()
      }
    })
  })
}
