import { afterAll, beforeAll } from 'vitest'
import { startApi, type ApiFixture } from './api-fixture.ts'
import { transports } from './connections.ts'
import { safetySuite } from './safety.suite.ts'

let api: ApiFixture
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.close())

for (const transport of transports) safetySuite(transport, () => api)
