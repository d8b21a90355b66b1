import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { describeRunner } from './runner.contract.ts'
import type { QueuePlace } from './runner-under-test.ts'

async function open(): Promise<QueuePlace> {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  return {
    variables: { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port), DATABASE_URL: postgres.url },
    redisPort: redis.port,
    createDatabase: () => postgres.createDatabase(),
    stop: async () => {
      await redis.stop()
      await postgres.stop()
    },
  }
}

describeRunner('Redis', open, true)
