import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis } from '../../electron/runner/connections/checks/redis-session.ts'
import { createJobQueue } from '../../electron/runner/queue/create-job-queue.ts'
import { RedisClients } from '../../electron/runner/queue/redis-clients.ts'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'
import { StopStack } from '../../electron/runner/stop-stack.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { secret } from './refusal.ts'

const wrong = `${secret}-by-${secret}`
const rejected = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    await work
  } catch (error) {
    return error
  }
  throw new Error('It was let in.')
}

describe('what a Redis throws that is given a wrong password', () => {
  let redis: TestRedis
  beforeAll(async () => {
    redis = await startTestRedis({ password: 'the right one' })
  })
  afterAll(() => redis.stop())

  for (const username of [undefined, 'default', 'someone']) {
    const who = username === undefined ? 'of nobody' : username === 'default' ? 'of the default user' : 'of a user'
    const options = () => ({ port: redis.port, password: wrong, ...(username === undefined ? {} : { username }) })

    it(`has nothing of it, ${who}`, async () => {
      const backend = { kind: 'redis' as const, options: options() }
      const queue = createJobQueue({ name: 'q', backend, runnerId: 'a' })
      const stops = new StopStack()
      const clients = new RedisClients(backend, { answerMs: 4_000, pace: createRetryPace() })
      const client = clients.open({ patient: false, silenceMs: 4_000, lazy: true })
      const told: unknown[] = []
      client.on('error', (error: unknown) => told.push(error))
      // What a rejection that nobody awaits would print.
      const asked = rejected(client.connect().then(() => client.call('AUTH', wrong)))
      const errors = [await rejected(queue), await rejected(openRedis(options(), { stops })), await asked, ...told]
      clients.endAll()
      await stops.run()
      expect(told.length).toBeGreaterThan(0)
      expect(inspect(errors, { depth: 10 })).toContain('WRONGPASS')
      for (const shown of [inspect(errors, { depth: 10, showHidden: true }), JSON.stringify(errors)]) {
        expect(shown).not.toContain(secret)
      }
    })
  }

  it('has nothing of it, of a command that is asked later', async () => {
    const stops = new StopStack()
    const client = await openRedis({ port: redis.port, password: 'the right one' }, { stops })
    const error = await rejected(client.call('AUTH', 'default', wrong))
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(secret)
    expect(String(error)).toContain('WRONGPASS')
    await stops.run()
  })
})
