import { spawn } from 'node:child_process'
import { expect, it } from 'vitest'
import type { Verdict } from '../../../electron/runner/queue/job-queue.ts'
import { until } from '../until.ts'
import { complete } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** What a consumer does with the jobs it took, up to its end or its death. */
export function describeConsumer({ configOf, openQueue }: QueueBench): void {
  it('saves progress at most four times a second, and the latest wins', async () => {
    const queue = await openQueue()
    const finish = Promise.withResolvers<void>()
    const watched = await consume(queue, async (taken) => {
      for (let n = 0; n <= 200; n++) taken.saveProgress({ done: n, total: 200 })
      await finish.promise
      return { kind: 'complete', result: null }
    })
    const { id } = await queue.add('a', {}, plain)
    await until(async () => (await queue.get(id))?.progress?.done === 200, 'the last progress is stored')
    finish.resolve()
    await watched.when(id, 'completed')
  })

  it('works on more jobs at once as soon as it is told to, and on fewer without dropping one', async () => {
    const queue = await openQueue()
    const finish = Promise.withResolvers<void>()
    let running = 0
    let most = 0
    const watched = await consume(
      queue,
      async () => {
        running++
        most = Math.max(most, running)
        await finish.promise
        running--
        return { kind: 'complete', result: null }
      },
      1,
    )
    for (let n = 0; n < 12; n++) await queue.add('a', n, plain)
    await until(() => running === 1, 'one runs')
    watched.consumer.setConcurrency(4)
    await until(() => running === 4, 'four run')
    watched.consumer.setConcurrency(2)
    finish.resolve()
    await until(() => watched.settled.length === 12, 'all have ended')
    expect(watched.taken).toHaveLength(12)
    expect(most).toBe(4)
  })

  it('stops taking jobs and starts again', async () => {
    const queue = await openQueue()
    const watched = await consume(queue, complete())
    await watched.consumer.stopTaking()
    const { id } = await queue.add('a', {}, plain)
    const marker = await openQueue({ name: queue.name, runnerId: 'runner-b' })
    expect(await marker.get(id)).toMatchObject({ state: 'waiting', attemptsMade: 0 })
    await watched.consumer.start()
    await watched.when(id, 'completed')
  })

  it('waits for running jobs when it closes', async () => {
    const queue = await openQueue()
    const finish = Promise.withResolvers<void>()
    const watched = await consume(queue, async () => {
      await finish.promise
      return { kind: 'complete', result: 'in time' }
    })
    const { id } = await queue.add('a', {}, plain)
    await until(() => watched.taken.length === 1, 'it runs')
    const closed = watched.consumer.close(20_000)
    finish.resolve()
    await closed
    expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 'in time' })
  })

  it('gives back what has not finished in the grace time, without using an attempt', async () => {
    const queue = await openQueue()
    const late = Promise.withResolvers<Verdict>()
    const watched = await consume(queue, () => late.promise)
    const { id } = await queue.add('a', {}, plain)
    await until(() => watched.taken.length === 1, 'it runs')
    await watched.consumer.close(50)
    expect(watched.settled).toEqual([{ id, state: 'waiting' }])
    expect(await queue.get(id)).toMatchObject({ state: 'waiting', attemptsMade: 0 })
    // What the old attempt says too late is nobody's business.
    late.reject(new Error('too late'))
    const next = await consume(queue, complete('again'))
    await next.when(id, 'completed')
    // A fetch under way when the consumer stopped may have taken it once more, and put it back.
    expect(next.taken[0]?.started).toBeGreaterThanOrEqual(2)
    expect(await queue.get(id)).toMatchObject({ result: 'again', attemptsMade: 1, stalledCount: 0 })
  })

  it('takes up again the job of a runner that was killed', async () => {
    const config = configOf()
    const queue = await openQueue(config)
    const { id } = await queue.add('a', { keep: 'me' }, plain)
    const { onProblem: _, ...plainConfig } = config
    const script = `${import.meta.dirname}/../hold-jobs.ts`
    const child = spawn(process.execPath, [script, JSON.stringify({ ...plainConfig, runnerId: 'doomed' })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    try {
      let said = ''
      child.stdout.on('data', (chunk) => (said += String(chunk)))
      await until(() => said.includes(id), 'the other runner has taken the job')
      expect(await queue.get(id)).toMatchObject({ state: 'active', runner: 'doomed' })
    } finally {
      child.kill('SIGKILL')
      await ended
    }
    const watched = await consume(queue, complete('saved'))
    await watched.when(id, 'completed')
    expect(watched.taken[0]).toMatchObject({ started: 2, job: { attemptsMade: 0, stalledCount: 1 } })
    expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 'saved', input: { keep: 'me' } })
  })
}
