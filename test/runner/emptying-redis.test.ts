import { FlowProducer, Queue } from 'bullmq'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { describeEmptying, type EmptyingPlace } from './emptying.contract.ts'

async function open(): Promise<EmptyingPlace> {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  const connection = { port: redis.port }
  const queue = new Queue('toril', { connection })
  const flows = new FlowProducer({ connection })
  return {
    variables: { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port), DATABASE_URL: postgres.url },
    queue,
    flows,
    tellsOfRemoval: true,
    async stop() {
      await Promise.all([queue.close(), flows.close()])
      await redis.stop()
      await postgres.stop()
    },
  }
}

describeEmptying('Redis', open)
