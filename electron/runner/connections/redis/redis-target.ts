import type { ClusterOptions, RedisOptions } from 'ioredis'
import type { ConnectionOptions } from 'node:tls'
import type { HostPort, ProfileSecrets, QueuePart, TlsPart } from '../../../contract/connection-profile.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { redisLabel } from '../../queue/redis-target.ts'
import { tunnelWords } from '../place-names.ts'
import { tlsOptions } from '../tls-options.ts'
import type { TunnelWay } from '../tunnel-way.ts'

type Redis = Extract<QueuePart, { kind: 'redis' }>
type Sentinel = Extract<QueuePart, { kind: 'sentinel' }>
type Cluster = Extract<QueuePart, { kind: 'cluster' }>

export interface RedisWay {
  secrets: ProfileSecrets
  tunnel?: TunnelWay | undefined
  /** Where a wrong file is to be put right, for errors. */
  setting: string
}

type Tls = { tls?: ConnectionOptions }

async function tlsOf(
  part: TlsPart | undefined,
  field: 'queue.tls' | 'queue.sentinelTls',
  hosts: Iterable<string>,
  { secrets, setting }: RedisWay,
): Promise<Tls> {
  if (part === undefined) return {}
  return { tls: await tlsOptions(part, { hosts, field, setting, passphrase: secrets[`${field}.keyPassphrase`] }) }
}

function login(username: string | undefined, secrets: ProfileSecrets): Pick<RedisOptions, 'username' | 'password'> {
  const password = secrets['queue.password']
  return { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) }
}

async function one(queue: Redis, way: RedisWay): Promise<RedisTarget> {
  const base = { ...login(queue.username, way.secrets), db: queue.database }
  if (queue.socket !== undefined) return { kind: 'redis', options: { ...base, path: queue.socket } }
  const place = { host: queue.host, port: queue.port }
  const tls = await tlsOf(queue.tls, 'queue.tls', [queue.host], way)
  return { kind: 'redis', options: { ...base, ...((await way.tunnel?.forward(place)) ?? place), ...tls } }
}

/** Servers announce their addresses as `host:port`, an IPv6 one without brackets. */
function addressOf(key: string): HostPort {
  const colon = key.lastIndexOf(':')
  return { host: key.slice(0, colon), port: Number(key.slice(colon + 1)) }
}

/**
 * Leads announced addresses through the NAT map and the tunnel. `hosts` learns their names: a certificate is
 * checked against the server's name, and behind a tunnel all are on loopback.
 */
async function natMap(
  given: Cluster['natMap'],
  hosts: Set<string>,
  { tunnel }: RedisWay,
): Promise<Pick<ClusterOptions, 'natMap'>> {
  if (tunnel === undefined) return given === undefined ? {} : { natMap: given }
  const announced = await tunnel.announced()
  return {
    natMap(key) {
      const target = given?.[key] ?? addressOf(key)
      hosts.add(target.host)
      return announced(target)
    },
  }
}

function forwarded(places: readonly HostPort[], tunnel: TunnelWay | undefined): Promise<HostPort[]> {
  if (tunnel === undefined) return Promise.resolve([...places])
  return Promise.all(places.map((place) => tunnel.forward(place)))
}

/** Without a tunnel the name that is connected to is the one to be checked, as Node does by itself. */
function nodeTls({ tls }: Tls, part: TlsPart | undefined, tunnel: TunnelWay | undefined): Tls {
  if (tls === undefined || tunnel !== undefined || part?.serverName !== undefined)
    return tls === undefined ? {} : { tls }
  const { checkServerIdentity: _own, servername: _first, ...rest } = tls
  return { tls: rest }
}

async function sentinel(queue: Sentinel, way: RedisWay): Promise<RedisTarget> {
  const { secrets, tunnel } = way
  const hosts = new Set(queue.sentinels.map(({ host }) => host))
  const { tls } = nodeTls(await tlsOf(queue.tls, 'queue.tls', hosts, way), queue.tls, tunnel)
  const own = await tlsOf(queue.sentinelTls, 'queue.sentinelTls', hosts, way)
  const { tls: sentinelTls } = nodeTls(own, queue.sentinelTls, tunnel)
  const sentinelPassword = secrets['queue.sentinelPassword']
  return {
    kind: 'sentinel',
    options: {
      sentinels: await forwarded(queue.sentinels, tunnel),
      name: queue.masterName,
      ...login(queue.username, secrets),
      db: queue.database,
      ...(queue.sentinelUsername === undefined ? {} : { sentinelUsername: queue.sentinelUsername }),
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
      ...(tls === undefined ? {} : { tls, enableTLSForSentinelMode: true }),
      ...(sentinelTls === undefined ? {} : { sentinelTLS: sentinelTls }),
      ...(await natMap(undefined, hosts, way)),
    },
  }
}

async function cluster(queue: Cluster, way: RedisWay): Promise<RedisTarget> {
  const hosts = new Set(queue.seeds.map(({ host }) => host))
  const tls = nodeTls(await tlsOf(queue.tls, 'queue.tls', hosts, way), queue.tls, way.tunnel)
  return {
    kind: 'cluster',
    nodes: await forwarded(queue.seeds, way.tunnel),
    options: {
      ...(await natMap(queue.natMap, hosts, way)),
      redisOptions: { ...login(queue.username, way.secrets), ...tls },
      // ioredis would look the names up itself and connect to addresses, for which no certificate is made out.
      ...(queue.tls === undefined ? {} : { dnsLookup: (address, callback) => callback(null, address) }),
    },
  }
}

/** The address in the profile: the near end of a tunnel is nothing that anybody has set. */
function shownOf(queue: Redis | Sentinel | Cluster): RedisTarget {
  switch (queue.kind) {
    case 'redis':
      return { kind: 'redis', options: { host: queue.host, port: queue.port, db: queue.database } }
    case 'sentinel':
      return {
        kind: 'sentinel',
        options: { sentinels: queue.sentinels, name: queue.masterName, db: queue.database },
      }
    case 'cluster':
      return { kind: 'cluster', nodes: queue.seeds, options: {} }
  }
}

/** What the queue connects with. Rejects UNAVAILABLE naming a TLS file that is of no use. */
export async function redisTarget(queue: Redis | Sentinel | Cluster, way: RedisWay): Promise<RedisTarget> {
  const target = await connectedTo(queue, way)
  const { tunnel } = way
  if (tunnel === undefined) return target
  const place = `${redisLabel(shownOf(queue))}${tunnelWords(queue.tunnel)}`
  return { ...target, way: { place, trouble: () => tunnel.trouble() } }
}

function connectedTo(queue: Redis | Sentinel | Cluster, way: RedisWay): Promise<RedisTarget> {
  switch (queue.kind) {
    case 'redis':
      return one(queue, way)
    case 'sentinel':
      return sentinel(queue, way)
    case 'cluster':
      return cluster(queue, way)
  }
}
