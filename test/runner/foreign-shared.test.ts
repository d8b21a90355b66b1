import { DelayedError, type Queue } from 'bullmq'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { stopAll } from '../support/stop-all.ts'
import { foreignPlaces, type ForeignPlace } from './foreign-place.ts'
import { RunnerHome, whenFinished } from './runner-under-test.ts'

/* What a runner must not do to a queue that another program uses as well. */

const noticesOf = (runner: Runner): string[] => runner.system().notices.map(({ code }) => code)
const seconds = { max: 7, durationMs: 60_000 }

describe.each(foreignPlaces)("another program's queue on %s", (_server, open) => {
  let place: ForeignPlace
  let home: RunnerHome
  let name = ''
  let count = 0
  const stops: (() => Promise<unknown>)[] = []
  beforeAll(async () => {
    place = await open()
  })
  afterAll(() => place.stop())
  beforeEach(async () => {
    name = `shared${(count += 1)}`
    home = await RunnerHome.make({ ...place.variables, TORIL_QUEUE: name })
  })
  afterEach(async () => {
    await home.remove()
    await stopAll(stops.splice(0).reverse())
  })

  /** Opened, which makes it. */
  async function theirs(...[options]: Parameters<ForeignPlace['queue']>[1][]): Promise<Queue> {
    const queue = place.queue(name, options)
    stops.push(() => queue.close())
    await queue.getVersion()
    return queue
  }

  function works(
    ...[process, options]: [Parameters<ForeignPlace['worker']>[1], Parameters<ForeignPlace['worker']>[2]?]
  ) {
    const worker = place.worker(name, process, options)
    stops.push(() => worker.close())
    return worker
  }

  test('keeps its jobs of unknown types, also where unknown types are to fail', async () => {
    const queue = await theirs()
    await queue.add('send-invoice', {}, { jobId: 'invoice' })
    const runner = await home.start()
    await runner.preferences.update({ queue: { unknownType: 'fail' } })
    expect(noticesOf(runner)).toContain('UNKNOWN_TYPES_KEPT')
    // One that is added later and has run: everything before it has been passed by.
    const { id } = await runner.jobs.enqueue('quick', { n: 1 })
    await whenFinished(runner, id)
    expect((await queue.getJob('invoice'))?.attemptsStarted).toBe(0)
    expect(await queue.getJobState('invoice')).toBe('waiting')
    works(() => Promise.resolve('sent'))
    await until(async () => (await queue.getJobState('invoice')) === 'completed', 'its own program has run it')
    await runner.preferences.update({ queue: { unknownType: 'keep' } })
    expect(noticesOf(runner)).not.toContain('UNKNOWN_TYPES_KEPT')
  })

  test("fails jobs of unknown types on Toril's own queue, until another program works there or it is production", async () => {
    const runner = await home.start()
    await runner.preferences.update({ queue: { unknownType: 'fail' } })
    expect(noticesOf(runner)).not.toContain('UNKNOWN_TYPES_KEPT')
    const queue = await theirs()
    await queue.add('typo', {}, { jobId: 'typo' })
    expect(await whenFinished(runner, 'typo')).toMatchObject({ error: { code: 'UNKNOWN_JOB_TYPE' } })

    const { id: profile } = runner.system().profile
    await runner.profiles.update(profile, { environment: 'production' })
    expect(noticesOf(runner)).toContain('UNKNOWN_TYPES_KEPT')
    await queue.add('typo', {}, { jobId: 'kept' })
    await whenFinished(runner, (await runner.jobs.enqueue('quick', { n: 1 })).id)
    expect(await queue.getJobState('kept')).toBe('waiting')
    const worker = works(() => Promise.resolve('run'))
    await until(async () => (await queue.getJobState('kept')) === 'completed', 'the other program has run it')
    await worker.close()
    await runner.profiles.update(profile, { environment: 'development' }, 'This computer')
    await until(async () => (await runner.jobs.get('kept')).state === 'completed', 'the runner has heard of it')
    expect(noticesOf(runner)).toContain('UNKNOWN_TYPES_KEPT')
    await queue.add('typo', {}, { jobId: 'left' })
    await whenFinished(runner, (await runner.jobs.enqueue('quick', { n: 2 })).id)
    expect(await queue.getJobState('left')).toBe('waiting')
  })

  test('neither gets nor loses a rate limit by a runner that comes', async () => {
    const first = await home.startWith({ TORIL_QUEUE: `${name}-own` })
    await first.preferences.update({ queue: { rateLimit: seconds } })
    expect((await first.queue.info()).name).toBe(`${name}-own`)
    await home.stopRunners()

    const queue = await theirs()
    const runner = await home.start()
    const limit = () => queue.getGlobalRateLimit()
    await until(async () => (await limit()) !== null || noticesOf(runner).includes('RATE_LIMIT_DIFFERS'), 'it is said')
    expect(await limit()).toBeNull()
    await runner.preferences.update({ queue: { rateLimit: { ...seconds, max: 8 } } })
    await until(async () => (await queue.getGlobalRateLimit())?.max === 8, 'what is changed here is set here')
    await until(() => !noticesOf(runner).includes('RATE_LIMIT_DIFFERS'), 'they are the same')
    await home.stopRunners()

    await queue.setGlobalRateLimit(3, 1_000)
    const next = await home.start()
    await until(() => noticesOf(next).includes('RATE_LIMIT_DIFFERS'), 'the runner says so')
    expect(next.system().notices.find(({ code }) => code === 'RATE_LIMIT_DIFFERS')?.message).toBe(
      'This queue has a rate limit of 3 jobs in 1 s, though the preference Rate limit says that it is 8 jobs in 1 min: to set it here, change the preference while this profile is in use.',
    )
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 3, duration: 1_000 })
  })

  test("has its rate limit set at a start where it is Toril's own and has none", async () => {
    const runner = await home.start()
    await runner.preferences.update({ queue: { rateLimit: seconds } })
    const queue = await theirs()
    await until(async () => (await queue.getGlobalRateLimit())?.max === 7, 'it is set')
    await home.stopRunners()
    await queue.removeGlobalRateLimit()
    const next = await home.start()
    await until(async () => (await queue.getGlobalRateLimit())?.max === 7, 'it is set again')
    await home.stopRunners()
    await queue.setGlobalRateLimit(3, 1_000)
    const last = await home.start()
    await until(() => noticesOf(last).includes('RATE_LIMIT_DIFFERS'), 'the runner says so')
    expect(await queue.getGlobalRateLimit()).toEqual({ max: 3, duration: 1_000 })
    expect(next).not.toBe(last)
  })

  test('keeps the time until which another worker has moved its jobs', async () => {
    const queue = await theirs()
    const worker = works(async (job, token) => {
      await job.moveToDelayed(Date.now() + 3_600_000, token)
      throw new DelayedError()
    })
    const ids = ['invoice', 'quick']
    await queue.add('send-invoice', {}, { jobId: 'invoice' })
    await queue.add('quick', { n: 1 }, { jobId: 'quick' })
    await until(async () => (await queue.getDelayedCount()) === 2, 'both are moved')
    await worker.close()
    const runner = await home.start()
    const states = async () =>
      Object.fromEntries((await runner.jobs.list({ limit: 5 })).jobs.map(({ id, state }) => [id, state]))
    await until(async () => Object.keys(await states()).length === 2, 'both are listed')
    expect(await states()).toEqual({ invoice: 'delayed', quick: 'delayed' })
    expect((await runner.queue.info()).counts).toMatchObject({ waiting: 0, delayed: 2 })
    const asked = { by: 'test', signal: new AbortController().signal }
    for await (const progress of await runner.queue.drain({}, asked)) expect(progress.done).toBe(0)
    await whenFinished(runner, (await runner.jobs.enqueue('quick', { n: 2 })).id)
    for (const id of ids) expect(await queue.getJobState(id)).toBe('delayed')
  })

  test('has the same meta, byte for byte, after a runner that worked on it', async () => {
    const queue = await theirs({ streams: { events: { maxLen: 123 } } })
    const before = await place.meta(name)
    const runner = await home.start()
    await queue.add('quick', { n: 3 }, { jobId: 'quick' })
    expect(await whenFinished(runner, 'quick')).toMatchObject({ result: 3 })
    await home.stopRunners()
    expect(await place.meta(name)).toEqual(before)
    expect(JSON.stringify(await queue.getMeta())).toContain('123')
  })
})
