import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'
import { makeCertificates, type Certificates } from './certificates.ts'
import { admin, user, writeUsers, type RedisUser } from './redis-acl.ts'
import { ownAccess, tlsArguments } from './redis-tls.ts'
import { freePort, startTestRedis, type TestRedis } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface ClusterSetup {
  /** A key; its master gets a replica that takes over when it dies. */
  replicaOf?: string
  /** `mutual`: clients have to show a certificate. */
  tls?: 'server' | 'mutual'
  /** The rights of a user without whom nobody gets in, as in ACL SETUSER. */
  rights?: string
  /** Each node announces a port at which nobody listens, as behind a NAT. */
  announcesElsewhere?: boolean
}

interface Place {
  host: string
  port: number
}

export interface RedisCluster {
  /** What a client is given. */
  readonly nodes: Place[]
  readonly masters: TestRedis[]
  /** The master that has the keys with this tag at the start. */
  masterOf(tag: string): Promise<TestRedis>
  /** The master that has the keys with the tag of `replicaOf`, and its replica. */
  readonly withReplica: { master: TestRedis; replica: TestRedis } | undefined
  /** With `tls`. */
  readonly certificates: Certificates | undefined
  /** With `rights`. */
  readonly user: RedisUser
  /** With `announcesElsewhere`: where the announced addresses really are. */
  readonly natMap: Record<string, Place>
  /** Resolves once every master serves its slots again. */
  whole(): Promise<void>
  stop(): Promise<void>
}

interface Node {
  redis: TestRedis
  busPort: number
  announced: number
}

const host = '127.0.0.1'
const masterCount = 3
const slots = 16_384

/** The tests' own questions. */
class Asking {
  readonly #access: RedisOptions & { replyMapping: 'legacy' }

  constructor(access: RedisOptions) {
    this.#access = { ...access, host, replyMapping: 'legacy' }
  }

  async ask<T>(port: number, work: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis({ ...this.#access, port })
    client.on('error', () => undefined)
    try {
      return await work(client)
    } finally {
      client.disconnect()
    }
  }

  async isWhole(port: number, nodes: number): Promise<boolean> {
    const info = await this.ask(port, (client) => client.cluster('INFO'))
    const has = (line: string): boolean => info.split('\r\n').includes(line)
    return has('cluster_state:ok') && has(`cluster_known_nodes:${nodes}`) && has(`cluster_size:${masterCount}`)
  }

  /** One node tells the others of the new one. */
  async meet(known: number, { redis: { port }, busPort }: Node): Promise<void> {
    await this.ask(known, (client) => client.call('CLUSTER', 'MEET', host, port, busPort))
  }

  async follow(node: Node, master: number): Promise<void> {
    const id = await this.ask(master, (client) => client.cluster('MYID'))
    // It takes the master once it has heard of it.
    await untilTrue('the replica to follow its master', () =>
      this.ask(node.redis.port, async (client) => {
        await client.cluster('REPLICATE', id)
        return (await client.info('replication')).includes('master_link_status:up')
      }),
    )
  }
}

/** The arguments of one node, and how the tests get in. */
async function secured(folder: string, { tls, rights }: ClusterSetup) {
  const certificates = tls === undefined ? undefined : await makeCertificates(folder)
  const users = rights === undefined ? undefined : await writeUsers(folder, rights)
  const { ca: trusted = '', serverCert: cert = '', serverKey: key = '' } = certificates?.files ?? {}
  const args = (port: number): string[] => [
    ...(certificates === undefined
      ? []
      : [
          ...tlsArguments(port, { trusted, cert, key, clientCertificates: tls === 'mutual' }),
          ...['--tls-cluster', 'yes', '--tls-replication', 'yes'],
        ]),
    ...(users === undefined
      ? []
      : ['--aclfile', users, '--masteruser', admin.username, '--masterauth', admin.password]),
  ]
  const client: RedisOptions = {
    ...(certificates === undefined ? {} : { tls: ownAccess(certificates) }),
    ...(users === undefined ? {} : admin),
  }
  return { certificates, args, client }
}

/** Three masters, which share the slots evenly. */
export async function startRedisCluster(setup: ClusterSetup = {}): Promise<RedisCluster> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'toril-cluster-'))
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const { certificates, args, client } = await secured(folder, setup)
    const asking = new Asking(client)
    const nodes: Node[] = []

    async function startNode(): Promise<Node> {
      // By default it is the port plus 10,000, which may be past the last one there is.
      const busPort = await freePort()
      const elsewhere = setup.announcesElsewhere === true ? await freePort() : undefined
      const redis = await startTestRedis({
        client,
        args: (port) => [
          ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', '2000'],
          ...['--repl-diskless-sync-delay', '0'],
          ...(elsewhere === undefined ? [] : ['--cluster-announce-port', String(elsewhere)]),
          ...args(port),
        ],
      })
      stops.unshift(() => redis.stop())
      return { redis, busPort, announced: elsewhere ?? redis.port }
    }

    for (let count = 0; count < masterCount; count++) nodes.push(await startNode())
    const first = nodes[0]?.redis.port ?? 0
    for (const [index, node] of nodes.entries()) {
      const from = Math.floor((index * slots) / masterCount)
      const to = Math.floor(((index + 1) * slots) / masterCount) - 1
      await asking.ask(node.redis.port, (each) => each.call('CLUSTER', 'ADDSLOTSRANGE', from, to))
      if (index > 0) await asking.meet(first, node)
    }
    const masters = nodes.map(({ redis }) => redis)
    async function whole(count = masterCount): Promise<void> {
      for (const { port } of masters) await untilTrue('the cluster to be whole', () => asking.isWhole(port, count))
    }
    await whole()
    async function masterOf(tag: string): Promise<TestRedis> {
      const slot = await asking.ask(first, (each) => each.cluster('KEYSLOT', tag))
      const master = masters[Math.min(masterCount - 1, Math.floor((slot * masterCount) / slots))]
      if (master === undefined) throw new Error('No master has the slot.')
      return master
    }
    let withReplica: RedisCluster['withReplica']
    if (setup.replicaOf !== undefined) {
      const master = await masterOf(setup.replicaOf)
      const replica = await startNode()
      await asking.meet(first, replica)
      await asking.follow(replica, master.port)
      withReplica = { master, replica: replica.redis }
      await whole(masterCount + 1)
    }
    return {
      nodes: masters.map(({ port }) => ({ host, port })),
      masters,
      masterOf,
      withReplica,
      certificates,
      user,
      natMap: Object.fromEntries(
        nodes.map(({ announced, redis: { port } }) => [`${host}:${announced}`, { host, port }]),
      ),
      whole: () => whole(masterCount + (withReplica === undefined ? 0 : 1)),
      stop: () => stopAll(stops),
    }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}
