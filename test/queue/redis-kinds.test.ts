import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, FlowProducer, type Job, Queue, Worker } from 'bullmq'
import type { RedisOptions } from 'ioredis'
import { startAclRedis } from '../support/redis-acl.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { describeJobQueueBriefly } from './job-queue.contract.ts'
import { leastRights } from './least-rights.ts'

/** As another program would: clients of its own making. */
function foreign(options: RedisOptions) {
  const connection = options as ConnectionOptions
  return {
    foreignQueue: (name: string) => Promise.resolve(new Queue(name, { connection })),
    foreignWorker: (name: string, process: (job: Job) => Promise<unknown>) =>
      new Worker(name, process, { connection: { ...connection, maxRetriesPerRequest: null } }),
    foreignFlows: () => new FlowProducer({ connection }),
  }
}

function killable(redis: TestRedis) {
  return { goAway: () => redis.kill(), comeBack: () => redis.restart(), stop: () => redis.stop() }
}

describeJobQueueBriefly('a Redis with TLS and client certificates', async () => {
  const redis = await startTlsRedis({ clientCertificates: true })
  const { ca, client } = redis.certificates
  const options: RedisOptions = { host: 'localhost', port: redis.port, family: 4, tls: { ca, ...client } }
  return { target: { kind: 'redis', options }, ...foreign(options), ...killable(redis) }
})

describeJobQueueBriefly('a Redis with a user of least rights', async () => {
  const redis = await startAclRedis(leastRights('bull'))
  const options: RedisOptions = { host: '127.0.0.1', port: redis.port, ...redis.user }
  return { target: { kind: 'redis', options }, ...foreign(options), ...killable(redis) }
})

// Windows knows no such sockets.
if (process.platform !== 'win32') {
  describeJobQueueBriefly('a Redis behind a unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'toril-socket-'))
    const path = join(folder, 'redis.sock')
    const redis = await startTestRedis({ args: ['--unixsocket', path] })
    const options: RedisOptions = { path }
    return {
      target: { kind: 'redis', options },
      ...foreign(options),
      ...killable(redis),
      async stop() {
        await redis.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  })
}

describeJobQueueBriefly('a Redis under sentinels', async () => {
  const servers = await startSentinelRedis()
  const { sentinels, name, password, sentinelPassword, master, replica } = servers
  const options: RedisOptions = { sentinels, name, password, sentinelPassword }
  return {
    target: { kind: 'sentinel', options },
    ...foreign(options),
    async goAway() {
      // Without a replica nobody takes over.
      await Promise.all([replica.kill(), master.kill()])
    },
    async comeBack() {
      await master.restart()
      await replica.restart()
    },
    stop: () => servers.stop(),
  }
})
