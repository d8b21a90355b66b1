import { existsSync } from 'node:fs'
import { Queue } from 'bullmq'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { until } from '../queue/until.ts'
import { startDoomedRunner } from './doomed-runner.ts'
import { hastyTiming, jobWhen, patientTiming, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

/** What outlives the runner. Tests start runners of their own, on one data folder. */
export function itSurvives(variables: () => Record<string, string>): void {
  let home: RunnerHome
  beforeAll(async () => {
    home = await RunnerHome.make({ ...variables(), TORIL_QUEUE: `q${Date.now()}` })
  })
  afterEach(() => home.stopRunners())
  afterAll(() => home.remove())

  it('gives a running job back when it stops, and the next runner finishes it', async () => {
    // Runners of one queue look for dead ones together, at the pace of the slowest.
    const first = await home.start({ timing: hastyTiming })
    const { id } = await first.jobs.enqueue('hold', { release: home.gate('stop') }, { attempts: 1 })
    await whenStarted(first, id)
    const waiting = await first.jobs.enqueue('quick', { n: 3 }, { delayMs: 600_000 })
    await first.stop({ graceMs: 0 })
    await expect(first.jobs.enqueue('quick', { n: 1 })).rejects.toMatchObject({ code: 'RUNNER_STOPPING' })

    await home.openGate('stop')
    const second = await home.start({ timing: hastyTiming })
    const job = await whenFinished(second, id)
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts).toMatchObject([
      { number: 1, runner: first.id, outcome: 'cancelled', error: { code: 'RUNNER_STOPPED' } },
      { number: 2, runner: second.id, outcome: 'completed' },
    ])
    expect(await second.jobs.get(waiting.id)).toMatchObject({ state: 'delayed' })
  })

  it('completes every acknowledged job after the runner was killed, as soon as its folder has a new one', async () => {
    const release = home.gate('crash')
    const { dataDir, variables: environment } = home
    const doomed = await startDoomedRunner({
      dataDir,
      variables: environment,
      timing: patientTiming,
      count: 30,
      release,
    })
    try {
      doomed.begin()
      await until(() => doomed.acknowledged.length === 30, 'thirty jobs are acknowledged')
    } finally {
      await doomed.kill()
    }
    await home.openGate('crash')
    const next = await home.start({ timing: patientTiming })
    for (const id of doomed.acknowledged) {
      expect(await whenFinished(next, id)).toMatchObject({ id, state: 'completed' })
      // What the history missed of its attempt is found out while the runner already answers.
      const job = await jobWhen(next, id, 'has its attempt', ({ attempts }) => attempts.at(-1)?.outcome !== undefined)
      expect(job.attempts.at(-1)).toMatchObject({ outcome: 'completed', finishedAt: expect.any(String) })
    }
    const held = await whenFinished(next, doomed.held ?? '')
    expect(held).toMatchObject({ state: 'completed', result: 'released' })
    expect(held.attempts).toMatchObject([
      { number: 1, outcome: 'lost', error: { code: 'LOST' } },
      { number: 2, outcome: 'completed', runner: next.id },
    ])
  })

  it('keeps the cancel of a job whose runner is killed before the job has stopped', async () => {
    const release = home.gate('killed')
    const { dataDir, variables: environment } = home
    const plan = { dataDir, variables: environment, timing: patientTiming, count: 0 }
    const doomed = await startDoomedRunner({ ...plan, release, holdType: 'deaf' })
    try {
      await until(() => existsSync(`${release}-begun`), 'its code runs')
      expect(await doomed.cancel()).toBe('asked')
    } finally {
      await doomed.kill()
    }
    await home.openGate('killed')
    const next = await home.start({ timing: patientTiming })
    const job = await whenFinished(next, doomed.held ?? '')
    expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
    expect(job.attempts).toMatchObject([{ outcome: 'lost', cancelledBy: 'test', cancelReason: 'Enough.' }])
  })

  it.each(['deaf', 'deaf-inline'])('keeps the cancel of a job, %s, whose runner stops at once', async (type) => {
    const release = home.gate(`stopped-${type}`)
    const first = await home.start({ timing: hastyTiming })
    await first.preferences.update({ cancel: { graceMs: 3_600_000 } })
    const { id } = await first.jobs.enqueue(type, { release }, { attempts: 3 })
    await until(() => existsSync(`${release}-begun`), 'its code runs')
    expect(await first.jobs.cancel(id, { by: 'test', reason: 'Enough.' })).toMatchObject({ result: 'asked' })
    await first.stop({ graceMs: 0 })
    await home.openGate(`stopped-${type}`)
    const second = await home.start({ timing: hastyTiming })
    const job = await whenFinished(second, id)
    expect(job).toMatchObject({ state: 'cancelled', error: { code: 'CANCELLED' } })
    expect(job.attempts).toMatchObject([{ number: 1, cancelledBy: 'test', cancelReason: 'Enough.' }])
    // Somebody wants it after all.
    await second.jobs.retry(id)
    expect(await whenFinished(second, id)).toMatchObject({ state: 'completed', result: 'released' })
  })
}

/** On a queue and a history that runners of several data folders share. */
export function itTakesOverFromOthers(variables: () => Record<string, string>): void {
  it('takes up the job of another runner that was killed once nothing is heard of it', async () => {
    const shared = { ...variables(), TORIL_QUEUE: `others${Date.now()}` }
    const home = await RunnerHome.make(shared)
    const other = await RunnerHome.make(shared)
    const timing = { ...patientTiming, presenceBeatMs: 100, presenceTtlMs: 1_000 }
    const release = home.gate('other')
    const { dataDir, variables: environment } = other
    const doomed = await startDoomedRunner({ dataDir, variables: environment, timing, count: 0, release })
    try {
      const next = await home.start({ timing })
      await until(async () => (await next.runners.list()).length === 2, 'they know of each other')
      await doomed.kill()
      await home.openGate('other')
      const job = await whenFinished(next, doomed.held ?? '')
      expect(job).toMatchObject({ state: 'completed', result: 'released' })
      expect(job.attempts).toMatchObject([
        { number: 1, outcome: 'lost', error: { code: 'LOST' } },
        { number: 2, outcome: 'completed', runner: next.id },
      ])
    } finally {
      await doomed.kill()
      await other.remove()
      await home.remove()
    }
  })
}

/** On a queue whose server is not the one of the history. */
export function itKeepsWhatTheHistoryMissed(
  variables: () => Record<string, string>,
  createDatabase: () => Promise<string>,
): void {
  it('learns from the queue what finished while the history could not be written', async () => {
    const home = await RunnerHome.make({
      ...variables(),
      TORIL_QUEUE: `missed${Date.now()}`,
      DATABASE_URL: await createDatabase(),
    })
    const lock = new pg.Client({ connectionString: home.variables['DATABASE_URL'] })
    const { dataDir, variables: environment } = home
    const doomed = await startDoomedRunner({ dataDir, variables: environment, timing: hastyTiming, count: 30 })
    // After the runner: a queue that was there before it is not trimmed.
    const queue = new Queue(home.variables['TORIL_QUEUE'] ?? '', {
      connection: { host: '127.0.0.1', port: Number(home.variables['REDIS_PORT']) },
    })
    try {
      try {
        await lock.connect()
        // Nothing reaches the history any more.
        await lock.query('BEGIN')
        const table = await jobTable(lock)
        await lock.query(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`)
        doomed.begin()
        await until(async () => (await queue.getCompletedCount()) === 30, 'all have finished in the queue')
        expect((await lock.query(`SELECT FROM ${table}`)).rowCount).toBe(0)
      } finally {
        await doomed.kill()
      }
      await lock.query('ROLLBACK')
      const next = await home.start({ timing: hastyTiming })
      expect(doomed.acknowledged.length).toBe(30)
      for (const id of doomed.acknowledged) {
        const job = await whenFinished(next, id)
        expect(job).toMatchObject({ id, state: 'completed', finishedAt: expect.any(String) })
        await jobWhen(next, id, 'has its attempt', ({ attempts }) => attempts.length === 1)
      }
      const { keepCompleted } = next.preferences.current().queue
      await until(async () => (await queue.getCompletedCount()) === keepCompleted, 'the queue is trimmed')
      const { jobs, total } = await next.jobs.list({ state: ['completed'], limit: 100 })
      expect(total).toBe(30)
      expect(jobs.map((job) => job.attempts.map(({ outcome }) => outcome))).toEqual(jobs.map(() => ['completed']))
    } finally {
      await lock.end()
      await queue.close()
      await home.remove()
    }
  })
}

async function jobTable(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT quote_ident(schemaname) || '.job' AS name FROM pg_tables WHERE tablename = 'job' AND schemaname <> 'bullmq'`,
  )
  return rows[0]?.name ?? 'job'
}
