import type { FlowProducer, Queue } from 'bullmq'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../electron/contract/job.ts'
import type { WhyCheck } from '../../electron/contract/why.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

/** A server with a plain BullMQ queue and flows of another program on it. */
export interface WhyPlace {
  variables: Record<string, string>
  queue: Queue
  flows: FlowProducer
  stop(): Promise<void>
}

const late = { delayMs: 3_600_000 }

/** Why a job is not running: from what queue, runners and pool say, whoever made it so. */
export function describeWhy(label: string, open: () => Promise<WhyPlace>): void {
  describe(`why a job is not running, with the queue on ${label}`, () => {
    let place: WhyPlace
    let home: RunnerHome
    let runner: Runner

    beforeAll(async () => {
      place = await open()
      home = await RunnerHome.make(place.variables)
      runner = await home.start()
      await runner.preferences.update({ cancel: { graceMs: 300 }, queue: { concurrency: 1 } })
    })
    afterAll(async () => {
      await home.remove()
      await place.stop()
    })

    async function failing(id: string): Promise<WhyCheck[]> {
      return (await runner.jobs.why(id)).checks.filter((check) => !check.ok)
    }

    /** What fails. The reason in the job's row, read at the same time, is the first of it. */
    async function codes(id: string): Promise<string[]> {
      for (;;) {
        const before = await runner.jobs.why(id)
        const job = await runner.jobs.get(id)
        const why = await runner.jobs.why(id)
        const [first, ...rest] = why.checks.filter((check) => !check.ok)
        // It moved on between the three looks.
        if (before.checks.find((check) => !check.ok)?.code !== first?.code) continue
        if (job.state !== why.state) continue
        if (first === undefined) return []
        expect(why.title).toBe(first.message)
        expect(job.waitingReason?.code).toBe(first.code)
        return [first, ...rest].map(({ code }) => code)
      }
    }

    async function withHeld(run: () => Promise<void>): Promise<void> {
      const gate = `held-${Math.random()}`
      const { id } = await runner.jobs.enqueue('hold', { release: home.gate(gate) }, once)
      await whenStarted(runner, id)
      try {
        await run()
      } finally {
        await home.openGate(gate)
        await whenFinished(runner, id)
      }
    }

    it('is the pause that another program made', async () => {
      await place.queue.pause()
      try {
        const { id } = await runner.jobs.enqueue('quick', { n: 1 })
        await until(async () => (await codes(id))[0] === 'QUEUE_PAUSED', 'the pause is told')
        expect((await failing(id))[0]).toMatchObject({ fix: { action: 'resume' } })
        const delayed = await runner.jobs.enqueue('quick', { n: 1 }, late)
        expect(await codes(delayed.id)).toEqual(['QUEUE_PAUSED', 'DELAYED_UNTIL'])
        await runner.jobs.remove(delayed.id)
        await place.queue.resume()
        expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed' })
      } finally {
        await place.queue.resume()
      }
    })

    it('is a delay with its true end, of ours and of a foreign job', async () => {
      const before = Date.now()
      const ours = await runner.jobs.enqueue('quick', { n: 1 }, late)
      const foreign = (await place.queue.add('quick', { n: 2 }, { delay: late.delayMs })).id ?? ''
      for (const id of [ours.id, foreign]) {
        expect(await codes(id)).toEqual(['DELAYED_UNTIL'])
        const [line] = await failing(id)
        const until = Date.parse(line?.until ?? '')
        expect(until).toBeGreaterThanOrEqual(before + late.delayMs)
        expect(until).toBeLessThanOrEqual(Date.now() + late.delayMs)
        expect(line?.fix).toEqual({ action: 'promote', label: 'Run now' })
        await runner.jobs.promote(id)
        await whenFinished(runner, id)
      }
    })

    it('is a delay also for a type that no runner handles, until its time has come', async () => {
      const id = (await place.queue.add('unheard-of', {}, { delay: late.delayMs })).id ?? ''
      await until(async () => (await codes(id)).length === 2, 'nobody knows it')
      // The queue was there first, so others may take from it: what holds for them too is said first.
      expect(await codes(id)).toEqual(['DELAYED_UNTIL', 'NO_RUNNER_FOR_TYPE'])
      expect(await runner.jobs.why(id)).toMatchObject({ state: 'delayed' })
      expect(await runner.jobs.get(id)).toMatchObject({ state: 'delayed' })
      await runner.jobs.remove(id)
    })

    it('is the back-off after a failed attempt, and which attempt comes next', async () => {
      const backoff = { type: 'fixed', delayMs: 3_600_000 } as const
      const { id } = await runner.jobs.enqueue('fail', {}, { attempts: 4, backoff })
      await until(async () => (await codes(id))[0] === 'BACKING_OFF', 'it backs off')
      const [line] = await failing(id)
      expect(line?.message).toMatch(/^Retries in (1 h|60 min), attempt 2 of 4\.$/)
      expect(Date.parse(line?.until ?? '')).toBeGreaterThan(Date.now() + 3_000_000)
      await runner.jobs.cancel(id, { by: 'test' })
    })

    it('is the child that a parent of a foreign flow waits for, and one that failed', async () => {
      await place.flows.add({
        name: 'quick',
        data: { n: 1 },
        queueName: 'toril',
        opts: { jobId: 'parent' },
        children: [{ name: 'fail', data: {}, queueName: 'toril', opts: { jobId: 'child', attempts: 1 } }],
      })
      await whenFinished(runner, 'child')
      await until(async () => (await codes('parent'))[0] === 'WAITING_FOR_CHILDREN', 'it waits')
      expect(await failing('parent')).toMatchObject([
        {
          message: 'Waits for 1 child job. child has failed, and must complete before this one runs.',
          fix: { action: 'job', target: 'child' },
        },
      ])
    })

    it('is that no live runner handles the type', async () => {
      const id = (await place.queue.add('unheard-of', {})).id ?? ''
      await until(async () => (await codes(id))[0] === 'NO_RUNNER_FOR_TYPE', 'nobody knows it')
      const why = await runner.jobs.why(id)
      expect(why).toMatchObject({ state: 'waiting', title: expect.stringContaining('unheard-of') })
      await runner.jobs.remove(id)
    })

    it('is the limit of jobs at once, then the place in line with an estimate from the pace that was seen', async () => {
      await withHeld(async () => {
        const first = await runner.jobs.enqueue('quick', { n: 1 })
        const second = await runner.jobs.enqueue('quick', { n: 2 })
        expect(await codes(first.id)).toEqual(['CONCURRENCY_LIMIT'])
        expect(await codes(second.id)).toEqual(['CONCURRENCY_LIMIT', 'NEXT_IN_LINE'])
        const [limit, line] = await failing(second.id)
        expect(limit).toMatchObject({
          message: 'This runner works on 1 of at most 1 job.',
          fix: { target: 'queue.concurrency' },
        })
        // Jobs ended in this minute, above.
        expect(line).toMatchObject({ estimateMs: expect.any(Number), message: expect.stringContaining('One job') })
      })
    })

    it('is the pool, told of a job that was taken and has no thread, with the memory it needs', async () => {
      const { pool } = runner.preferences.current()
      await runner.preferences.update({ pool: { minThreads: 1, maxThreads: 1 }, queue: { concurrency: 2 } })
      try {
        await withHeld(async () => {
          const { id } = await runner.jobs.enqueue('quick', { n: 1 }, { memoryMb: 96 })
          await until(async () => (await runner.jobs.get(id)).state === 'active', 'it is taken')
          expect(await codes(id)).toEqual(['ALL_THREADS_BUSY'])
          const why = await runner.jobs.why(id)
          expect(why.title).toBe('The only thread is busy. It needs one with a heap of 96 MB.')
        })
      } finally {
        await runner.preferences.update({ pool, queue: { concurrency: 1 } })
      }
    })

    it('is the global concurrency that another program set', async () => {
      await place.queue.setGlobalConcurrency(1)
      await runner.preferences.update({ queue: { concurrency: 4 } })
      try {
        await withHeld(async () => {
          const { id } = await runner.jobs.enqueue('quick', { n: 1 })
          await until(async () => (await codes(id))[0] === 'GLOBAL_CONCURRENCY', 'the limit is told')
          expect(await codes(id)).toEqual(['GLOBAL_CONCURRENCY'])
        })
      } finally {
        await place.queue.removeGlobalConcurrency()
        await runner.preferences.update({ queue: { concurrency: 1 } })
      }
    })

    it('is the rate limit of the preferences, which holds and is lifted live', async () => {
      await runner.preferences.update({ queue: { rateLimit: { max: 2, durationMs: 3_600_000 } } })
      const jobs: Job[] = []
      try {
        await until(async () => (await place.queue.getGlobalRateLimit())?.max === 2, 'the queue has it')
        for (let n = 0; n < 4; n += 1) jobs.push(await runner.jobs.enqueue('quick', { n }))
        const finished = async (): Promise<number> =>
          (await Promise.all(jobs.map(({ id }) => runner.jobs.get(id)))).filter(({ state }) => state === 'completed')
            .length
        await until(async () => (await finished()) === 2, 'two ran')
        const waiting = jobs[3]?.id ?? ''
        await until(async () => (await codes(waiting))[0] === 'RATE_LIMITED', 'the limit is reached')
        const [line] = await failing(waiting)
        expect(Date.parse(line?.until ?? '')).toBeGreaterThan(Date.now() + 3_000_000)
        expect(line?.fix).toMatchObject({ action: 'preferences', target: 'queue.rateLimit' })
        expect(await finished()).toBe(2)
      } finally {
        await runner.preferences.update({ queue: { rateLimit: null } })
      }
      for (const { id } of jobs) expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed' })
      expect(await place.queue.getGlobalRateLimit()).toBeNull()
    })

    it('is nothing for a job that runs or has finished, and says so', async () => {
      await withHeld(async () => {
        const [running] = (await runner.jobs.list({ state: ['active'], limit: 1 })).jobs
        const why = await runner.jobs.why(running?.id ?? '')
        expect(why).toMatchObject({
          state: 'active',
          checks: [],
          title: expect.stringMatching(/^It runs on thread T\d/),
        })
      })
      const { id } = await runner.jobs.enqueue('fail', {}, once)
      await whenFinished(runner, id)
      const over = await runner.jobs.why(id)
      expect(over).toMatchObject({ state: 'failed', checks: [], title: expect.stringContaining('It broke.') })
      await expect(runner.jobs.why('no-such-job')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    })
  })
}
