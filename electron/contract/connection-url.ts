import type { HistoryPart, ProfileSecrets, QueuePart, TlsPart } from './connection-profile.ts'
import { TorilError } from './errors.ts'

export type RedisPart = Extract<QueuePart, { kind: 'redis' }>
export type PostgresPart = Extract<HistoryPart, { kind: 'postgres' }>

/** What a connection URL says: a part of a profile, and the password that stood in it. */
export type ParsedConnection =
  { queue: RedisPart; secrets: ProfileSecrets } | { history: PostgresPart; secrets: ProfileSecrets }

/**
 * Reads `redis://`, `rediss://`, `unix:`, `postgresql://`, or a plain Redis host with or without a port. User,
 * password and database are percent-decoded. `defaultPort` is the port of a Redis that names none.
 * Throws TorilError INVALID_PROFILE, whose issue says why in words to follow the name of the field; a password
 * is never repeated in it.
 */
export function parseConnectionUrl(url: string, defaultPort = 6379): ParsedConnection {
  const text = url.trim()
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]*):(\/\/.*|\/.*)$/i.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case undefined:
      return { queue: { kind: 'redis', ...hostAndPort(text, defaultPort), database: 0 }, secrets: {} }
    case 'redis':
    case 'rediss':
      return redisPart(split(rest), scheme?.toLowerCase() === 'rediss', defaultPort)
    case 'unix':
    case 'redis+unix':
      return socketPart(rest)
    case 'postgres':
    case 'postgresql':
      return postgresPart(split(rest))
    default:
      // What stands there is not repeated: it may be the user and the password of a URL without a scheme.
      throw refused('must start with redis:// or rediss://, unix: or postgresql://')
  }
}

interface UrlParts {
  user: string | undefined
  password: string | undefined
  host: string
  port: number | undefined
  path: string
  query: Map<string, string>
}

const malformed = 'is not a valid URL. Percent-encode characters such as @ : / in user name and password'

/** Takes `//user:password@host:port/path?query` apart. The contract has no URL class: it knows neither Node nor the DOM. */
function split(rest: string): UrlParts {
  const [, authority = '', path = '', query, fragment = ''] =
    /^\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(rest) ?? []
  if (hidesLogin(path, query, fragment)) throw refused(malformed)
  const at = authority.lastIndexOf('@')
  const server = authority.slice(at + 1)
  // Of what has an @ later on, such as redis://me:pa/ss@host, this is no port but the beginning of a password.
  const whole = !`${path}${query ?? ''}`.includes('@')
  if (whole && /^[^:\s[\]]+:[^:\s]*[^\d:\s][^:\s]*$/.test(server)) throw refused('has a port that is not a number')
  const [host, port] = address(server)
  return { ...credentials(authority.slice(0, Math.max(0, at))), host, port, path, query: queryOf(query) }
}

/**
 * A password with a `/`, `?` or `#` in it ends the authority early: then its beginning stands where host and port are
 * looked for, and the `@` comes later. The value of a parameter may have one.
 */
function hidesLogin(path: string, query: string | undefined, fragment: string): boolean {
  const names = (query ?? '').split('&').map((pair) => pair.split('=')[0] ?? '')
  return [path, fragment, ...names].some((part) => part.includes('@'))
}

/** Whether a URL that others read has a login that is not percent-encoded, and so reads as another host. */
export function hasHiddenLogin(url: string): boolean {
  const [, path = '', query, fragment = ''] = /^[^:]+:\/\/[^/?#]*([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(url) ?? []
  return hidesLogin(path, query, fragment)
}

function credentials(text: string): Pick<UrlParts, 'user' | 'password'> {
  const colon = text.indexOf(':')
  const user = colon === -1 ? text : text.slice(0, colon)
  const password = colon === -1 ? '' : text.slice(colon + 1)
  if (/\s/.test(text)) throw refused(malformed)
  return {
    user: user === '' ? undefined : decode(user, 'user name'),
    password: password === '' ? undefined : decode(password, 'password'),
  }
}

function address(text: string): [string, number | undefined] {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+(?:%\w+)?)\]|([^:\s[\]]*))(?::(\d*))?$/i.exec(text) ?? []
  if (bracketed === undefined && plain === undefined) throw refused(malformed)
  const host = decode(bracketed ?? plain ?? '', 'host name')
  if (port === undefined || port === '') return [host, undefined]
  return [host, portOf(port)]
}

function portOf(text: string): number {
  const port = Number(text)
  if (port < 1 || port > 65_535) throw refused('has a port outside 1 to 65535')
  return port
}

function queryOf(text: string | undefined): Map<string, string> {
  const pairs = (text ?? '').split('&').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [decode(name, 'parameter'), decode(value.join('='), 'parameter')]
    }),
  )
}

function redisPart(url: UrlParts, secure: boolean, defaultPort: number): ParsedConnection {
  if (url.host === '') throw refused('names no host')
  return {
    queue: {
      kind: 'redis',
      host: url.host,
      port: url.port ?? defaultPort,
      ...(url.user === undefined ? {} : { username: url.user }),
      database: databaseOf(url.path.replace(/^\//, '') || (url.query.get('db') ?? '')),
      ...(secure ? { tls: { verify: true } } : {}),
    },
    secrets: url.password === undefined ? {} : { 'queue.password': url.password },
  }
}

function socketPart(rest: string): ParsedConnection {
  const [, login = '', path = '', query] = /^(?:\/\/([^/?#]*@)?)?(\/[^?#]*)(?:\?([^#]*))?$/.exec(rest) ?? []
  if (path.length < 2) throw refused('names no socket, such as unix:/run/redis/redis.sock')
  const { user, password } = credentials(login.replace(/@$/, ''))
  return {
    queue: {
      kind: 'redis',
      host: '127.0.0.1',
      port: 6379,
      socket: decode(path, 'path'),
      ...(user === undefined ? {} : { username: user }),
      database: databaseOf(queryOf(query).get('db') ?? ''),
    },
    secrets: password === undefined ? {} : { 'queue.password': password },
  }
}

function databaseOf(text: string): number {
  if (text === '') return 0
  if (!/^\d{1,5}$/.test(text)) throw refused('has a database that is not a number, such as redis://host:6379/0')
  return Number(text)
}

function postgresPart(url: UrlParts): ParsedConnection {
  const { user, query } = url
  const database = decode(url.path.replace(/^\//, ''), 'database') || (query.get('dbname') ?? user ?? '')
  const host = query.get('host') ?? url.host
  if (host === '') throw refused('names no host')
  if (database === '') throw refused('names no database, such as postgresql://host/database')
  const tls = tlsOf(query)
  const unknown = [...query.keys()].find((name) => !postgresParameters.has(name))
  if (unknown !== undefined) {
    const named = libpqParameters.has(unknown) ? `the parameter ${unknown}` : 'a parameter'
    throw refused(`has ${named}, which Toril does not know`)
  }
  const password = url.password ?? query.get('password')
  return {
    history: {
      kind: 'postgres',
      host,
      port: url.port ?? 5432,
      database,
      ...(user === undefined ? {} : { user }),
      ...(tls === undefined || host.startsWith('/') ? {} : { tls }),
    },
    secrets: password === undefined ? {} : { 'history.password': password },
  }
}

const postgresParameters = new Set([
  'host',
  'dbname',
  'password',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'uselibpqcompat',
  // Of no effect here: Toril's tables have a schema of their own, and it names itself.
  'schema',
  'application_name',
])

/** Repeated when they are refused. Any other may be the rest of a password with an `&` in it. */
const libpqParameters = new Set([
  ...['channel_binding', 'client_encoding', 'connect_timeout', 'fallback_application_name', 'gssencmode', 'hostaddr'],
  ...['keepalives', 'load_balance_hosts', 'options', 'passfile', 'port', 'require_auth', 'service', 'sslcrl'],
  ...['sslnegotiation', 'sslpassword', 'target_session_attrs', 'user'],
])

/**
 * As node-postgres reads `sslmode`: every mode that asks for TLS also verifies, but `no-verify` and what libpq
 * itself does not verify when `uselibpqcompat` asks for its ways.
 */
function tlsOf(query: Map<string, string>): TlsPart | undefined {
  const mode = query.get('sslmode')
  if (mode === undefined || mode === 'disable' || mode === 'allow') return undefined
  if (!['prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'].includes(mode)) {
    throw refused('has an sslmode that is none of disable, allow, prefer, require, verify-ca, verify-full, no-verify')
  }
  const lax = query.get('uselibpqcompat') === 'true' && (mode === 'prefer' || mode === 'require')
  const files = { caFile: query.get('sslrootcert'), certFile: query.get('sslcert'), keyFile: query.get('sslkey') }
  const given = Object.fromEntries(Object.entries(files).filter(([, file]) => file !== undefined && file !== 'system'))
  return { ...given, verify: mode !== 'no-verify' && !lax }
}

function hostAndPort(text: string, defaultPort: number): { host: string; port: number } {
  if (text === '') throw refused('is empty')
  const bracketed = /^\[([0-9a-f:.]+(?:%\w+)?)\](?::(\d+))?$/i.exec(text)
  const plain = /^([^:\s/@[\]]+)(?::(\d+))?$/.exec(text)
  const bareIpv6 = /^[0-9a-f:.]+(?:%\w+)?$/i.test(text) && text.split(':').length > 2
  const [host, given] = bareIpv6 ? [text, undefined] : [(bracketed ?? plain)?.[1], (bracketed ?? plain)?.[2]]
  if (host === undefined) throw refused('is neither a host name nor a redis:// or rediss:// URL')
  return { host, port: given === undefined ? defaultPort : portOf(given) }
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused(`has a ${what} with a wrong percent-encoding`)
  }
}

function refused(why: string): TorilError {
  return new TorilError('INVALID_PROFILE', `The address ${why}.`, { issues: [{ path: ['url'], message: why }] })
}
