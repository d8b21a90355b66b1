import type {
  ConnectionProfile,
  HistoryPart,
  HostPort,
  QueuePart,
  TlsPart,
  TunnelPart,
} from '../../../electron/contract/connection-profile.ts'
import { addressText } from './profile-words.ts'

const tls = (part: 'queue.tls' | 'queue.sentinelTls' | 'history.tls') =>
  ({
    [part]: 'off',
    [`${part}.caFile`]: '',
    [`${part}.certFile`]: '',
    [`${part}.keyFile`]: '',
    [`${part}.serverName`]: '',
  }) as Record<typeof part | `${typeof part}.${'caFile' | 'certFile' | 'keyFile' | 'serverName'}`, string>

type TunnelField = 'host' | 'port' | 'user' | 'auth' | 'keyFile' | 'sshConfig' | 'jump' | 'keepaliveMs'

const tunnel = (part: 'queue.tunnel' | 'history.tunnel') =>
  ({
    [part]: 'off',
    [`${part}.host`]: '',
    [`${part}.port`]: '',
    [`${part}.user`]: '',
    [`${part}.auth`]: 'auto',
    [`${part}.keyFile`]: '',
    [`${part}.sshConfig`]: 'true',
    [`${part}.jump`]: '',
    [`${part}.keepaliveMs`]: '15000',
  }) as Record<typeof part | `${typeof part}.${TunnelField}`, string>

/**
 * A profile as it stands in the form: text by path, for every kind at once, so that what was entered for one kind is
 * still there when another one was looked at. An empty `colour` or `readOnly` leaves the choice to Toril.
 */
export const emptyForm = {
  name: '',
  folder: '',
  colour: '',
  environment: 'development',
  readOnly: '',
  queueName: 'toril',
  prefix: 'bull',
  'queue.kind': 'redis',
  'queue.host': '127.0.0.1',
  'queue.port': '6379',
  'queue.socket': '',
  'queue.username': '',
  'queue.database': '0',
  'queue.sentinels': '',
  'queue.masterName': '',
  'queue.sentinelUsername': '',
  'queue.seeds': '',
  'queue.natMap': '',
  ...tls('queue.tls'),
  ...tls('queue.sentinelTls'),
  ...tunnel('queue.tunnel'),
  'history.kind': 'embedded',
  'history.host': '',
  'history.port': '5432',
  'history.database': '',
  'history.user': '',
  ...tls('history.tls'),
  ...tunnel('history.tunnel'),
}
export type FormPath = keyof typeof emptyForm
export type FormValues = Readonly<Record<FormPath, string>>

export const formPaths = Object.keys(emptyForm) as FormPath[]

type Fields = Record<string, string | number | boolean | undefined>

/** The fields under a path, as text; what is absent keeps what the empty form has. */
function under(path: string, fields: Fields): [string, string][] {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [`${path}.${name}`, String(value)])
}

function tlsValues(path: string, part: TlsPart | undefined): [string, string][] {
  if (part === undefined) return []
  const { verify, ...files } = part
  return [[path, verify ? 'verify' : 'any'], ...under(path, files)]
}

function jumpText({ host, port, user }: NonNullable<TunnelPart['jump']>[number]): string {
  return `${user === undefined ? '' : `${user}@`}${port === undefined ? host : addressText({ host, port })}`
}

function tunnelValues(path: string, part: TunnelPart | undefined): [string, string][] {
  if (part === undefined) return []
  const { jump, ...fields } = part
  return [[path, 'on'], ...under(path, fields), [`${path}.jump`, (jump ?? []).map(jumpText).join('\n')]]
}

const listText = (servers: readonly HostPort[]): string => servers.map(addressText).join('\n')

function queueValues(queue: QueuePart): [string, string][] {
  switch (queue.kind) {
    case 'embedded':
    case 'postgres':
    case 'managed-redis':
      return []
    case 'redis': {
      const { kind: _kind, tls: secure, tunnel: way, ...fields } = queue
      return [...under('queue', fields), ...tlsValues('queue.tls', secure), ...tunnelValues('queue.tunnel', way)]
    }
    case 'sentinel': {
      const { kind: _kind, sentinels, tls: secure, sentinelTls, tunnel: way, ...fields } = queue
      return [
        ...under('queue', fields),
        ['queue.sentinels', listText(sentinels)],
        ...tlsValues('queue.tls', secure),
        ...tlsValues('queue.sentinelTls', sentinelTls),
        ...tunnelValues('queue.tunnel', way),
      ]
    }
    case 'cluster': {
      const { kind: _kind, seeds, natMap = {}, tls: secure, tunnel: way, ...fields } = queue
      const pairs = Object.entries(natMap).map(([announced, reached]) => `${announced} = ${addressText(reached)}`)
      return [
        ...under('queue', fields),
        ['queue.seeds', listText(seeds)],
        ['queue.natMap', pairs.join('\n')],
        ...tlsValues('queue.tls', secure),
        ...tunnelValues('queue.tunnel', way),
      ]
    }
  }
}

function historyValues(history: HistoryPart): [string, string][] {
  if (history.kind === 'embedded') return []
  const { kind: _kind, tls: secure, tunnel: way, ...fields } = history
  return [...under('history', fields), ...tlsValues('history.tls', secure), ...tunnelValues('history.tunnel', way)]
}

/** A stored profile as the form shows it. */
export function formOf(profile: Omit<ConnectionProfile, 'id' | 'createdAt' | 'updatedAt' | 'secretsSet'>): FormValues {
  const { name, folder = '', colour, environment, readOnly, queueName, prefix, queue, history } = profile
  return {
    ...emptyForm,
    ...Object.fromEntries([...queueValues(queue), ...historyValues(history)]),
    name,
    folder,
    colour,
    environment,
    readOnly: String(readOnly),
    queueName,
    prefix,
    'queue.kind': queue.kind,
    'history.kind': history.kind,
  }
}
