import { expect, it } from 'vitest'
import type { TorilError } from '../../../electron/contract/errors.ts'
import { until } from '../until.ts'
import { complete, never } from './processors.ts'
import { consume, plain, type QueueBench } from './queue-bench.ts'

/** What holds while the server is away. */
export function describeOutage({ openQueue, server }: QueueBench): void {
  it('keeps what it acknowledged when the server dies, says that it is away, and goes on by itself', async () => {
    const queue = await openQueue()
    const finish = Promise.withResolvers<void>()
    const states: string[] = []
    queue.onConnection((connection) => states.push(connection.state))
    const watched = await consume(
      queue,
      async (taken) => {
        if (taken.job.type === 'running') await finish.promise
        return { kind: 'complete', result: taken.job.input }
      },
      2,
    )
    const running = await queue.add('running', 'worth keeping', plain)
    await until(() => watched.taken.length === 1, 'it runs')
    await queue.pause()
    const acknowledged: string[] = []
    for (let n = 0; n < 20; n++) acknowledged.push((await queue.add('a', n, plain)).id)

    await server().goAway()
    await until(() => queue.connection().state !== 'live', 'the outage is noticed')
    expect(queue.connection().message).toMatch(/^The queue on (Redis|PostgreSQL) at .+ cannot be reached: .+\.$/)
    const refusals = await Promise.all(
      [
        queue.add('b', 1, plain),
        queue.get(running.id),
        queue.page('waiting', 0, 10),
        queue.counts(),
        queue.pause(),
        queue.remove('x'),
        queue.retry('x'),
        queue.presence.list(),
      ].map((asked) =>
        asked.then(
          () => 'answered',
          (error: TorilError) => error.code,
        ),
      ),
    )
    expect(refusals).toEqual(Array(8).fill('UNAVAILABLE'))
    // The attempt ends while the server is away: its result must arrive all the same.
    finish.resolve()

    await server().comeBack()
    await until(() => queue.connection().state === 'live', 'the connection is back')
    await queue.resume()
    await watched.when(running.id, 'completed')
    expect(await queue.get(running.id)).toMatchObject({
      state: 'completed',
      result: 'worth keeping',
      attemptsMade: 1,
    })
    expect(watched.taken.filter((taken) => taken.job.id === running.id)).toHaveLength(1)
    for (const id of acknowledged) await watched.when(id, 'completed')
    expect(await queue.counts()).toEqual({ waiting: 0, delayed: 0, 'waiting-children': 0, active: 0 })
    expect(states[0]).toBe('reconnecting')
    expect(states.at(-1)).toBe('live')
  })

  it('closes while the server is away, says what becomes of the job, and somebody takes it up again', async () => {
    const problems: string[] = []
    const queue = await openQueue({ onProblem: (message) => problems.push(message) })
    const watched = await consume(queue, never)
    await queue.add('a', {}, plain)
    await until(() => watched.taken.length === 1, 'it runs')
    await server().goAway()
    try {
      await until(() => queue.connection().state !== 'live', 'the outage is noticed')
      await watched.consumer.close(0)
      await queue.close()
      expect(problems).toContainEqual(expect.stringMatching(/^One job .+ could not be given back.+ It runs again/))
    } finally {
      await server().comeBack()
    }
    const next = await openQueue({ name: queue.name, runnerId: 'runner-b' })
    const again = await consume(next, complete())
    await until(() => again.settled.length === 1, 'it is taken up again')
    expect(again.settled).toMatchObject([{ state: 'completed' }])
  })
}
