import {
  isLoopback,
  type HistoryPart,
  type HostPort,
  type QueuePart,
  type TunnelPart,
} from '../../contract/connection-profile.ts'

/** A PostgreSQL's URL without user, password and query, fit to be shown. */
export function placeOfUrl(url: string): string {
  // A socket URL without a host is none to the platform, yet a good one to pg.
  if (!URL.canParse(url)) return 'PostgreSQL'
  const { hostname, port, pathname, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? `${hostname}${port === '' || port === '5432' ? '' : `:${port}`}`
  return `${host}${pathname}`
}

/** The far end of a tunnel has a loopback of its own, which is not ours. */
function through(tunnel: TunnelPart | undefined, hosts: readonly string[]): string {
  return tunnel !== undefined && hosts.some(isLoopback) ? `${tunnel.host.toLowerCase()}>` : ''
}

const hostOf = (host: string): string => (isLoopback(host) ? '127.0.0.1' : host.toLowerCase())
const addressOf = ({ host, port }: HostPort): string => `${hostOf(host)}:${port}`

/** The same order whichever was written down first. */
function firstOf(addresses: readonly HostPort[]): string {
  return addresses.map(addressOf).toSorted()[0] ?? ''
}

/**
 * Where a queue is, without a secret. It is the same whether the way there is direct or through a tunnel, because
 * it names the queue in the history.
 */
export function placeOfQueue(queue: QueuePart): string {
  switch (queue.kind) {
    case 'redis':
      if (queue.socket !== undefined) return `${queue.socket}/${queue.database}`
      return `${through(queue.tunnel, [queue.host])}${addressOf(queue)}/${queue.database}`
    case 'sentinel': {
      const way = through(
        queue.tunnel,
        queue.sentinels.map(({ host }) => host),
      )
      return `${queue.masterName}@${way}${firstOf(queue.sentinels)}/${queue.database}`
    }
    case 'cluster':
      return `cluster@${through(
        queue.tunnel,
        queue.seeds.map(({ host }) => host),
      )}${firstOf(queue.seeds)}`
    case 'managed-redis':
      return 'managed'
    case 'embedded':
    case 'postgres':
      return 'embedded'
  }
}

/** The same for a history, in the form `placeOfUrl` gives. */
export function placeOfHistory(history: HistoryPart): string {
  if (history.kind === 'embedded') return 'embedded'
  const { host, port, database, tunnel } = history
  if (host.startsWith('/')) return `${host}/${database}`
  return `${through(tunnel, [host])}${host.toLowerCase()}${port === 5432 ? '' : `:${port}`}/${database}`
}

/** Where the queue is, for people. */
export function describeQueue(queue: QueuePart): string {
  switch (queue.kind) {
    case 'redis': {
      const host = queue.host.includes(':') ? `[${queue.host}]` : queue.host
      const place = queue.socket ?? `${host}:${queue.port}`
      return `Redis at ${place}/${queue.database}${tunnelWords(queue.tunnel)}`
    }
    case 'sentinel':
      return `Redis ${queue.masterName} of ${queue.sentinels.length} ${queue.sentinels.length === 1 ? 'sentinel' : 'sentinels'}${tunnelWords(queue.tunnel)}`
    case 'cluster':
      return `Redis cluster at ${firstOf(queue.seeds)}${tunnelWords(queue.tunnel)}`
    case 'managed-redis':
      return 'Managed Redis'
    case 'embedded':
    case 'postgres':
      return ''
  }
}

export function tunnelWords(tunnel: TunnelPart | undefined): string {
  return tunnel === undefined ? '' : ` through ${tunnel.host}`
}
