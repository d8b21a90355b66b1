import { createPostgresBackend, FlowProducer, Queue, runMigrations } from 'bullmq'
import pg from 'pg'
import { startTestPostgres } from '../support/postgres.ts'
import { describeEmptying } from './emptying.contract.ts'

describeEmptying('PostgreSQL', async () => {
  const postgres = await startTestPostgres()
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  await runMigrations(client)
  await client.end()
  const connection = { connectionString: postgres.url }
  const queue = new Queue('toril', { connection }, createPostgresBackend) as unknown as Queue
  const flows = new FlowProducer({ connection }, createPostgresBackend) as unknown as FlowProducer
  return {
    variables: { DATABASE_URL: postgres.url },
    queue,
    flows,
    tellsOfRemoval: false,
    async stop() {
      await Promise.all([queue.close(), flows.close()])
      await postgres.stop()
    },
  }
})
