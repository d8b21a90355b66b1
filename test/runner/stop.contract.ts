import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { once, RunnerHome, whenFinished } from './runner-under-test.ts'

/** What a runner that stops leaves to another one of its queue. */
export function itStopsWhatItGivesBack(variables: () => Record<string, string>): void {
  let home: RunnerHome
  let stopping: Runner
  beforeEach(async () => {
    home = await RunnerHome.make({ ...variables(), TORIL_QUEUE: `stop${Date.now()}` })
    stopping = await home.start()
  })
  afterEach(() => home.remove())

  /** The other one, which takes nothing after that, can start such a job without loading it first. */
  async function warmUp(other: Runner, type: string): Promise<void> {
    await home.openGate('warm')
    await stopping.runners.pause(stopping.id)
    const { id } = await other.jobs.enqueue(type, { release: home.gate('warm') }, once)
    await whenFinished(other, id)
    await other.runners.pause(other.id)
    await stopping.runners.resume(stopping.id)
  }

  it.each(['alone', 'alone-inline'])('starts no job, %s, that still runs on the one that stops', async (type) => {
    const release = home.gate('alone')
    const other = await home.start()
    await warmUp(other, type)
    const { id } = await stopping.jobs.enqueue(type, { release }, once)
    await until(() => existsSync(`${release}-begun-1`), 'its code runs')
    await other.runners.resume(other.id)
    await stopping.stop({ graceMs: 0 })
    await until(() => existsSync(`${release}-begun-2`), 'its code runs elsewhere')
    await home.openGate('alone')
    const job = await whenFinished(other, id)
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts).toMatchObject([
      { number: 1, runner: stopping.id, outcome: 'cancelled', error: { code: 'RUNNER_STOPPED' } },
      { number: 2, runner: other.id, outcome: 'completed' },
    ])
    expect(existsSync(`${release}-twice`)).toBe(false)
  })

  it('tells an inline job that it stops, and says of one that does not heed it that its code may go on', async () => {
    const release = home.gate('deaf')
    const { id } = await stopping.jobs.enqueue('deaf-inline', { release }, once)
    await until(() => existsSync(`${release}-begun`), 'its code runs')
    const other = await home.start()
    await stopping.stop({ graceMs: 0 })
    expect(readFileSync(`${release}-asked`, 'utf8')).toBe('RUNNER_STOPPED')
    await home.openGate('deaf')
    const { state, attempts } = await whenFinished(other, id)
    expect([state, attempts.length]).toEqual(['completed', 2])
    const error = { code: 'RUNNER_STOPPED', message: expect.stringContaining('its code may still go on') }
    expect(attempts[0]).toMatchObject({ runner: stopping.id, outcome: 'cancelled', error })
  })
}
