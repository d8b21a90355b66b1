import { startTestPostgres } from '../support/postgres.ts'
import { describeCluster } from './cluster.contract.ts'

describeCluster('PostgreSQL', async () => {
  const postgres = await startTestPostgres()
  const variables = { DATABASE_URL: postgres.url }
  return { variables, variablesOf: () => variables, stop: () => postgres.stop() }
})
