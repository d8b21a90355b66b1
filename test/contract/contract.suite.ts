import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { jobSchema, type Job, type JobEvent } from '../../electron/contract/job.ts'
import type { Json } from '../../electron/contract/json.ts'
import { defaultPreferences, preferencesSchema } from '../../electron/contract/preferences.ts'
import { cpuProfileSchema, maxProfileMs } from '../../electron/contract/profile.ts'
import { refused, type ApiFixture } from './api-fixture.ts'
import type { Client, ClientConnection, Transport } from './connections.ts'

/** The same cases through any transport, against a real runner. */
export function contractSuite(transport: Transport, api: () => ApiFixture): void {
  describe(`the contract over ${transport.name}`, () => {
    let connection: ClientConnection
    let client: Client
    beforeAll(() => {
      connection = transport.connect(api())
      client = connection.client
    })
    afterAll(() => connection.close())

    const add = (input: Json = { a: 1, b: 2 }) => client.jobs.enqueue({ type: 'add-two-numbers', input })

    async function eventsOf(id: string): Promise<JobEvent[]> {
      const events: JobEvent[] = []
      for await (const event of await client.jobs.events({ id })) events.push(event)
      return events
    }

    async function finished(id: string): Promise<Job> {
      await eventsOf(id)
      return client.jobs.get({ id })
    }

    async function running(type: string): Promise<string> {
      const { id } = await client.jobs.enqueue({ type, input: {}, options: { attempts: 1 } })
      // Active is not enough: it may still wait for a thread to have started.
      await expect.poll(async () => (await client.jobs.get({ id })).attempts.length).toBe(1)
      return id
    }

    /** A job that stays where it is until the queue goes on. */
    async function whilePaused<Result>(run: () => Promise<Result>): Promise<Result> {
      expect((await client.queue.pause()).paused).toBe(true)
      try {
        return await run()
      } finally {
        expect((await client.queue.resume()).paused).toBe(false)
      }
    }

    /** `done`, or the code of the error. */
    const outcome = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      )

    describe('a job', () => {
      test('is enqueued, runs, and is told of to its end', async () => {
        const job = await add()
        expect(jobSchema.parse(job)).toMatchObject({ type: 'add-two-numbers', input: { a: 1, b: 2 } })
        const events = await eventsOf(job.id)
        expect(events[0]).toMatchObject({ kind: 'job', job: { id: job.id } })
        expect(events.at(-1)).toMatchObject({ kind: 'job', job: { state: 'completed', result: 3 } })
        const done = await client.jobs.get({ id: job.id })
        expect(done.attempts).toMatchObject([{ number: 1, executor: 'thread', outcome: 'completed' }])
      })

      test('can be enqueued with its input alone', async () => {
        const job = await client.jobs.enqueueType({ params: { type: 'add-three-numbers' }, body: { a: 1, b: 2, c: 3 } })
        expect((await finished(job.id)).result).toBe(6)
      })

      test('that fails says why and keeps its log', async () => {
        const { id } = await client.jobs.enqueue({ type: 'fail-always', input: {}, options: { attempts: 1 } })
        expect(await finished(id)).toMatchObject({ state: 'failed', error: { message: 'as it should' } })
        const { lines } = await client.jobs.logs({ id })
        expect(lines).toMatchObject([{ seq: 1, level: 'warn', attempt: 1, text: 'about to fail' }])
        expect((await client.jobs.logs({ id, after: 1 })).lines).toEqual([])
      })

      test('that has finished is retried, and one that has not is not', async () => {
        const { id } = await client.jobs.enqueue({ type: 'fail-always', input: {}, options: { attempts: 1 } })
        await finished(id)
        expect((await client.jobs.retry({ id })).id).toBe(id)
        expect((await finished(id)).attempts).toHaveLength(2)
        await whilePaused(async () => {
          const waiting = await add()
          await refused(client.jobs.retry({ id: waiting.id }), 'JOB_NOT_FINISHED', /./)
          await client.jobs.cancel({ id: waiting.id })
        })
      })

      test('that waits says why, and one that has finished says so', async () => {
        await whilePaused(async () => {
          const { id } = await add()
          const why = await client.jobs.why({ id })
          expect(why).toMatchObject({ id, state: 'waiting', title: 'The queue is paused.' })
          const paused = why.checks.find(({ code }) => code === 'QUEUE_PAUSED')
          expect(paused).toMatchObject({ ok: false, fix: { action: 'resume' } })
          expect((await client.jobs.get({ id })).waitingReason?.code).toBe('QUEUE_PAUSED')
          await client.jobs.remove({ id })
        })
        const { id } = await add()
        await finished(id)
        expect(await client.jobs.why({ id })).toMatchObject({ state: 'completed', checks: [] })
      })

      test('that is delayed is promoted, and one that is not is not', async () => {
        const options = { delayMs: 3_600_000 }
        const { id, state } = await client.jobs.enqueue({ type: 'add-two-numbers', input: { a: 2, b: 2 }, options })
        expect(state).toBe('delayed')
        await client.jobs.promote({ id })
        expect((await finished(id)).result).toBe(4)
        await refused(client.jobs.promote({ id }), 'JOB_NOT_DELAYED', /./)
      })

      test('that waits is cancelled at once', async () => {
        await whilePaused(async () => {
          const { id } = await add()
          const { result, job } = await client.jobs.cancel({ id, reason: 'not needed' })
          expect([result, job.state]).toEqual(['cancelled', 'cancelled'])
          expect((await client.jobs.get({ id })).error).toMatchObject({
            code: 'CANCELLED',
            message: expect.stringMatching(/^Cancelled from the .+: not needed$/) as string,
          })
        })
      })

      test('that runs is asked to stop, and tells of it', async () => {
        const id = await running('wait-for-stop')
        const { result, killAt } = await client.jobs.cancel({ id })
        expect([result, typeof killAt]).toEqual(['asked', 'string'])
        const job = await finished(id)
        expect(job).toMatchObject({ state: 'cancelled', attempts: [{ outcome: 'cancelled' }] })
        await refused(client.jobs.cancel({ id }), 'JOB_FINISHED', /cancelled/)
      })

      test('that never stops is killed', async () => {
        const id = await running('never-stops')
        await refused(client.jobs.remove({ id }), 'JOB_ACTIVE', /./)
        expect((await client.jobs.cancel({ id, now: true })).result).toBe('killed')
        expect((await finished(id)).state).toBe('cancelled')
      })

      test('that never yields shows its stack, and a profile of it is recorded and ended', async () => {
        const id = await running('never-stops')
        // Before that it loads its code, which a stack shows as truly.
        await expect.poll(async () => (await client.jobs.stack({ id })).frames[0]?.name).toBe('run')
        const { job, state, frames } = await client.jobs.stack({ id })
        expect([job.id, job.type, state]).toEqual([id, 'never-stops', 'running'])
        expect(frames[0]).toMatchObject({ name: 'run', origin: 'job', line: 3, text: 'run: () => { for (;;) {} },' })
        const profile = cpuProfileSchema.parse(await client.jobs.profile({ id, durationMs: 100 }))
        expect(profile.$toril).toMatchObject({ job: { id }, ended: 'time', scope: 'thread' })
        expect(profile.nodes.some(({ callFrame }) => callFrame.url.endsWith('/never-stops.job.mjs'))).toBe(true)

        // One at a time: of two, one is refused, and the other records until it is told to end.
        const recording = { id, durationMs: maxProfileMs }
        const both = Promise.allSettled([client.jobs.profile(recording), client.jobs.profile(recording)])
        await expect.poll(() => outcome(client.jobs.endProfile({ id }))).toBe('done')
        const settled = await both
        expect(settled.find(({ status }) => status === 'rejected')).toMatchObject({
          reason: { code: 'BEING_PROFILED' },
        })
        const ended = settled.find(({ status }) => status === 'fulfilled')
        expect(ended).toMatchObject({ value: { $toril: { ended: 'stopped' } } })
        await refused(client.jobs.endProfile({ id }), 'NOT_PROFILED', /./)
        const tooLong = client.jobs.profile({ id, durationMs: maxProfileMs + 1 })
        await refused(tooLong, 'INVALID_REQUEST', /durationMs/, ['durationMs'])
        await client.jobs.cancel({ id, now: true })
        await finished(id)
        await refused(client.jobs.stack({ id }), 'JOB_NOT_RUNNING', /cancelled already/)
        await refused(client.jobs.profile({ id }), 'JOB_NOT_RUNNING', /cancelled already/)
      })

      test('that runs inline gives the profile of its process, and says that its stack cannot be had', async () => {
        const options = { attempts: 1, executor: 'inline' as const }
        const { id } = await client.jobs.enqueue({ type: 'wait-for-stop', input: {}, options })
        await expect.poll(async () => (await client.jobs.get({ id })).attempts.length).toBe(1)
        await refused(client.jobs.stack({ id }), 'RUNS_INLINE', /CPU profile/)
        const recorded = await client.jobs.profile({ id, durationMs: 50 })
        expect(recorded.$toril).toMatchObject({ job: { executor: 'inline' }, ended: 'time', scope: 'process' })
        await client.jobs.cancel({ id })
        await finished(id)
      })

      test('can be left while it runs', async () => {
        const id = await running('wait-for-stop')
        const events = await client.jobs.events({ id })
        expect((await events.next()).value).toMatchObject({ kind: 'job', job: { state: 'active' } })
        await events.return()
        await client.jobs.cancel({ id, now: true })
        expect((await finished(id)).state).toBe('cancelled')
      })

      test('that has finished is removed for good', async () => {
        const { id } = await add()
        await finished(id)
        expect(await client.jobs.remove({ id })).toBeUndefined()
        await refused(client.jobs.get({ id }), 'JOB_NOT_FOUND', new RegExp(id))
      })
    })

    describe('the list of jobs', () => {
      test('is filtered by state, type and text, and comes in pages', async () => {
        const word = `needle-${transport.name}`
        const options = { delayMs: 3_600_000 }
        const ids: string[] = []
        for (let n = 0; n < 3; n++) {
          const job = await client.jobs.enqueue({ type: 'wait-for-stop', input: { word, n }, options })
          ids.unshift(job.id)
        }
        await expect.poll(async () => (await client.jobs.list({ query: word })).total).toBe(3)
        const first = await client.jobs.list({ query: word, limit: 2 })
        expect(first.jobs.map(({ id }) => id)).toEqual(ids.slice(0, 2))
        const cursor = first.nextCursor ?? 'missing'
        const second = await client.jobs.list({ query: word, limit: 2, cursor })
        expect(second.jobs.map(({ id }) => id)).toEqual(ids.slice(2))
        expect(second.nextCursor).toBeUndefined()
        const total = async (filter: Parameters<Client['jobs']['list']>[0]) =>
          (await client.jobs.list({ query: word, ...filter })).total
        expect(await total({ state: ['delayed', 'active'] })).toBe(3)
        expect(await total({ state: ['completed'] })).toBe(0)
        expect(await total({ type: 'add-two-numbers' })).toBe(0)
        for (const id of ids) await client.jobs.cancel({ id })
      })

      test('refuses a state or a page that cannot be', async () => {
        await refused(client.jobs.list({ limit: 0 }), 'INVALID_REQUEST', 'limit must be at least 1.', ['limit'])
        await refused(
          client.jobs.list({ state: ['lost' as 'active'] }),
          'INVALID_REQUEST',
          /^state\[0\] must be one of /,
        )
        await refused(client.jobs.list({ cursor: 'nonsense' }), 'INVALID_REQUEST', /cursor/)
      })
    })

    describe('bad input', () => {
      test('an unknown job type is named, with those that are known', async () => {
        const call = client.jobs.enqueue({ type: 'no-such-type', input: {} })
        await refused(call, 'UNKNOWN_JOB_TYPE', /no-such-type.*add-two-numbers/)
      })

      test('an input that does not fit names its field', async () => {
        await refused(add({ a: 1, b: 'two' }), 'INVALID_INPUT', /\bb\b/)
        await refused(add({ a: 1 }), 'INVALID_INPUT', /\bb\b/)
        await refused(add(null), 'INVALID_INPUT', /./)
      })

      test('a wrong option names its field', async () => {
        const call = client.jobs.enqueue({ type: 'add-two-numbers', input: {}, options: { attempts: 0 } })
        await refused(call, 'INVALID_REQUEST', 'options.attempts must be at least 1.', ['options', 'attempts'])
      })

      test.each(['get', 'why', 'remove', 'logs', 'events', 'cancel', 'retry', 'promote'] as const)(
        'jobs.%s of an unknown job is JOB_NOT_FOUND',
        async (operation) => {
          await refused(client.jobs[operation]({ id: 'no-such-job' }), 'JOB_NOT_FOUND', /no-such-job/)
        },
      )
    })

    describe('the runner', () => {
      test('tells its job types', async () => {
        const { jobTypes, problems } = await client.jobTypes.list()
        const names = jobTypes.map(({ name }) => name)
        expect(names).toEqual(expect.arrayContaining(['add-two-numbers', 'hash-folder', 'wait-for-stop']))
        expect(problems).toEqual([])
      })

      test('pauses and resumes its queue', async () => {
        const id = await whilePaused(async () => {
          expect((await client.queue.get()).paused).toBe(true)
          const job = await add()
          expect((await client.jobs.get({ id: job.id })).waitingReason).toMatchObject({ code: 'QUEUE_PAUSED' })
          await expect.poll(async () => (await client.queue.get()).counts.waiting).toBeGreaterThan(0)
          return job.id
        })
        expect((await client.queue.get()).paused).toBe(false)
        expect((await finished(id)).state).toBe('completed')
      })

      test('changes preferences live and refuses wrong ones', async () => {
        const changed = await client.preferences.update({ pool: { maxThreads: 3 } })
        expect(changed.pool).toMatchObject({ maxThreads: 3, minThreads: 1 })
        expect(preferencesSchema.parse(await client.preferences.get())).toEqual(changed)
        const wrong = client.preferences.update({ pool: { maxThreads: 0 } })
        await refused(wrong, 'INVALID_PREFERENCES', /pool\.maxThreads/, ['pool', 'maxThreads'])
        const crossed = client.preferences.update({ pool: { minThreads: 200 } })
        await refused(crossed, 'INVALID_PREFERENCES', /pool\.minThreads/, ['pool', 'minThreads'])
        const unknown = client.preferences.update({ pool: { threads: 1 } } as never)
        await refused(unknown, 'INVALID_PREFERENCES', 'pool.threads is not a known field.', ['pool', 'threads'])
        const fixed = client.preferences.update({ jobs: { folder: '/elsewhere' } })
        await refused(fixed, 'SET_BY_ENVIRONMENT', /TORIL_JOBS_DIR/)
        await client.preferences.update({ pool: defaultPreferences.pool })
      })

      test('tells its threads, its peers, itself and its throughput', async () => {
        const { threads } = await client.threads.list()
        expect(threads.length).toBeGreaterThan(0)
        const { runners } = await client.runners.list()
        expect(runners).toMatchObject([{ self: true, kind: 'headless', pid: process.pid }])
        const system = await client.system.info()
        expect(system).toMatchObject({ version: '0.0.0', runnerId: runners[0]?.id })
        expect(system.environment).toContainEqual(
          expect.objectContaining({ variable: 'TORIL_JOBS_DIR', field: 'jobs.folder' }),
        )
        expect((await client.queue.throughput({ range: '15m' })).buckets.length).toBeGreaterThan(0)
        const wrong = client.queue.throughput({ range: '1y' as '1h' })
        await refused(wrong, 'INVALID_REQUEST', 'range must be one of 15m, 1h, 24h, 7d.', ['range'])
      })

      test('streams a snapshot, then patches in one sequence', async () => {
        const updates = await client.updates.watch()
        const first = await updates.next()
        expect(first.value).toMatchObject({ kind: 'snapshot', preferences: expect.anything() as unknown })
        const { id } = await add()
        let seq = first.done === true ? 0 : first.value.seq
        for (;;) {
          const { value, done } = await updates.next()
          if (done === true) throw new Error('The stream ended.')
          expect(value.seq).toBe(++seq)
          if (value.jobs?.some((job) => job.id === id && job.state === 'completed') === true) break
        }
        await updates.return()
      })
    })
  })
}
