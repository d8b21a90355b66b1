import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis } from '../support/redis.ts'
import { describeCluster } from './cluster.contract.ts'

async function open(shared: boolean) {
  const [redis, postgres] = await Promise.all([startTestRedis(), startTestPostgres()])
  const queue = { REDIS_URL: '127.0.0.1', REDIS_PORT: String(redis.port) }
  const urls = [postgres.url, shared ? postgres.url : await postgres.createDatabase()]
  return {
    variables: queue,
    variablesOf: (runner: number) => ({ ...queue, DATABASE_URL: urls[runner] ?? '' }),
    stop: async () => {
      await redis.stop()
      await postgres.stop()
    },
  }
}

describeCluster('Redis, and one history', () => open(true))
describeCluster('Redis, and a history each', () => open(false))
