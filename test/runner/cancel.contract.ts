import { existsSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { jobWhen, once, whenFinished, type RunnerHome } from './runner-under-test.ts'

const by = 'test'
const reason = 'Enough.'
/** More than one, so that a job which should be over would be seen to run again. */
const again = { ...once, attempts: 50 }

/** A cancel holds, whatever ends the attempt that was to stop. */
export function itCancelsForGood(runner: () => Runner, home: () => RunnerHome): void {
  const grace = (graceMs: number) => runner().preferences.update({ cancel: { graceMs } })
  afterEach(() => grace(300))

  it('cancels a job for good whose thread crashes as it is asked to stop', async () => {
    await grace(600_000)
    const { id } = await runner().jobs.enqueue('crash-on-abort', { release: home().gate('left') }, again)
    await until(() => existsSync(`${home().gate('left')}-begun`), 'its code runs')
    expect(await runner().jobs.cancel(id, { by, reason })).toMatchObject({ result: 'asked' })
    const job = await whenFinished(runner(), id)
    const error = { code: 'CANCELLED', message: 'Cancelled from the test: Enough.' }
    expect(job).toMatchObject({ state: 'cancelled', error })
    const crash = { outcome: 'crashed', error: { code: 'THREAD_CRASHED' } }
    expect(job.attempts).toMatchObject([{ number: 1, ...crash, cancelledBy: by, cancelReason: reason }])
  })

  it('runs a job once more whose thread crashes as it is stopped to be retried', async () => {
    await grace(600_000)
    const { id } = await runner().jobs.enqueue('crash-on-abort', { release: home().gate('crashed') }, once)
    await until(() => existsSync(`${home().gate('crashed')}-begun`), 'its code runs')
    await runner().jobs.cancel(id, { by, then: 'retry' })
    await jobWhen(runner(), id, 'runs again', ({ attempts }) => attempts.length === 2)
    await home().openGate('crashed')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts).toMatchObject([{ outcome: 'crashed', cancelledBy: by }, { outcome: 'completed' }])
  })

  it('cancels a job for good that has just run out of time', async () => {
    const { id } = await runner().jobs.enqueue('spin', {}, { ...again, timeoutMs: 50 })
    // Between being asked and being ended, half a second in which its attempt is to end as timed out.
    const isAsked = () =>
      runner()
        .threads()
        .some(({ state, job }) => job?.id === id && state === 'cancelling')
    await until(isAsked, 'its time is over')
    expect(await runner().jobs.cancel(id, { by, now: true })).toMatchObject({ result: 'killed' })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
    expect(job.attempts.at(-1)).toMatchObject({ outcome: 'timed-out', cancelledBy: by })
  })

  it('cancels an inline job for good that has run past its time', async () => {
    const release = home().gate('late')
    const { id } = await runner().jobs.enqueue('deaf-inline', { release }, { ...again, timeoutMs: 50 })
    await until(() => existsSync(`${release}-asked`), 'its time is over')
    expect(await runner().jobs.cancel(id, { by, reason })).toMatchObject({ result: 'asked' })
    await home().openGate('late')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
    const late = { outcome: 'timed-out', error: { code: 'TIMED_OUT' } }
    // The time of one that still loads its code is over before it can say so.
    expect(job.attempts.at(-1)).toMatchObject({ ...late, cancelledBy: by, cancelReason: reason })
  })

  it('says so when a thread cannot be ended, because it lies inside one call into the system', async () => {
    const release = home().gate('call')
    const { id } = await runner().jobs.enqueue('inside-call', { release }, again)
    try {
      await until(() => existsSync(`${release}-begun`), 'its child runs')
      const answer = await runner().jobs.cancel(id, { by, now: true })
      const told = expect.stringContaining('inside one call into the system')
      expect(answer).toMatchObject({ result: 'asked', message: told, job: { waitingReason: { message: told } } })
      expect(answer.killAt).toBeUndefined()
      expect(existsSync(release)).toBe(false)
    } finally {
      await home().openGate('call')
    }
    expect(await whenFinished(runner(), id)).toMatchObject({ state: 'cancelled', attempts: [{ number: 1 }] })
  })
}
