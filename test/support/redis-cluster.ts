import { Redis } from 'ioredis'
import { freePort, startTestRedis, type TestRedis } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface RedisCluster {
  /** What a client is given. */
  readonly nodes: { host: string; port: number }[]
  readonly masters: TestRedis[]
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

async function isWhole(port: number): Promise<boolean> {
  const info = await withClient(port, (client) => client.cluster('INFO'))
  const has = (line: string): boolean => info.split('\r\n').includes(line)
  return has('cluster_state:ok') && has(`cluster_known_nodes:${masterCount}`) && has(`cluster_size:${masterCount}`)
}

/** Three masters without replicas, which share the slots evenly. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const masters: { redis: TestRedis; busPort: number }[] = []
    for (let count = 0; count < masterCount; count++) {
      // By default it is the port plus 10,000, which may be past the last one there is.
      const busPort = await freePort()
      const redis = await startTestRedis({
        args: ['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'],
      })
      stops.unshift(() => redis.stop())
      masters.push({ redis, busPort })
    }
    const first = masters[0]?.redis.port ?? 0
    for (const [index, { redis, busPort }] of masters.entries()) {
      const from = Math.floor((index * slots) / masterCount)
      const to = Math.floor(((index + 1) * slots) / masterCount) - 1
      await withClient(redis.port, (client) => client.call('CLUSTER', 'ADDSLOTSRANGE', from, to))
      if (index > 0) {
        await withClient(first, (client) => client.call('CLUSTER', 'MEET', '127.0.0.1', redis.port, busPort))
      }
    }
    async function whole(): Promise<void> {
      for (const { redis } of masters) await untilTrue('the cluster to be whole', () => isWhole(redis.port))
    }
    await whole()
    return {
      nodes: masters.map(({ redis }) => ({ host: '127.0.0.1', port: redis.port })),
      masters: masters.map(({ redis }) => redis),
      whole,
      stop: () => stopAll(stops),
    }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}
