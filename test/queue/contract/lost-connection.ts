import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '../../../electron/contract/runner.ts'
import { createJobQueue, type RunnerQueue } from '../../../electron/runner/queue/create-job-queue.ts'
import type { QueueConfig, QueueTarget } from '../../../electron/runner/queue/queue-config.ts'
import { startOutageProxy, type OutageProxy, type Silence } from '../../support/outage-proxy.ts'
import { until } from '../until.ts'
import { consume, hastyTiming, plain } from './queue-bench.ts'

/** A server of one kind, reached by way of a port of its own. */
export interface ReachedServer {
  /** Where the port leads. */
  readonly at: { host: string; port: number }
  targetAt(port: number): Promise<QueueTarget>
  stop(): Promise<void>
}

/** What holds when the way to the server is lost, and the server is not. */
export function describeLostConnection(label: string, start: () => Promise<ReachedServer>): void {
  describe(`a queue that loses its way to ${label}`, () => {
    let server: ReachedServer
    let proxy: OutageProxy
    let queue: RunnerQueue
    let problems: string[]

    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())
    beforeEach(async () => {
      proxy = await startOutageProxy(() => server.at)
      problems = []
      queue = await createJobQueue(await configOf(proxy))
    })
    afterEach(async () => {
      await queue?.close()
      await proxy?.stop()
    })

    const configOf = async (way: OutageProxy, change: Partial<QueueConfig> = {}): Promise<QueueConfig> => ({
      name: `lost${randomBytes(4).toString('hex')}`,
      backend: await server.targetAt(way.port),
      runnerId: 'a',
      timing: { ...hastyTiming, answerMs: 3_000, pingMs: 200 },
      onProblem: (message) => problems.push(message),
      ...change,
    })
    const lost = () => until(() => queue.connection().state !== 'live', 'the outage is noticed')
    const back = () => until(() => queue.connection().state === 'live', 'the connection is back')
    const outages = (): string[] => problems.filter((problem) => problem.includes('cannot be reached'))
    /** A machine that stands still for some seconds makes an outage of its own: each is told once, and so is its end. */
    const toldOnceEach = (): void => {
      const ends = problems.filter((problem) => problem.includes('answers again'))
      expect(ends).toHaveLength(outages().length)
      expect(problems).toHaveLength(ends.length + outages().length)
      expect(problems.at(-1)).toBe(ends.at(-1))
    }

    it.each<Silence>(['both ways', 'to the server', 'to the client'])(
      'goes on by itself after bytes vanished %s, and keeps what ended meanwhile',
      async (silence) => {
        const finish = Promise.withResolvers<void>()
        const watched = await consume(queue, async ({ job }) => {
          if (job.type === 'running') await finish.promise
          return { kind: 'complete', result: job.input }
        })
        const running = await queue.add('running', 'worth keeping', plain)
        await until(() => watched.taken.length === 1, 'it runs')
        proxy.freeze(silence)
        await lost()
        await expect(queue.counts()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
        finish.resolve()
        await until(() => outages().length > 0, 'it is told')
        await proxy.restore()
        await back()
        await watched.when(running.id, 'completed')
        // Its hold may have run out meanwhile: then the job waits for a moment, until it is taken and its end is stored.
        const kept = async () => {
          const job = await queue.get(running.id)
          return job?.state === 'completed' ? job : undefined
        }
        expect(await until(kept, 'its end is stored')).toMatchObject({ result: 'worth keeping' })
        expect(watched.taken).toHaveLength(1)
        const after = await queue.add('after', 1, plain)
        await watched.when(after.id, 'completed')
        toldOnceEach()
      },
    )

    it('goes on with what it runs after another runner took it meanwhile and died', async () => {
      const finish = Promise.withResolvers<void>()
      const watched = await consume(queue, async ({ job }) => {
        await finish.promise
        return { kind: 'complete', result: job.input }
      })
      const { id } = await queue.add('running', 'worth keeping', plain)
      await until(() => watched.taken.length === 1, 'it runs')
      await proxy.cut()
      await lost()
      const wayOfOther = await startOutageProxy(() => server.at)
      const other = await createJobQueue(await configOf(wayOfOther, { name: queue.name, runnerId: 'b' }))
      try {
        const taken = await consume(other, () => new Promise(() => undefined))
        await until(() => taken.taken.length === 1, 'the other one took it')
        await taken.consumer.stopTaking()
        await wayOfOther.cut()
        await proxy.restore()
        await back()
        await until(async () => (await queue.get(id))?.runner === 'a', 'it is taken once more')
        finish.resolve()
        await watched.when(id, 'completed')
        expect(await queue.get(id)).toMatchObject({ state: 'completed', result: 'worth keeping', stalledCount: 2 })
        expect(watched.taken).toHaveLength(1)
      } finally {
        await other.close()
        await wayOfOther.stop()
      }
    })

    it('says when it tries next, and tries at once when told to', async () => {
      const seen: Connection[] = []
      queue.onConnection((connection) => seen.push(connection))
      const since = queue.connection().since
      // Times are told in milliseconds, and a quick machine loses a connection in less.
      await until(() => Date.now() > Date.parse(since), 'the clock has moved on')
      await proxy.cut()
      await lost()
      const waits = () => {
        const { nextTryAt } = queue.connection()
        return nextTryAt !== undefined && Date.parse(nextTryAt) - Date.now() > 1_500
      }
      await until(waits, 'the tries are far apart')
      const { state, message, since: lostAt } = queue.connection()
      expect(state).toBe('reconnecting')
      expect(message).toMatch(/the connection was refused\. Start the server, or correct host and port\.$/)
      expect(lostAt > since).toBe(true)
      expect((await queue.tryNow()).state).not.toBe('live')
      await until(waits, 'the tries are far apart again')
      await proxy.restore()
      expect(await queue.tryNow()).toMatchObject({ state: 'live' })
      expect(queue.connection().nextTryAt).toBeUndefined()
      // While a try is under way, no next one is promised.
      expect(seen.some((one) => one.state === 'reconnecting' && one.nextTryAt === undefined)).toBe(true)
      toldOnceEach()
    })

    it('starts jobs again as soon as the server is back', async () => {
      const watched = await consume(queue, () => Promise.resolve({ kind: 'complete', result: null }))
      await proxy.cut()
      await lost()
      await until(() => (queue.connection().nextTryAt ?? '') !== '' && outages().length > 0, 'it was tried')
      await proxy.restore()
      await queue.tryNow()
      const { id } = await queue.add('a', 1, plain)
      await watched.when(id, 'completed')
    })

    it('closes while nothing answers', async () => {
      const watched = await consume(queue, () => new Promise(() => undefined))
      await queue.add('a', 1, plain)
      await until(() => watched.taken.length === 1, 'it runs')
      proxy.freeze()
      await lost()
      await watched.consumer.close(0)
      await queue.close()
    })
  })
}
