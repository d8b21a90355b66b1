import { createPostgresBackend, FlowProducer, Queue, Worker } from 'bullmq'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { describeJobQueueBriefly } from './job-queue.contract.ts'
import { startOutageProxy } from '../support/outage-proxy.ts'

describeJobQueueBriefly('PostgreSQL with TLS and client certificates', async () => {
  const postgres = await startTlsPostgres({ clientCertificates: true })
  const { user, password, database } = postgres
  const { ca, client } = postgres.certificates
  const proxy = await startOutageProxy(() => ({ host: '127.0.0.1', port: postgres.port }))
  const ssl = { ca, ...client }
  const url = `postgresql://${user}:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}/${database}`
  return {
    target: { kind: 'postgres', url, ssl },
    foreignQueue(name) {
      const connection = { connectionString: url, ssl }
      return Promise.resolve(new Queue(name, { connection }, createPostgresBackend) as unknown as Queue)
    },
    foreignWorker(name, process) {
      const connection = { connectionString: url, ssl }
      return new Worker(name, process, { connection }, createPostgresBackend) as unknown as Worker
    },
    foreignFlows() {
      const connection = { connectionString: url, ssl }
      return new FlowProducer({ connection }, createPostgresBackend) as unknown as FlowProducer
    },
    goAway: () => proxy.cut(),
    comeBack: () => proxy.restore(),
    async stop() {
      await proxy.stop()
      await postgres.stop()
    },
  }
})
