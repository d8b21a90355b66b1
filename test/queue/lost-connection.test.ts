import { startTlsPostgres } from '../support/postgres-tls.ts'
import { startTestRedis } from '../support/redis.ts'
import { describeLostConnection } from './contract/lost-connection.ts'

const host = '127.0.0.1'

describeLostConnection('Redis', async () => {
  const redis = await startTestRedis()
  return {
    at: { host, port: redis.port },
    targetAt: (port) => Promise.resolve({ kind: 'redis', options: { host, port } }),
    stop: () => redis.stop(),
  }
})

describeLostConnection('PostgreSQL', async () => {
  const postgres = await startTlsPostgres()
  const { user, password, database, certificates } = postgres
  return {
    at: { host, port: postgres.port },
    targetAt(port) {
      const url = `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`
      return Promise.resolve({ kind: 'postgres', url, ssl: { ca: certificates.ca } })
    },
    stop: () => postgres.stop(),
  }
})
