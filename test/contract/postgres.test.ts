import { afterAll, beforeAll } from 'vitest'
import { startApi, type ApiFixture } from './api-fixture.ts'
import { transports } from './connections.ts'
import { batchSuite } from './batch.suite.ts'
import { contractSuite } from './contract.suite.ts'
import { profilesSuite } from './profiles.suite.ts'

let api: ApiFixture
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

for (const transport of transports) {
  contractSuite(transport, () => api)
  batchSuite(transport, () => api)
  profilesSuite(transport, () => api)
}
