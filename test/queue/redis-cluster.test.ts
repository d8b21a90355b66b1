import { FlowProducer, Queue, Worker } from 'bullmq'
import { Cluster } from 'ioredis'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { describeJobQueue } from './job-queue.contract.ts'

describeJobQueue('a Redis cluster', async () => {
  const servers = await startRedisCluster()
  const foreign: Cluster[] = []
  function connect(): Cluster {
    const connection = new Cluster(servers.nodes)
    connection.on('error', () => undefined)
    foreign.push(connection)
    return connection
  }
  return {
    target: { kind: 'cluster', nodes: servers.nodes, options: {} },
    foreignQueue(name) {
      return Promise.resolve(new Queue(name, { connection: connect(), prefix: '{bull}' }))
    },
    foreignWorker: (name, process) => new Worker(name, process, { connection: connect(), prefix: '{bull}' }),
    foreignFlows: () => new FlowProducer({ connection: connect(), prefix: '{bull}' }),
    async goAway() {
      await Promise.all(servers.masters.map((master) => master.kill()))
    },
    async comeBack() {
      await Promise.all(servers.masters.map((master) => master.restart()))
      await servers.whole()
    },
    async stop() {
      for (const connection of foreign) connection.disconnect()
      await servers.stop()
    },
  }
})
