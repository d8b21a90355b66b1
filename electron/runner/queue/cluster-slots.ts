import type { ClusterOptions, Redis } from 'ioredis'
import type { HostPort } from '../../contract/connection-profile.ts'
import type { RedisTarget } from './queue-config.ts'
import { Refusal } from './server-refusal.ts'

export const slotCount = 16_384

export interface SlotRange {
  from: number
  to: number
  /** Addresses of the master and its replicas, as announced. */
  nodes: HostPort[]
}

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

/** A node that knows no name of its own says null. */
const unnamed = (host: string | null): boolean => host === null || host === ''

/** Who serves which slots. An empty host is that of the node that was asked. */
export async function slotRanges(client: Redis, asked: string): Promise<SlotRange[]> {
  const answer = await client.cluster('SLOTS')
  return answer.map(([from, to, ...nodes]) => ({
    from,
    to,
    nodes: nodes.map(([host, port]) => ({ host: unnamed(host) ? asked : host, port })),
  }))
}

/** Where the master that has the key is announced; undefined when its slot has none. */
export function masterOfKey(ranges: readonly SlotRange[], key: string): HostPort | undefined {
  const slot = slotOf(key)
  return ranges.find(({ from, to }) => from <= slot && slot <= to)?.nodes[0]
}

/** The way to an announced address: through the NAT map, where it names it. */
export function mappedPlace({ natMap }: Pick<ClusterOptions, 'natMap'>, place: HostPort): HostPort {
  const announced = `${place.host}:${place.port}`
  return (typeof natMap === 'function' ? natMap(announced) : natMap?.[announced]) ?? place
}

/** Nobody is there, as opposed to somebody who refuses. Behind a tunnel all that is seen of it is a reset. */
const unreached = /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|timed out/

/** What an error at an announced address tells, after a seed has answered: perhaps that the address is of no use here. */
export function announcedError(
  { nodes, options }: Extract<RedisTarget, { kind: 'cluster' }>,
  place: HostPort,
  error: unknown,
): unknown {
  const { host, port } = mappedPlace(options, place)
  const isSeed = nodes.some((seed) => seed.host === host && seed.port === port)
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const text = `${typeof code === 'string' ? code : ''} ${String(error)}`
  // While a replica takes over, or slots move, what the seed said is already old.
  if (/\bMOVED\b/.test(text)) return new Error('CLUSTERDOWN')
  if (isSeed || !unreached.test(text)) return error
  return new Refusal('announced', `${place.host}:${place.port}`)
}
