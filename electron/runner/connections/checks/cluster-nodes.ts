import type { Redis, RedisOptions } from 'ioredis'
import type { HostPort } from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { counted } from '../../counted.ts'
import { about, type Found, type TestContext } from './check.ts'
import { addressText } from './reach.ts'
import { infoField, type RedisNode } from './redis-facts.ts'
import { openRedis } from './redis-session.ts'

const slotCount = 16_384

/** CRC16-CCITT (XMODEM), as the cluster specification of Redis names it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

/** The slot of a key: of what is between its first braces, if there is something. */
function slotOf(key: string): number {
  const tag = /\{([^}]+)\}/.exec(key)?.[1] ?? key
  return crc16(Buffer.from(tag)) % slotCount
}

interface Range {
  from: number
  to: number
  /** Addresses of the master and its replicas, as announced. */
  nodes: HostPort[]
}

/** A node that knows no name of its own says null. */
const unnamed = (host: string | null): boolean => host === null || host === ''

/** An empty host is that of the node that was asked. */
async function rangesOf(client: Redis): Promise<Range[]> {
  const answer = await client.cluster('SLOTS')
  const asked = client.options.host ?? ''
  return answer.map(([from, to, ...nodes]) => ({
    from,
    to,
    nodes: nodes.map(([host, port]) => ({ host: unnamed(host) ? asked : host, port })),
  }))
}

interface LookedAt {
  found: Found
  /** The masters. */
  nodes: RedisNode[]
  /** The one that has the queue. */
  home: RedisNode
  homeOptions: RedisOptions
}

/** Whether the cluster is whole, and each of its nodes is reached and lets us in. */
export async function lookAtCluster(
  client: Redis,
  target: Extract<RedisTarget, { kind: 'cluster' }>,
  key: string,
  context: TestContext,
): Promise<LookedAt> {
  const info = await client.cluster('INFO')
  const state = infoField(info, 'cluster_state') ?? 'unknown'
  const covered = Number(infoField(info, 'cluster_slots_ok') ?? 0)
  const ranges = await rangesOf(client)
  const home = ranges.find(({ from, to }) => from <= slotOf(key) && slotOf(key) <= to)?.nodes[0]
  if (home === undefined) {
    const message = `No node of the cluster has the slot of this queue, and ${covered} of ${slotCount} slots are served. Give each slot a master (redis-cli --cluster fix).`
    throw new TorilError('UNAVAILABLE', message)
  }
  const { natMap, redisOptions = {} } = target.options
  const optionsOf = (place: HostPort): RedisOptions => {
    const announced = `${place.host}:${place.port}`
    const mapped = typeof natMap === 'function' ? natMap(announced) : natMap?.[announced]
    return { ...redisOptions, ...(mapped ?? place) }
  }
  const all = [...new Map(ranges.flatMap(({ nodes }) => nodes).map((place) => [addressText(place), place])).values()]
  const masters = new Set(ranges.map(({ nodes: [master] }) => (master === undefined ? '' : addressText(master))))
  const results = await Promise.allSettled(
    all.map((place) =>
      about(`The node ${addressText(place)} of the cluster`, async (): Promise<RedisNode> => {
        const node = await openRedis(optionsOf(place), context)
        return { client: node, label: `Redis at ${addressText(place)}`, info: await node.info() }
      }),
    ),
  )
  const reached = new Map<string, RedisNode>()
  const errors: unknown[] = []
  for (const [index, result] of results.entries()) {
    const place = all[index]
    if (place === undefined) continue
    const name = addressText(place)
    if (result.status === 'fulfilled') reached.set(name, result.value)
    // Without a master there is no use; replicas are only needed when it dies.
    else if (masters.has(name)) throw result.reason
    else errors.push(result.reason)
  }
  const node = reached.get(addressText(home))
  if (node === undefined) throw new TorilError('UNAVAILABLE', 'The node of this queue is not reached.')
  const detail = `${counted(masters.size, 'master')}, ${reached.size} of ${all.length} nodes, ${covered} slots`
  const whole = state === 'ok' && covered === slotCount
  const warning = whole
    ? (errors[0] as Error | undefined)?.message
    : `The cluster says its state is ${state}, and ${covered} of ${slotCount} slots are served. Bring back the nodes that are missing (redis-cli --cluster check).`
  if (state !== 'ok' && warning !== undefined) throw new TorilError('UNAVAILABLE', warning)
  return {
    found: { detail, ...(warning === undefined ? {} : { warning }) },
    nodes: [...reached].filter(([name]) => masters.has(name)).map(([, master]) => master),
    home: node,
    homeOptions: optionsOf(home),
  }
}
