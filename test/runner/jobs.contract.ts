import { expect, it } from 'vitest'
import type { JobEvent } from '../../electron/contract/job.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { once, whenFinished } from './runner-under-test.ts'

/** What becomes of jobs that are left alone. */
export function itRunsJobs(runner: () => Runner): void {
  it('runs a job and keeps its attempt in the history', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 7 })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ id, type: 'quick', state: 'completed', input: { n: 7 }, result: 7 })
    expect(job.attempts).toMatchObject([
      { number: 1, executor: 'thread', runner: runner().id, thread: expect.any(String), outcome: 'completed' },
    ])
    expect(job.waitingReason).toBeUndefined()
    expect(job.error).toBeUndefined()
  })

  it('streams progress and log lines in order, and ends with the finished job', async () => {
    const { id } = await runner().jobs.enqueue('talk', {})
    const events: JobEvent[] = []
    for await (const event of runner().jobs.events(id, new AbortController().signal)) events.push(event)
    const lines = events.flatMap((event) => (event.kind === 'log' ? event.lines : []))
    const steps = events.flatMap((event) => (event.kind === 'progress' ? [event.progress.done ?? 0] : []))
    expect(events[0]).toMatchObject({ kind: 'job' })
    expect(events.at(-1)).toMatchObject({ kind: 'job', job: { state: 'completed', progress: { done: 5, total: 5 } } })
    expect(steps).toEqual(steps.toSorted((a, b) => a - b))
    // A reader that came late has the earlier lines from the logs.
    const kept = await runner().jobs.logs(id, 0, 100)
    const all = [1, 2, 3, 4, 5].map((step) => ({ seq: step, attempt: 1, level: 'info', text: `line ${step}` }))
    expect(kept).toMatchObject({ total: 5, dropped: 0, lines: all })
    expect(all.slice(all.length - lines.length)).toMatchObject(lines.map(({ seq, text }) => ({ seq, text })))
    expect((await runner().jobs.logs(id, 3, 100)).lines.map(({ seq }) => seq)).toEqual([4, 5])
  })

  it('carries a large result whole', async () => {
    const { id } = await runner().jobs.enqueue('big', { n: 300_000 })
    expect((await whenFinished(runner(), id)).result).toBe('x'.repeat(300_000))
  })

  it('refuses an invalid input and an unknown type at the door', async () => {
    await expect(runner().jobs.enqueue('quick', { n: 'seven' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('input.n'),
      issues: [{ path: ['n'] }],
    })
    await expect(runner().jobs.enqueue('nobody-knows', {})).rejects.toMatchObject({
      code: 'UNKNOWN_JOB_TYPE',
      message: expect.stringContaining('nobody-knows'),
    })
    await expect(runner().jobs.get('no-such-job')).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
  })

  it('tries again until the attempts are used up, and numbers them', async () => {
    const { id } = await runner().jobs.enqueue('fail', {}, { ...once, attempts: 3 })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'BROKEN', message: 'It broke.' } })
    expect(job.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'failed'],
    ])
  })

  it('runs each attempt, however short the back-off', async () => {
    const options = { attempts: 3, backoff: { type: 'fixed' as const, delayMs: 1 } }
    const jobs = await Promise.all(Array.from({ length: 12 }, () => runner().jobs.enqueue('fail', {}, options)))
    for (const { id } of jobs) {
      const job = await whenFinished(runner(), id)
      expect(job.attempts.map(({ number, outcome }) => [number, outcome])).toEqual([
        [1, 'failed'],
        [2, 'failed'],
        [3, 'failed'],
      ])
    }
  })

  it('completes a job that fails twice first', async () => {
    const { id } = await runner().jobs.enqueue('flaky', {}, { ...once, attempts: 5 })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 3 })
    expect(job.error).toBeUndefined()
    expect(job.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'completed'])
  })

  it('ends an endless loop at its timeout', async () => {
    const { id } = await runner().jobs.enqueue('spin', {}, { ...once, timeoutMs: 200 })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'failed', error: { code: 'TIMED_OUT' } })
    expect(job.attempts).toMatchObject([{ number: 1, outcome: 'timed-out' }])
  })

  it('runs a failed job again under its own id while the queue has it', async () => {
    const { id } = await runner().jobs.enqueue('flaky', {}, { ...once, attempts: 2 })
    expect(await whenFinished(runner(), id)).toMatchObject({ state: 'failed' })
    expect(await runner().jobs.retry(id)).toMatchObject({ id })
    const job = await whenFinished(runner(), id)
    expect(job).toMatchObject({ state: 'completed', result: 3 })
    expect(job.attempts.map(({ number }) => number)).toEqual([1, 2, 3])
  })

  it('refuses to retry a job that has not finished', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 1 }, { delayMs: 600_000 })
    await expect(runner().jobs.retry(id)).rejects.toMatchObject({ code: 'JOB_NOT_FINISHED' })
    await runner().jobs.cancel(id, { by: 'test' })
  })

  it('makes a new job of a finished one that is no longer in the queue', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 9 }, { delayMs: 600_000 })
    await runner().jobs.cancel(id, { by: 'test' })
    const again = await runner().jobs.retry(id)
    expect(again.id).not.toBe(id)
    expect(await whenFinished(runner(), again.id)).toMatchObject({ state: 'completed', result: 9 })
    expect(await runner().jobs.get(id)).toMatchObject({ state: 'cancelled' })
  })

  it('answers the job there already for the same deduplication id', async () => {
    const options = { delayMs: 600_000, deduplicationId: 'only-one' }
    const first = await runner().jobs.enqueue('quick', { n: 1 }, options)
    const second = await runner().jobs.enqueue('quick', { n: 1 }, options)
    expect(second.id).toBe(first.id)
    await runner().jobs.cancel(first.id, { by: 'test' })
    const third = await runner().jobs.enqueue('quick', { n: 1 }, options)
    expect(third.id).not.toBe(first.id)
    await runner().jobs.cancel(third.id, { by: 'test' })
  })

  it('lists by state, type and text, page after page', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) ids.push((await runner().jobs.enqueue('note', { text: `needle ${n}` })).id)
    for (const id of ids) await whenFinished(runner(), id)
    const filter = { query: 'needle', type: 'note', state: ['completed' as const], limit: 2 }
    // The queue knows of an end a moment before the history does.
    await until(async () => (await runner().jobs.list(filter)).total === 5, 'all are in the history')
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await runner().jobs.list({ ...filter, cursor })
      expect(page.total).toBe(5)
      found.push(...page.jobs.map((job) => job.id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(found).toEqual(ids.toReversed())
    const none = await runner().jobs.list({ ...filter, state: ['failed'] })
    expect(none.jobs).toEqual([])
  })

  it('removes a finished job from queue and history', async () => {
    const { id } = await runner().jobs.enqueue('quick', { n: 1 })
    await whenFinished(runner(), id)
    await runner().jobs.remove(id)
    await expect(runner().jobs.get(id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
  })
}
