import { startTestRedis } from '../support/redis.ts'
import { describeRunner } from './runner.contract.ts'

async function open() {
  const redis = await startTestRedis()
  return {
    variables: { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) },
    redisPort: redis.port,
    stop: () => redis.stop(),
  }
}

describeRunner('Redis', open, true)
