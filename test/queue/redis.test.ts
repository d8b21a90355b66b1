import { FlowProducer, Queue, Worker } from 'bullmq'
import { startTestRedis } from '../support/redis.ts'
import { describeJobQueue } from './job-queue.contract.ts'

describeJobQueue('Redis', async () => {
  const redis = await startTestRedis()
  return {
    target: { kind: 'redis', options: { host: '127.0.0.1', port: redis.port } },
    foreignQueue(name) {
      return Promise.resolve(new Queue(name, { connection: { host: '127.0.0.1', port: redis.port } }))
    },
    foreignWorker: (name, process) =>
      new Worker(name, process, { connection: { host: '127.0.0.1', port: redis.port, maxRetriesPerRequest: null } }),
    foreignFlows: () => new FlowProducer({ connection: { host: '127.0.0.1', port: redis.port } }),
    goAway: () => redis.kill(),
    comeBack: () => redis.restart(),
    stop: () => redis.stop(),
  }
})
