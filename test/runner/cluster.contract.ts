import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job, JobEvent } from '../../electron/contract/job.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startDoomedRunner } from './doomed-runner.ts'
import {
  hastyTiming,
  jobWhen,
  once,
  patientTiming,
  RunnerHome,
  whenFinished,
  whenStarted,
  type QueuePlace,
} from './runner-under-test.ts'
import { itStopsWhatItGivesBack } from './stop.contract.ts'
import { addTestJob } from './test-jobs.ts'

const by = 'test'

/** The promises of two runners of one queue. `shared`: they write one history; else each has its own. */
export function describeCluster(
  label: string,
  open: () => Promise<QueuePlace & { variablesOf(runner: number): Record<string, string> }>,
): void {
  describe(`two runners with their queue on ${label}`, () => {
    let place: Awaited<ReturnType<typeof open>> | undefined
    let homes: [RunnerHome, RunnerHome]
    let here: Runner
    let there: Runner

    beforeAll(async () => {
      place = await open()
      homes = [await RunnerHome.make(place.variablesOf(0)), await RunnerHome.make(place.variablesOf(1))]
      await addTestJob(homes[1].jobsDir, 'only-there')
      here = await homes[0].start()
      there = await homes[1].start()
      await there.preferences.update({ cancel: { graceMs: 300 } })
      await untilBothSee(2)
    })
    afterAll(async () => {
      await Promise.all(homes.map((home) => home.remove()))
      await place?.stop()
    })

    async function untilBothSee(count: number): Promise<void> {
      for (const runner of [here, there]) {
        await until(async () => (await runner.runners.list()).length === count, `${count} runners are seen`)
      }
    }

    /** A job that runs on the other runner, because this one takes none meanwhile. */
    async function runThere(type: string, input: Record<string, string>, options = once): Promise<string> {
      await here.runners.pause(here.id)
      const { id } = await here.jobs.enqueue(type, input, options)
      await whenStarted(there, id)
      await here.runners.resume(here.id)
      await jobWhen(here, id, 'is seen to run there', (job) => job.attempts.at(-1)?.runner === there.id)
      return id
    }

    it('list each other, with load, clock and state', async () => {
      const listed = await here.runners.list()
      expect(listed).toMatchObject([
        { id: here.id, self: true, state: 'taking' },
        {
          id: there.id,
          self: false,
          state: 'taking',
          maxThreads: 4,
          clockSkewMs: expect.any(Number),
          pid: process.pid,
        },
      ])
      expect(listed[1]?.jobTypes).toContain('only-there')
      expect(listed[0]?.clockSkewMs).toBeUndefined()
    })

    it('cancel a job through the runner that runs it, in two steps', async () => {
      const id = await runThere('spin', {})
      const answer = await here.jobs.cancel(id, { by, reason: 'Enough.' })
      expect(answer).toMatchObject({ result: 'asked', killAt: expect.any(String) })
      const job = await whenFinished(here, id)
      expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
      const attempt = {
        outcome: 'cancelled',
        runner: there.id,
        cancelledBy: `test on ${here.id}`,
        cancelReason: 'Enough.',
      }
      await jobWhen(here, id, 'has its attempt', ({ attempts }) => attempts[0]?.cancelledBy !== undefined)
      expect((await here.jobs.get(id)).attempts).toMatchObject([attempt])
      expect((await there.jobs.get(id)).attempts).toMatchObject([attempt])
    })

    it('kill at once a job that spins elsewhere', async () => {
      const id = await runThere('spin', {})
      expect(await here.jobs.cancel(id, { by, now: true })).toMatchObject({
        result: 'killed',
        job: { state: 'cancelled' },
      })
      expect(await whenFinished(here, id)).toMatchObject({ state: 'cancelled' })
    })

    it('stop an attempt elsewhere so that the job runs again', async () => {
      const id = await runThere('hold', { release: homes[0].gate('again') }, { ...once, attempts: 2 })
      await here.jobs.cancel(id, { by, then: 'retry' })
      await jobWhen(here, id, 'runs again', ({ attempts }) => attempts.length === 2)
      await homes[0].openGate('again')
      await whenFinished(here, id)
      const { attempts } = await jobWhen(here, id, 'has both ends', (job) => {
        const [first, second] = job.attempts
        // Taken here before the other one has told how it ended, it looks lost until then.
        return first?.outcome !== 'lost' && second?.outcome !== undefined
      })
      expect(attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'completed'])
    })

    it('follow a job of the other: log lines and progress, then its result', async () => {
      await here.runners.pause(here.id)
      const { id } = await here.jobs.enqueue('talk-on-release', { release: homes[0].gate('talk') }, once)
      const events: JobEvent[] = []
      const following = (async () => {
        for await (const event of here.jobs.events(id, new AbortController().signal)) events.push(event)
      })()
      await until(() => events.length > 0, 'the job is followed')
      await homes[0].openGate('talk')
      await following
      await here.runners.resume(here.id)
      const lines = events.flatMap((event) => (event.kind === 'log' ? event.lines.map(({ text }) => text) : []))
      expect(lines).toEqual(['line 1', 'line 2', 'line 3'])
      expect(events).toContainEqual({ kind: 'progress', progress: { done: 3, total: 3, ratio: 1 } })
      expect(events.at(-1)).toMatchObject({
        kind: 'job',
        job: { state: 'completed', result: 'said', attempts: [{ runner: there.id, outcome: 'completed' }] },
      })
      await until(async () => (await here.jobs.logs(id, 0, 10)).lines.length === 3, 'its lines are kept here')
    })

    it('have the job, its attempt and its result in the history of both', async () => {
      const id = await runThere('hold', { release: homes[0].gate('kept') })
      await homes[0].openGate('kept')
      await whenFinished(here, id)
      for (const runner of [here, there]) {
        const job = await jobWhen(runner, id, 'is kept', ({ attempts }) => attempts[0]?.outcome === 'completed')
        expect(job).toMatchObject({
          state: 'completed',
          result: 'released',
          attempts: [{ number: 1, runner: there.id }],
        })
        const found = { query: homes[0].gate('kept'), state: ['completed' as const], limit: 10 }
        await until(async () => (await runner.jobs.list(found)).jobs[0]?.id === id, 'it is found')
      }
    })

    it('hand a job to the one that knows its type, without using an attempt', async () => {
      const jobs = await Promise.all(Array.from({ length: 10 }, () => here.jobs.enqueue('only-there', {}, once)))
      for (const { id } of jobs) {
        const job = await whenFinished(here, id)
        expect(job).toMatchObject({ state: 'completed', result: 'late' })
        const { attempts } = await jobWhen(here, id, 'has its attempt', (known) => known.attempts.length > 0)
        expect(attempts).toMatchObject([{ number: 1, runner: there.id, outcome: 'completed' }])
      }
    })

    it('pause, resume, drain and resize each other', async () => {
      expect(await here.runners.pause(there.id)).toMatchObject({ id: there.id, state: 'paused', self: false })
      const { id } = await there.jobs.enqueue('quick', { n: 1 }, once)
      // The queue tells the end of a job before the other runner tells the attempt.
      const finished = await jobWhen(there, id, 'has its attempt', ({ attempts }) => attempts[0]?.outcome !== undefined)
      expect(finished.attempts).toMatchObject([{ runner: here.id }])
      expect(await here.runners.resume(there.id)).toMatchObject({ state: 'taking' })

      const held = await runThere('hold', { release: homes[0].gate('drain') })
      expect(await here.runners.drain(there.id)).toMatchObject({ state: 'draining' })
      await homes[0].openGate('drain')
      await whenFinished(here, held)
      await until(async () => (await here.runners.list())[1]?.state === 'drained', 'the other is drained')
      await here.runners.resume(there.id)

      const size = { maxThreads: 2, concurrency: 3 }
      expect(await here.runners.resize(there.id, size)).toMatchObject(size)
      expect(there.preferences.current()).toMatchObject({ pool: { maxThreads: 2 }, queue: { concurrency: 3 } })
      await expect(here.runners.resize(there.id, { minThreads: 9 })).rejects.toMatchObject({
        code: 'INVALID_PREFERENCES',
      })
      await expect(here.runners.pause('nobody')).rejects.toMatchObject({ code: 'RUNNER_NOT_FOUND' })
    })

    it('say so when the other one was killed, and cancel its job when it is taken up again', async () => {
      const variables = { ...homes[0].variables, TORIL_QUEUE: 'killed' }
      const home = await RunnerHome.make(variables)
      // Believed to live, and with its hold on the job, until the job has been cancelled.
      const timing = { ...hastyTiming, lockMs: 10_000, presenceTtlMs: 10_000, relayAnswerMs: 300 }
      const dataDir = join(homes[0].folder, 'killed')
      const doomed = await startDoomedRunner({ dataDir, variables, timing, count: 0, release: home.gate('never') })
      try {
        const id = doomed.held ?? ''
        const survivor = await home.start({ timing })
        const [, dead] = await until(async () => {
          const list = await survivor.runners.list()
          return list.length === 2 ? list : undefined
        }, 'they see each other')
        await doomed.kill()
        const refusal = survivor.jobs.cancel(id, { by, reason: 'It hangs.' })
        await expect(refusal).rejects.toMatchObject({ code: 'RUNNING_ELSEWHERE' })
        await expect(refusal).rejects.toThrow(/last heard of \d+ s ago\. .* did not answer .*cancelled for good/)
        const job = await whenFinished(survivor, id)
        const message = `Cancelled from the test on ${survivor.id}: It hangs.`
        expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED', message } })
        expect(job.attempts).toMatchObject([
          { runner: dead?.id, outcome: 'lost', cancelledBy: `test on ${survivor.id}`, cancelReason: 'It hangs.' },
        ])
      } finally {
        await doomed.kill()
        await home.remove()
      }
    })

    it('show the attempt of one that was killed as lost, also while nobody takes its job up', async () => {
      const survivors = await Promise.all(
        homes.map(({ variables }) => RunnerHome.make({ ...variables, TORIL_QUEUE: 'lost' })),
      )
      const timing = { ...patientTiming, presenceBeatMs: 100, presenceTtlMs: 1_000 }
      const runners = await Promise.all(survivors.map((home) => home.start({ timing })))
      await Promise.all(runners.map((runner) => runner.runners.pause(runner.id)))
      const dataDir = join(homes[0].folder, 'lost')
      const variables = { ...homes[0].variables, TORIL_QUEUE: 'lost' }
      const doomed = await startDoomedRunner({ dataDir, variables, timing, count: 0, release: homes[0].gate('never') })
      try {
        const id = doomed.held ?? ''
        const runs = ({ state, attempts }: Job) => state === 'active' && attempts.length === 1
        for (const runner of runners) await jobWhen(runner, id, 'is seen to run there', runs)
        await doomed.kill()
        for (const runner of runners) {
          const job = await jobWhen(runner, id, 'was lost', ({ attempts }) => attempts[0]?.outcome !== undefined)
          expect(job.attempts).toMatchObject([{ number: 1, outcome: 'lost', error: { code: 'LOST' } }])
        }
      } finally {
        await doomed.kill()
        await Promise.all(survivors.map((home) => home.remove()))
      }
    })

    it('end the attempt of one that slept, once another has taken its job up', async () => {
      const variables = { ...homes[0].variables, TORIL_QUEUE: 'slept' }
      const home = await RunnerHome.make(variables)
      const timing = { ...patientTiming, lockMs: 2_000, presenceBeatMs: 100, presenceTtlMs: 1_000 }
      const release = home.gate('slept')
      const sleeper = await startDoomedRunner({
        dataDir: join(homes[0].folder, 'slept'),
        variables,
        timing,
        count: 0,
        release,
        holdType: 'deaf',
      })
      try {
        const id = sleeper.held ?? ''
        const runner = await home.start({ timing })
        await until(async () => (await runner.runners.list()).length === 2, 'they see each other')
        sleeper.sleep()
        await jobWhen(runner, id, 'runs again', ({ attempts }) => attempts.at(-1)?.runner === runner.id)
        expect(existsSync(`${release}-asked`)).toBe(false)
        sleeper.wake()
        await until(() => existsSync(`${release}-asked`), 'the attempt of the one that slept is asked to stop')
        await home.openGate('slept')
        expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 'released' })
      } finally {
        await sleeper.kill()
        await home.remove()
      }
    })

    describe('one of which stops', () => itStopsWhatItGivesBack(() => place?.variablesOf(0) ?? {}))
  })
}
