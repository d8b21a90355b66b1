import { Redis } from 'ioredis'
import { freePort, startTestRedis, type TestRedis } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface RedisCluster {
  /** What a client is given. */
  readonly nodes: { host: string; port: number }[]
  readonly masters: TestRedis[]
  /** The master that has the keys with the tag of `replicaOf`, and its replica. */
  readonly withReplica: { master: TestRedis; replica: TestRedis } | undefined
  /** Resolves once every master serves its slots again. */
  whole(): Promise<void>
  stop(): Promise<void>
}

const masterCount = 3
const slots = 16_384

async function withClient<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ port, host: '127.0.0.1' })
  client.on('error', () => undefined)
  try {
    return await work(client)
  } finally {
    client.disconnect()
  }
}

async function isWhole(port: number, nodes: number): Promise<boolean> {
  const info = await withClient(port, (client) => client.cluster('INFO'))
  const has = (line: string): boolean => info.split('\r\n').includes(line)
  return has('cluster_state:ok') && has(`cluster_known_nodes:${nodes}`) && has(`cluster_size:${masterCount}`)
}

async function addReplica(
  master: TestRedis,
  known: number,
  startNode: () => Promise<{ redis: TestRedis; busPort: number }>,
) {
  const node = await startNode()
  const { port } = node.redis
  const id = await withClient(master.port, (client) => client.cluster('MYID'))
  await withClient(known, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', port, node.busPort))
  // It takes the master once it has heard of it.
  await untilTrue('the replica to follow its master', async () => {
    await withClient(port, (client) => client.cluster('REPLICATE', id))
    return (await withClient(port, (client) => client.info('replication'))).includes('master_link_status:up')
  })
  return node
}

/**
 * Three masters, which share the slots evenly. One has a replica that takes over when it dies: the one that has the
 * key `replicaOf`.
 */
export async function startRedisCluster(options: { replicaOf?: string } = {}): Promise<RedisCluster> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const masters: { redis: TestRedis; busPort: number }[] = []
    async function startNode(): Promise<{ redis: TestRedis; busPort: number }> {
      // By default it is the port plus 10,000, which may be past the last one there is.
      const busPort = await freePort()
      const redis = await startTestRedis({
        args: [
          '--cluster-enabled',
          'yes',
          '--cluster-port',
          String(busPort),
          '--cluster-node-timeout',
          '2000',
          '--repl-diskless-sync-delay',
          '0',
        ],
      })
      stops.unshift(() => redis.stop())
      return { redis, busPort }
    }
    for (let count = 0; count < masterCount; count++) masters.push(await startNode())
    const first = masters[0]?.redis.port ?? 0
    for (const [index, { redis, busPort }] of masters.entries()) {
      const from = Math.floor((index * slots) / masterCount)
      const to = Math.floor(((index + 1) * slots) / masterCount) - 1
      await withClient(redis.port, (client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from, to))
      if (index > 0) {
        await withClient(first, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', redis.port, busPort))
      }
    }
    async function whole(nodes = masterCount): Promise<void> {
      for (const { redis } of masters) await untilTrue('the cluster to be whole', () => isWhole(redis.port, nodes))
    }
    await whole()
    let withReplica: RedisCluster['withReplica']
    if (options.replicaOf !== undefined) {
      const slot = await withClient(first, (client) => client.cluster('KEYSLOT', options.replicaOf ?? ''))
      const master = masters[Math.min(masterCount - 1, Math.floor((slot * masterCount) / slots))]?.redis
      if (master === undefined) throw new Error('No master has the slot.')
      withReplica = { master, replica: (await addReplica(master, first, startNode)).redis }
      await whole(masterCount + 1)
    }
    return {
      nodes: masters.map(({ redis }) => ({ host: '127.0.0.1', port: redis.port })),
      masters: masters.map(({ redis }) => redis),
      withReplica,
      whole: () => whole(masterCount + (withReplica === undefined ? 0 : 1)),
      stop: () => stopAll(stops),
    }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}
