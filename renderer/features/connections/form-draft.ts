import { parseConnectionUrl } from '../../../electron/contract/connection-url.ts'
import type { HostPort, ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import type { FormPath, FormValues } from './form-values.ts'

export interface FieldIssue {
  path: string
  message: string
}

type QueueDraft = NonNullable<ProfileDraft['queue']>
type HistoryDraft = NonNullable<ProfileDraft['history']>
type TlsDraft = NonNullable<Extract<QueueDraft, { kind: 'redis' }>['tls']>
type TunnelDraft = NonNullable<Extract<QueueDraft, { kind: 'redis' }>['tunnel']>
type JumpDraft = NonNullable<TunnelDraft['jump']>[number]

/** Reads the form, and gathers what it cannot read. */
class FormReader {
  readonly issues: FieldIssue[] = []
  readonly #values: FormValues

  constructor(values: FormValues) {
    this.#values = values
  }

  text(path: FormPath): string {
    return this.#values[path].trim()
  }

  /** `{name: value}`, or nothing where the field is empty. */
  optional<Name extends string>(name: Name, path: FormPath): Partial<Record<Name, string>> {
    const text = this.text(path)
    return text === '' ? {} : ({ [name]: text } as Record<Name, string>)
  }

  number<Name extends string>(name: Name, path: FormPath): Partial<Record<Name, number>> {
    const text = this.text(path)
    if (text === '') return {}
    if (!/^\d{1,9}$/.test(text)) this.issues.push({ path, message: 'must be a whole number' })
    return { [name]: Number(text) } as Record<Name, number>
  }

  entries(path: FormPath): string[] {
    return this.text(path)
      .split(/[\n,]/)
      .map((entry) => entry.trim())
      .filter(Boolean)
  }

  #server(path: FormPath, text: string, defaultPort: number): HostPort {
    try {
      const parsed = text.includes('/') ? undefined : parseConnectionUrl(text, defaultPort)
      if (parsed !== undefined && 'queue' in parsed) return { host: parsed.queue.host, port: parsed.queue.port }
    } catch {
      // Said below: what is wrong with a URL does not fit a plain address.
    }
    this.issues.push({ path, message: `has “${text}”, which is not of the form host:port` })
    return { host: text, port: defaultPort }
  }

  servers(path: FormPath, defaultPort: number): HostPort[] {
    return this.entries(path).map((entry) => this.#server(path, entry, defaultPort))
  }

  natMap(): { natMap?: Record<string, HostPort> } {
    const pairs = this.entries('queue.natMap').map((line) => {
      const [announced = '', reached = ''] = line.split('=').map((side) => side.trim())
      if (reached === '') {
        const message = `has “${line}”, which is not of the form announced:port = host:port`
        this.issues.push({ path: 'queue.natMap', message })
      }
      return [announced, this.#server('queue.natMap', reached === '' ? 'none' : reached, 6379)] as const
    })
    return pairs.length === 0 ? {} : { natMap: Object.fromEntries(pairs) }
  }

  tls(path: 'queue.tls' | 'queue.sentinelTls' | 'history.tls'): TlsDraft | undefined {
    const mode = this.text(path)
    if (mode === 'off') return undefined
    return {
      ...this.optional('caFile', `${path}.caFile`),
      ...this.optional('certFile', `${path}.certFile`),
      ...this.optional('keyFile', `${path}.keyFile`),
      ...this.optional('serverName', `${path}.serverName`),
      verify: mode !== 'any',
    }
  }

  #jump(path: FormPath, text: string): JumpDraft {
    const at = text.lastIndexOf('@')
    const user = at === -1 ? {} : { user: text.slice(0, at) }
    const address = text.slice(at + 1)
    if (/^[^:\s]+$/.test(address)) return { ...user, host: address }
    return { ...user, ...this.#server(path, address, 22) }
  }

  tunnel(path: 'queue.tunnel' | 'history.tunnel'): TunnelDraft | undefined {
    if (this.text(path) === 'off') return undefined
    const jump = this.entries(`${path}.jump`).map((entry) => this.#jump(`${path}.jump`, entry))
    return {
      host: this.text(`${path}.host`),
      ...this.number('port', `${path}.port`),
      ...this.optional('user', `${path}.user`),
      auth: this.text(`${path}.auth`) as NonNullable<TunnelDraft['auth']>,
      ...this.optional('keyFile', `${path}.keyFile`),
      sshConfig: this.text(`${path}.sshConfig`) === 'true',
      ...(jump.length === 0 ? {} : { jump }),
      ...this.number('keepaliveMs', `${path}.keepaliveMs`),
    }
  }

  /** Only what is there: an absent part is left out, not undefined. */
  parts(way: 'queue' | 'history'): { tls?: TlsDraft; tunnel?: TunnelDraft } {
    const tls = this.tls(`${way}.tls`)
    const tunnel = this.tunnel(`${way}.tunnel`)
    return { ...(tls === undefined ? {} : { tls }), ...(tunnel === undefined ? {} : { tunnel }) }
  }

  queue(): QueueDraft {
    const kind = this.text('queue.kind') as QueueDraft['kind']
    switch (kind) {
      case 'embedded':
      case 'postgres':
      case 'managed-redis':
        return { kind }
      case 'redis':
        return {
          kind,
          host: this.text('queue.host'),
          ...this.number('port', 'queue.port'),
          ...this.optional('socket', 'queue.socket'),
          ...this.optional('username', 'queue.username'),
          ...this.number('database', 'queue.database'),
          ...(this.text('queue.socket') === '' ? this.parts('queue') : {}),
        }
      case 'sentinel': {
        const sentinelTls = this.tls('queue.sentinelTls')
        return {
          kind,
          sentinels: this.servers('queue.sentinels', 26_379),
          masterName: this.text('queue.masterName'),
          ...this.optional('username', 'queue.username'),
          ...this.number('database', 'queue.database'),
          ...this.optional('sentinelUsername', 'queue.sentinelUsername'),
          ...(sentinelTls === undefined ? {} : { sentinelTls }),
          ...this.parts('queue'),
        }
      }
      case 'cluster':
        return {
          kind,
          seeds: this.servers('queue.seeds', 6379),
          ...this.natMap(),
          ...this.optional('username', 'queue.username'),
          ...this.parts('queue'),
        }
    }
  }

  history(): HistoryDraft {
    if (this.text('history.kind') === 'embedded') return { kind: 'embedded' }
    return {
      kind: 'postgres',
      host: this.text('history.host'),
      ...this.number('port', 'history.port'),
      database: this.text('history.database'),
      ...this.optional('user', 'history.user'),
      ...(this.text('history.host').startsWith('/') ? {} : this.parts('history')),
    }
  }
}

/** The profile that the form describes, without secrets, and what in it cannot be read. */
export function draftOf(values: FormValues): { draft: ProfileDraft; issues: FieldIssue[] } {
  const form = new FormReader(values)
  const colour = form.text('colour')
  const readOnly = form.text('readOnly')
  const draft: ProfileDraft = {
    name: form.text('name'),
    ...form.optional('folder', 'folder'),
    ...(colour === '' ? {} : { colour: colour as NonNullable<ProfileDraft['colour']> }),
    environment: form.text('environment') as NonNullable<ProfileDraft['environment']>,
    ...(readOnly === '' ? {} : { readOnly: readOnly === 'true' }),
    queueName: form.text('queueName'),
    prefix: form.text('prefix'),
    queue: form.queue(),
    history: form.history(),
  }
  return { draft, issues: form.issues }
}
