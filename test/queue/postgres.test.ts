import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createPostgresBackend, FlowProducer, Queue, Worker } from 'bullmq'
import { startTestPostgres } from '../support/postgres.ts'
import { describeJobQueue } from './job-queue.contract.ts'
import { startOutageProxy } from '../support/outage-proxy.ts'
import { until } from './until.ts'

describeJobQueue('PostgreSQL', async () => {
  const postgres = await startTestPostgres()
  const direct = new URL(await postgres.createDatabase())
  const folder = direct.searchParams.get('host')
  const proxy = await startOutageProxy(() => {
    if (folder === null) return { host: '127.0.0.1', port: Number(direct.port) }
    const socket = readdirSync(folder).find((name) => /^\.s\.PGSQL\.\d+$/.test(name))
    return { path: join(folder, socket ?? 'none') }
  })
  const url = new URL(direct)
  url.search = ''
  url.hostname = '127.0.0.1'
  url.port = String(proxy.port)
  return {
    target: { kind: 'postgres', url: url.href },
    foreignQueue(name) {
      // As another program would: a pool configuration of its own.
      const connection = { connectionString: url.href }
      return Promise.resolve(new Queue(name, { connection }, createPostgresBackend) as unknown as Queue)
    },
    foreignWorker(name, process) {
      const connection = { connectionString: url.href }
      return new Worker(name, process, { connection }, createPostgresBackend) as unknown as Worker
    },
    foreignFlows() {
      const connection = { connectionString: url.href }
      return new FlowProducer({ connection }, createPostgresBackend) as unknown as FlowProducer
    },
    async goAway() {
      await proxy.cut()
      const killed = postgres.server.pid
      process.kill(killed, 'SIGKILL')
      // Toril's own keeper starts it again; the proxy keeps it out of reach until it is wanted.
      await until(() => postgres.server.pid !== killed, 'PostgreSQL is started again')
    },
    comeBack: () => proxy.restore(),
    async stop() {
      await proxy.stop()
      await postgres.stop()
    },
  }
})
