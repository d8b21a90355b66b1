import type { RedisOptions } from 'ioredis'
import type { HostPort, QueuePart, TlsPart } from '../../../contract/connection-profile.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { redisPrefix } from '../../queue/redis-target.ts'
import { redisTarget } from '../redis/redis-target.ts'
import type { Tunnel } from '../tunnel/tunnel.ts'
import { about, type Check, type TestContext } from './check.ts'
import { lookAtCluster } from './cluster-nodes.ts'
import { plainWithRedis, tlsWithRedis } from './handshake.ts'
import { addressText, makeTunnel, reachAny, reachPort, resolveHosts } from './reach.ts'
import {
  evictionPolicy,
  ofEach,
  persistence,
  queuesOf,
  redisVersion,
  roundTrip,
  type RedisNode,
} from './redis-facts.ts'
import { redisRights } from './redis-rights.ts'
import { openRedis } from './redis-session.ts'
import { askSentinels } from './sentinels.ts'

type RemoteQueue = Extract<QueuePart, { kind: 'redis' | 'sentinel' | 'cluster' }>

/** What earlier steps found out for later ones. */
interface Way {
  tunnel?: Tunnel
  target?: RedisTarget
  /** The server itself: a node of the cluster, the master of the sentinels. */
  server?: HostPort
  options?: RedisOptions
  home?: RedisNode
  nodes: RedisNode[]
}

function placesOf(queue: RemoteQueue): HostPort[] {
  switch (queue.kind) {
    case 'redis':
      return [{ host: queue.host, port: queue.port }]
    case 'sentinel':
      return queue.sentinels
    case 'cluster':
      return queue.seeds
  }
}

function got<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a step before it left nothing')
  return value
}

/** What a client of this server is given, whatever the kind of the profile. */
function optionsOf(target: RedisTarget): RedisOptions {
  if (target.kind === 'cluster') return target.options.redisOptions ?? {}
  const { sentinels: _sentinels, name: _name, natMap: _map, ...rest } = target.options
  return rest
}

/** Step by step to a Redis, to the master of sentinels, or to a cluster. */
export function redisChecks(queue: RemoteQueue, context: TestContext): Check[] {
  const { secrets, setting, settings } = context
  const way: Way = { nodes: [] }
  const socket = queue.kind === 'redis' ? queue.socket : undefined
  const places = placesOf(queue)
  const tls: TlsPart | undefined = queue.tls
  const label = (): string => {
    if (socket !== undefined) return `Redis at ${socket}`
    return `Redis at ${addressText(got(way.server ?? places[0]))}`
  }
  const target = async () => (way.target ??= await redisTarget(queue, { secrets, tunnel: way.tunnel, setting }))
  const reached = async (): Promise<HostPort> => {
    const server = got(way.server)
    if (way.tunnel !== undefined) return way.tunnel.forward(server)
    return server
  }
  const step = (name: Check['step'], work: Check['run'], who: () => string = label): Check => ({
    part: 'queue',
    step: name,
    run: () => about(who(), work),
  })

  const reaching: Check[] =
    socket !== undefined
      ? [
          step('tcp', async () => {
            await reachPort({ path: socket })
            return { detail: socket }
          }),
        ]
      : [
          step('resolve', () =>
            resolveHosts(
              context,
              'queue',
              places.map(({ host }) => host),
              queue.tunnel,
            ),
          ),
          ...(queue.tunnel === undefined ? [] : [step('tunnel', openTunnelStep)]),
          step('tcp', async () => {
            const { first, ...found } = await reachAny(
              queue.kind === 'sentinel' ? 'The sentinel' : 'Redis',
              places,
              way.tunnel,
            )
            way.server = first
            return found
          }),
          ...(queue.kind === 'sentinel' ? [step('sentinels', sentinelStep, () => 'The sentinels')] : []),
          step('tls', tlsStep),
        ]

  async function openTunnelStep() {
    const part = got(queue.tunnel)
    way.tunnel = await makeTunnel(context, 'queue', part)
    return { detail: `through ${part.host}` }
  }

  async function sentinelStep() {
    const { master, ...found } = await askSentinels(await target(), places, context)
    way.server = master
    return found
  }

  async function tlsStep() {
    const server = got(way.server)
    if (tls === undefined) return plainWithRedis(await reached(), server.host, way.tunnel !== undefined)
    const { tls: options } = optionsOf(await target())
    return tlsWithRedis(await reached(), addressText(server), tls, options ?? {})
  }

  async function signIn() {
    const found = await target()
    way.options = { ...optionsOf(found), ...(socket === undefined ? await reached() : {}) }
    const client = await openRedis(way.options, context)
    way.home = { client, label: label(), info: '' }
    way.nodes = [way.home]
    return { detail: `as ${queue.username ?? 'default'}` }
  }

  async function readVersion() {
    const home = got(way.home)
    home.info = await home.client.info()
    return redisVersion(home.info, queue.kind === 'cluster')
  }

  async function metaKey() {
    return `${redisPrefix(await target(), settings.prefix, settings.queueName)}:${settings.queueName}:meta`
  }

  async function clusterStep() {
    const found = await target()
    if (found.kind !== 'cluster') throw new Error('no cluster')
    const cluster = await lookAtCluster(got(way.home).client, found, await metaKey(), context)
    way.nodes = cluster.nodes
    way.home = cluster.home
    way.options = cluster.homeOptions
    return cluster.found
  }

  async function persistenceStep() {
    const key = await metaKey()
    return ofEach(way.nodes, (node) => persistence(node, key))
  }

  async function rightsStep() {
    const prefix = redisPrefix(await target(), settings.prefix, settings.queueName)
    const { client, label: of } = got(way.home)
    return redisRights({ client, options: got(way.options), prefix, username: queue.username, label: of }, context)
  }

  return [
    ...reaching,
    step('auth', signIn),
    step('version', readVersion),
    ...(queue.kind === 'cluster' ? [step('cluster', clusterStep, () => 'The cluster')] : []),
    step('eviction', () => ofEach(way.nodes, (node) => Promise.resolve(evictionPolicy(node)))),
    step('persistence', persistenceStep),
    step('rights', rightsStep),
    step('queues', async () =>
      queuesOf(
        got(way.home).client,
        way.nodes,
        redisPrefix(await target(), settings.prefix, settings.queueName),
        settings.queueName,
      ),
    ),
    step('round-trip', () => roundTrip(() => got(way.home).client.ping(), label())),
  ]
}
