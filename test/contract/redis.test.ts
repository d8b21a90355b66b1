import { afterAll, beforeAll } from 'vitest'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { startApi, type ApiFixture } from './api-fixture.ts'
import { transports } from './connections.ts'
import { batchSuite } from './batch.suite.ts'
import { contractSuite } from './contract.suite.ts'

let redis: TestRedis
let api: ApiFixture
beforeAll(async () => {
  redis = await startTestRedis()
  api = await startApi({ REDIS_URL: redis.url })
})
afterAll(async () => {
  await api.close()
  await redis.stop()
})

for (const transport of transports) {
  contractSuite(transport, () => api)
  batchSuite(transport, () => api)
}
