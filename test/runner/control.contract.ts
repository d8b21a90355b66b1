import { expect, it } from 'vitest'
import { until } from '../queue/until.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { jobWhen, once, whenFinished, whenStarted, type RunnerHome } from './runner-under-test.ts'

const by = 'test'
const late = { delayMs: 600_000 }

/** What people do to jobs: cancel, pause, promote. */
export function itObeys(runner: () => Runner, home: () => RunnerHome): void {
  const hold = (options = once, type = 'hold') =>
    runner().jobs.enqueue(type, { release: home().gate('never') }, options)

  it('cancels a delayed job by taking it out of the queue', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 1 }, late)
    const answer = await runner().jobs.cancel(id, { by, reason: 'No longer wanted.' })
    expect(answer).toMatchObject({ result: 'cancelled', job: { state: 'cancelled' } })
    const job = await runner().jobs.get(id)
    expect(job).toMatchObject({ state: 'cancelled', attempts: [] })
    expect(job.error).toEqual({ code: 'CANCELLED', message: 'Cancelled from the test: No longer wanted.' })
    await expect(runner().jobs.cancel(id, { by })).rejects.toMatchObject({ code: 'JOB_FINISHED' })
  })

  it('says why jobs wait while the queue is paused, and cancels a waiting one', async () => {
    expect(await runner().queue.pause()).toMatchObject({ paused: true })
    const { id } = await runner().jobs.enqueue('quick', { n: 1 })
    const other = await runner().jobs.enqueue('quick', { n: 2 })
    const waiting = { state: 'waiting', waitingReason: { code: 'QUEUE_PAUSED' } }
    expect(await runner().jobs.get(id)).toMatchObject(waiting)
    expect((await runner().jobs.list({ state: ['waiting'], limit: 10 })).jobs).toMatchObject([waiting, waiting])
    expect(await runner().jobs.cancel(id, { by })).toMatchObject({ result: 'cancelled' })
    expect(await runner().queue.resume()).toMatchObject({ paused: false })
    expect(await whenFinished(runner(), other.id)).toMatchObject({ state: 'completed' })
    expect(await runner().jobs.get(id)).toMatchObject({ state: 'cancelled', attempts: [] })
  })

  it('promotes a delayed job, and only that', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 5 }, late)
    expect(await runner().jobs.get(id)).toMatchObject({ state: 'delayed', waitingReason: { code: 'DELAYED_UNTIL' } })
    await runner().jobs.promote(id)
    expect(await whenFinished(runner(), id)).toMatchObject({ state: 'completed', result: 5 })
    await expect(runner().jobs.promote(id)).rejects.toMatchObject({ code: 'JOB_NOT_DELAYED' })
  })

  it('asks a running job to stop, and does not run it again', async () => {
    const { id } = await hold({ ...once, attempts: 3 })
    await whenStarted(runner(), id)
    await expect(runner().jobs.remove(id)).rejects.toMatchObject({ code: 'JOB_ACTIVE' })
    const answer = await runner().jobs.cancel(id, { by })
    expect(answer).toMatchObject({ result: 'asked', killAt: expect.any(String) })
    const job = await whenFinished(runner(), id)
    const error = { code: 'CANCELLED', message: 'Cancelled from the test.' }
    expect(job).toMatchObject({ state: 'cancelled', error })
    const kept = { number: 1, outcome: 'cancelled', cancelledBy: by, cancelReason: 'Cancelled from the test.' }
    expect(job.attempts).toMatchObject([kept])
    await expect(runner().jobs.cancel(id, { by })).rejects.toMatchObject({ code: 'JOB_FINISHED' })
  })

  it('kills a job that spins when told to do it now', async () => {
    const { id } = await runner().jobs.enqueue('spin', {}, once)
    await whenStarted(runner(), id)
    expect(await runner().jobs.cancel(id, { by, now: true })).toMatchObject({
      result: 'killed',
      job: { state: 'cancelled' },
    })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'cancelled', attempts: [{ number: 1, outcome: 'cancelled' }] })
  })

  it('cancels a job that was taken and waits for a thread', async () => {
    const { pool } = runner().preferences.current()
    await runner().preferences.update({ pool: { minThreads: 1, maxThreads: 1 } })
    const held = await hold()
    await whenStarted(runner(), held.id)
    const { id } = await runner().jobs.enqueue('quick', { n: 1 })
    const next = { state: 'active', attempts: [], waitingReason: { code: 'ALL_THREADS_BUSY' } }
    expect(await jobWhen(runner(), id, 'is taken', (job) => job.state === 'active')).toMatchObject(next)
    const cancelled = { result: 'cancelled', job: { state: 'cancelled', attempts: [] } }
    expect(await runner().jobs.cancel(id, { by, reason: 'Not now.' })).toMatchObject(cancelled)
    await runner().jobs.cancel(held.id, { by, now: true })
    await runner().preferences.update({ pool })
    const error = { code: 'CANCELLED', message: 'Cancelled from the test: Not now.' }
    expect(await runner().jobs.get(id)).toMatchObject({ state: 'cancelled', attempts: [], error })
  })

  it('kills a job that spins after the grace time', async () => {
    const { id } = await runner().jobs.enqueue('spin', {}, once)
    await whenStarted(runner(), id)
    expect(await runner().jobs.cancel(id, { by })).toMatchObject({ result: 'asked' })
    expect(await whenFinished(runner(), id)).toMatchObject({ state: 'cancelled', attempts: [{ outcome: 'cancelled' }] })
  })

  it('stops an attempt and runs the job again when told to retry', async () => {
    const { id } = await runner().jobs.enqueue('hold', { release: home().gate('again') }, { ...once, attempts: 2 })
    await whenStarted(runner(), id)
    await runner().jobs.cancel(id, { by, then: 'retry', reason: 'Wrong gate.' })
    await jobWhen(runner(), id, 'runs again', (job) => job.attempts.length === 2)
    await home().openGate('again')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'completed'])
    expect(job.attempts[0]).toMatchObject({ cancelledBy: by, cancelReason: 'Wrong gate.' })
    expect(job.attempts[1]?.cancelledBy).toBeUndefined()
  })

  it('runs a job again when told to retry, also when its attempts are used up', async () => {
    const { id } = await runner().jobs.enqueue('hold', { release: home().gate('last') }, once)
    await whenStarted(runner(), id)
    expect(await runner().jobs.cancel(id, { by, now: true, then: 'retry' })).toMatchObject({ result: 'killed' })
    await jobWhen(runner(), id, 'runs again', (job) => job.attempts.length === 2)
    await home().openGate('last')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 'released', options: { attempts: 1 } })
    expect(job.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'cancelled'],
      [2, 'completed'],
    ])
  })

  it('starts nothing more once a pause of the runner is answered, and puts back untouched what it had taken', async () => {
    const { pool } = runner().preferences.current()
    await runner().preferences.update({ pool: { minThreads: 1, maxThreads: 1 } })
    const held = await hold()
    await whenStarted(runner(), held.id)
    const { id: next } = await runner().jobs.enqueue('quick', { n: 1 }, once)
    await jobWhen(runner(), next, 'is taken', (job) => job.state === 'active')
    expect(await runner().runners.pause(runner().id)).toMatchObject({ state: 'paused' })
    await jobWhen(runner(), next, 'waits again', (job) => job.state === 'waiting')
    // Its thread is free from here on.
    await runner().jobs.cancel(held.id, { by, now: true })
    expect(await runner().jobs.get(next)).toMatchObject({ state: 'waiting', attempts: [] })
    await runner().preferences.update({ pool })
    await runner().runners.resume(runner().id)
    const job = await whenFinished(runner(), next)
    expect(job).toMatchObject({ state: 'completed', attempts: [{ number: 1, outcome: 'completed' }] })
  })

  it('starts no job after a pause of the runner that came while it was taking one after the other', async () => {
    const jobs = await Promise.all(Array.from({ length: 60 }, (_, n) => runner().jobs.enqueue('quick', { n }, once)))
    await whenFinished(runner(), jobs[5]?.id ?? '')
    await runner().runners.pause(runner().id)
    const paused = new Date().toISOString()
    await until(async () => (await runner().queue.info()).counts.active === 0, 'nothing is active')
    const seen = await Promise.all(jobs.map(({ id }) => runner().jobs.get(id)))
    for (const { attempts } of seen) for (const { startedAt } of attempts) expect(startedAt <= paused).toBe(true)
    await runner().runners.resume(runner().id)
    for (const { id } of jobs) {
      const { state, attempts } = await whenFinished(runner(), id)
      expect({ state, attempts: attempts.map(({ outcome }) => outcome) }).toEqual({
        state: 'completed',
        attempts: ['completed'],
      })
    }
  })

  it('refuses to retry instead of cancelling what has not started', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 1 }, late)
    await expect(runner().jobs.cancel(id, { by, then: 'retry' })).rejects.toMatchObject({ code: 'INVALID_REQUEST' })
    await runner().jobs.remove(id)
    await expect(runner().jobs.get(id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
  })

  it('says that an inline job cannot be forced', async () => {
    const { id } = await hold(once, 'hold-inline')
    await whenStarted(runner(), id)
    const answer = await runner().jobs.cancel(id, { by, now: true })
    expect(answer).toMatchObject({ result: 'asked', message: expect.stringContaining('cannot be forced') })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'cancelled', attempts: [{ executor: 'inline', outcome: 'cancelled' }] })
    expect(job.attempts[0]?.thread).toBeUndefined()
  })
}
