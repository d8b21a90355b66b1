import { Queue } from 'bullmq'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { jobWhen, whenFinished, type RunnerHome } from './runner-under-test.ts'
import { addTestJob } from './test-jobs.ts'

/** Other programs that add jobs to the same Redis with plain BullMQ. */
export function itServesForeignProducers(runner: () => Runner, home: () => RunnerHome, port: () => number): void {
  let queue: Queue
  beforeAll(() => {
    queue = new Queue('toril', { connection: { host: '127.0.0.1', port: port() } })
  })
  afterAll(() => queue.close())

  async function add(type: string, data: unknown, options = {}): Promise<string> {
    return (await queue.add(type, data, options)).id ?? ''
  }

  it('runs the valid job of a foreign producer', async () => {
    const id = await add('quick', { n: 11 })
    await until(async () => (await runner().jobs.list({ limit: 5 })).jobs.some((job) => job.id === id), 'it is listed')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 11, attempts: [{ number: 1, outcome: 'completed' }] })
  })

  it('fails the invalid job of a foreign producer at once, naming the field', async () => {
    const id = await add('quick', { n: 'eleven' }, { attempts: 5, backoff: { type: 'fixed', delay: 10 } })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'INVALID_INPUT' } })
    expect(job.error?.message).toMatch(/\bn\b/)
    expect(job.attempts.length).toBe(1)
    expect((await queue.getJob(id))?.attemptsMade).toBe(1)
  })

  it('keeps a job of an unknown type waiting, and runs it as soon as its file is there', async () => {
    const id = await add('late-type', {}, { attempts: 2 })
    const waiting = { id, state: 'waiting', attempts: [], waitingReason: { code: 'NO_RUNNER_FOR_TYPE' } }
    expect(await jobWhen(runner(), id, 'waits', (job) => job.state === 'waiting')).toMatchObject(waiting)
    const listed = await runner().jobs.list({ state: ['waiting'], type: 'late-type', limit: 5 })
    expect(listed.jobs).toMatchObject([waiting])
    expect(await queue.getJob(id)).toMatchObject({ attemptsMade: 0, attemptsStarted: 0 })
    expect(await queue.getJobState(id)).toBe('waiting')
    expect((await runner().queue.info()).counts).toMatchObject({ waiting: 1, delayed: 0 })
    await addTestJob(home().jobsDir, 'late-type')
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 'late', attempts: [{ number: 1 }] })
    expect((await queue.getJob(id))?.attemptsMade).toBe(1)
  })

  it('trims the queue to its retention, and the history keeps what went', async () => {
    const { keepCompleted } = runner().preferences.current().queue
    const jobs = await Promise.all(Array.from({ length: 20 }, (_, n) => runner().jobs.enqueue('quick', { n })))
    for (const { id } of jobs) await whenFinished(runner(), id)
    await until(async () => (await queue.getCompletedCount()) === keepCompleted, 'the queue is trimmed')
    for (const { id } of jobs) expect(await runner().jobs.get(id)).toMatchObject({ state: 'completed' })
    const oldest = jobs[0]?.id ?? ''
    const again = await runner().jobs.retry(oldest)
    expect(again.id).not.toBe(oldest)
    expect(await whenFinished(runner(), again.id)).toMatchObject({ state: 'completed', result: 0 })
  })
}
