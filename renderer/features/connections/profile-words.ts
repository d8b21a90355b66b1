import type {
  ConnectionProfile,
  HistoryPart,
  HostPort,
  ProfileColour,
  QueueKind,
  QueuePart,
} from '../../../electron/contract/connection-profile.ts'
import { unverifiedParts, unverifiedWords } from '../../../electron/contract/unverified-tls.ts'
import type { IconName } from '../../components/icon.tsx'
import { counted } from '../../components/words.ts'

export const queueKindWords: Record<QueueKind, string> = {
  embedded: 'Embedded PostgreSQL',
  'managed-redis': 'Redis run by Toril',
  redis: 'Redis',
  sentinel: 'Redis with Sentinel',
  cluster: 'Redis Cluster',
  postgres: 'PostgreSQL of the history',
}

const kindIcons: Record<QueueKind, IconName> = {
  embedded: 'laptop',
  'managed-redis': 'laptop',
  redis: 'server',
  sentinel: 'shield',
  cluster: 'connections',
  postgres: 'database',
}

export const colourWords: Record<ProfileColour, string> = {
  slate: 'Slate',
  teal: 'Teal',
  blue: 'Blue',
  violet: 'Violet',
  orange: 'Orange',
  crimson: 'Crimson',
}

export function kindIcon({ queue }: Pick<ConnectionProfile, 'queue'>): IconName {
  return kindIcons[queue.kind]
}

/** An address of IPv6 stands in brackets before a port. */
export function addressText({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function historyPlace(history: HistoryPart): string {
  if (history.kind === 'embedded') return 'embedded database'
  const host = history.port === 5432 || history.host.startsWith('/') ? history.host : addressText(history)
  return `${host}/${history.database}`
}

function queuePlace(queue: QueuePart, history: HistoryPart): string {
  switch (queue.kind) {
    case 'embedded':
      return 'embedded database'
    case 'postgres':
      return historyPlace(history)
    case 'managed-redis':
      return 'redis-server of this computer'
    case 'redis':
      return queue.socket ?? addressText(queue)
    case 'sentinel':
      return `${queue.masterName}, ${counted(queue.sentinels.length, 'sentinel')}`
    case 'cluster': {
      const [first] = queue.seeds
      const more = queue.seeds.length - 1
      return `${first === undefined ? '' : addressText(first)}${more > 0 ? ` and ${more} more` : ''}`
    }
  }
}

/** Where the jobs of a profile wait, as short as it goes. */
export function placeOf({ queue, history }: Pick<ConnectionProfile, 'queue' | 'history'>): string {
  return queuePlace(queue, history)
}

/** Everything a person may remember a profile by. */
export function searchTextOf(profile: ConnectionProfile): string {
  const { queue, history } = profile
  const tunnel = 'tunnel' in queue ? (queue.tunnel?.host ?? '') : ''
  const hosts = 'sentinels' in queue ? queue.sentinels : 'seeds' in queue ? queue.seeds : []
  return [
    profile.name,
    profile.folder ?? '',
    profile.environment,
    profile.queueName,
    profile.prefix,
    queueKindWords[queue.kind],
    placeOf(profile),
    ...hosts.map(addressText),
    tunnel,
    historyPlace(history),
    profile.readOnly ? 'read-only' : '',
    unverifiedParts(profile).length > 0 ? unverifiedWords : '',
  ]
    .join('\n')
    .toLowerCase()
}
