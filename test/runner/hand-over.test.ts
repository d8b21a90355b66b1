import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startDoomedRunner } from './doomed-runner.ts'
import { foreignPlaces, type ForeignPlace } from './foreign-place.ts'
import { jobWhen, once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

/** A dead runner is believed to live, and its answer is waited for, longer than any test takes. */
const credulous = { presenceTtlMs: 3_600_000, relayAnswerMs: 3_600_000 }

describe.each(foreignPlaces)('a job that is taken by a runner without its type, with the queue on %s', (_, open) => {
  let place: ForeignPlace
  let homes: { here: RunnerHome; there: RunnerHome }
  let variables: Record<string, string>
  let queueName: string
  let queues = 0

  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.stop())
  beforeEach(async () => {
    queueName = `handed-${(queues += 1)}`
    variables = { ...place.variables, TORIL_QUEUE: queueName }
    homes = { here: await RunnerHome.make(variables), there: await RunnerHome.make(variables) }
    await rm(join(homes.here.jobsDir, 'hold.job.ts'))
  })
  afterEach(() => Promise.all([homes.here.remove(), homes.there.remove()]))

  /**
   * Two runners of which only `there` knows the type `hold`. It has one of these, and takes one job at a time: what is
   * added from now on can only be taken by `here`, which looks at jobs of any type where the unknown are to fail.
   */
  async function startBoth({ count = 2, unknownType = 'fail' as 'fail' | 'keep' } = {}): Promise<{
    here: Runner
    there: Runner
  }> {
    const there = await homes.there.start({ timing: credulous })
    await there.preferences.update({ queue: { concurrency: 1 } })
    const { id } = await there.jobs.enqueue('hold', { release: homes.there.gate('first') }, once)
    await whenStarted(there, id)
    const here = await homes.here.start({ timing: credulous })
    await here.preferences.update({ queue: { unknownType } })
    await until(async () => (await here.runners.list()).length === count, 'they are seen')
    return { here, there }
  }

  async function hold(runner: Runner, gate: string): Promise<string> {
    return (await runner.jobs.enqueue('hold', { release: homes.there.gate(gate) }, once)).id
  }

  async function withQueue<T>(ask: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = place.queue(queueName)
    try {
      return await ask(queue)
    } finally {
      await queue.close()
    }
  }

  /** How often each was taken from the queue, by whomever. */
  function takesOf(...ids: string[]): Promise<(number | undefined)[]> {
    return withQueue((queue) => Promise.all(ids.map(async (id) => (await queue.getJob(id))?.attemptsStarted)))
  }

  async function expectRunThere({ here, there }: { here: Runner; there: Runner }, ...ids: string[]): Promise<void> {
    for (const id of ids) {
      await whenFinished(here, id)
      const job = await jobWhen(here, id, 'has its end', ({ attempts }) => attempts[0]?.outcome !== undefined)
      expect(job).toMatchObject({ state: 'completed', result: 'released' })
      expect(job.attempts).toMatchObject([{ number: 1, runner: there.id, outcome: 'completed' }])
    }
  }

  it('goes to the one that knows it with one take, and with one more when that one is busy', async () => {
    const both = await startBoth()
    const second = await hold(both.here, 'second')
    await whenStarted(both.here, second)
    const third = await hold(both.here, 'third')
    await withQueue((queue) => until(async () => (await queue.getDelayedCount()) === 1, 'it is put off'))
    for (const gate of ['third', 'second', 'first']) await homes.there.openGate(gate)
    await expectRunThere(both, second, third)
    expect(await takesOf(second, third)).toEqual([1, 2])
  })

  it('is left by a runner that keeps the unknown ones to the one that knows it', async () => {
    const both = await startBoth({ unknownType: 'keep' })
    const second = await hold(both.here, 'second')
    const quick = await both.here.jobs.enqueue('quick', { n: 1 }, once)
    expect(await whenFinished(both.here, quick.id)).toMatchObject({ state: 'completed', result: 1 })
    expect(await takesOf(second)).toEqual([0])
    for (const gate of ['first', 'second']) await homes.there.openGate(gate)
    await expectRunThere(both, second)
    expect(await takesOf(second)).toEqual([1])
  })

  it('goes to the live one without the answer of a dead one that had more room', async () => {
    const doomed = await startDoomedRunner({
      dataDir: join(homes.there.folder, 'doomed'),
      variables: { ...variables, TORIL_JOBS_DIR: homes.there.jobsDir },
      timing: credulous,
      count: 0,
    })
    await doomed.kill()
    const both = await startBoth({ count: 3 })
    const id = await hold(both.here, 'second')
    await homes.there.openGate('second')
    await expectRunThere(both, id)
    expect(await takesOf(id)).toEqual([1])
  })
})
