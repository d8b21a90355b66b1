import { TorilError } from '../../contract/errors.ts'
import { byCode } from '../queue/refusal-sentences.ts'
import type { PostgresAddress } from './postgres-tls.ts'

const networkCodes = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH'],
  ...['ENETUNREACH', 'ECONNABORTED', 'ENOTCONN'],
])

/** Shutting down, starting up, too many connections, a read-only standby after a failover. */
const passingStates = new Set(['57P01', '57P02', '57P03', '53300', '25006'])

/** Prisma: cannot reach, timed out, closed, pool exhausted, too many connections. */
const prismaCodes = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'])

const lostConnection =
  /Connection terminated|timeout exceeded when trying to connect|not queryable|Client was closed|Cannot use a pool after/i

/** Prisma: "the database said", with the database's own code inside. */
const wrapping = new Set(['P2010', 'P2039'])

/** Prisma's adapter keeps no code of a broken socket, only what kind of trouble it was. */
const codeOfKind: Record<string, string> = {
  DatabaseNotReachable: 'P1001',
  ConnectionClosed: 'P1017',
  SocketTimeout: 'P1008',
}

/** The code of an error, of the one it wraps, or of the first of several (Node tries IPv6 and IPv4). */
export function postgresCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; typeof at === 'object' && at !== null && depth < 5; depth++) {
    const { code, kind, originalCode, meta, cause, errors } = at as Record<string, unknown>
    if (typeof originalCode === 'string') return originalCode
    if (typeof code === 'string' && !wrapping.has(code)) return code
    if (typeof kind === 'string' && codeOfKind[kind] !== undefined) return codeOfKind[kind]
    const { driverAdapterError } = (meta ?? {}) as Record<string, unknown>
    at = driverAdapterError ?? cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  }
  return undefined
}

/** Whether the server could not be reached, so that the same call may succeed later. */
export function isUnreachable(error: unknown): boolean {
  const code = postgresCodeOf(error)
  if (code !== undefined) {
    if (networkCodes.has(code) || passingStates.has(code) || prismaCodes.has(code) || code.startsWith('08')) return true
  }
  return error instanceof Error && lostConnection.test(error.message)
}

/** Where an address leads, for people: no password, no user. */
export function placeOf({ url, place }: PostgresAddress): string {
  if (place !== undefined) return `PostgreSQL at ${place}`
  try {
    const { hostname, port, searchParams } = new URL(url)
    const socket = searchParams.get('host')
    if (socket?.startsWith('/') === true) return `PostgreSQL at ${socket}`
    return `PostgreSQL at ${socket ?? hostname}:${searchParams.get('port') ?? (port === '' ? '5432' : port)}`
  } catch {
    return 'PostgreSQL'
  }
}

function databaseOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).pathname.slice(1))
  } catch {
    return ''
  }
}

function userOf(url: string): string {
  try {
    return decodeURIComponent(new URL(url).username)
  } catch {
    return ''
  }
}

/** One clear sentence about why the database cannot be used, and what to change. */
function describePostgresError(error: unknown, address: PostgresAddress): string {
  const { url, setting = 'DATABASE_URL' } = address
  // A URL says in its own words how TLS is spoken; a profile has fields.
  const byUrl = setting === 'DATABASE_URL'
  const code = postgresCodeOf(error) ?? ''
  // Prisma begins with the call in its own source; what the matter is comes last.
  const message = (error instanceof Error ? error.message : String(error)).trim().split('\n').at(-1) ?? ''
  const place = placeOf(address)
  const trouble = isUnreachable(error) ? address.trouble?.() : undefined
  if (trouble !== undefined) return `${place} cannot be reached: ${trouble}.`
  if (/does not support SSL/i.test(message)) {
    const off = byUrl ? `Set sslmode=disable in ${setting}` : `Switch TLS off in ${setting}`
    return `${place} does not speak TLS. ${off}, or switch TLS on at the server.`
  }
  // No setting of ours helps there.
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return `${place} was reached, but ${byCode[code] ?? message}.`
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY|TLS|SSL/.test(code) || /certificate|SSL alert|tlsv1/i.test(message)) {
    const places = byUrl ? 'sslmode and sslrootcert' : 'history.tls.caFile and history.tls.serverName'
    return `${place} was reached, but its TLS certificate is not trusted (${message}). Check ${places} in ${setting}.`
  }
  switch (code) {
    case 'ECONNREFUSED':
      return `${place} refused the connection. Start the server, or correct host and port in ${setting}.`
    case 'P1001':
      return `${place} cannot be reached. Start the server, or correct host and port in ${setting}.`
    case 'ENOENT':
      return `${place} has no socket there. Start the server, or correct the host in ${setting}.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${place} cannot be found. Correct it in ${setting}.`
    case '28P01':
    case '28000':
      return /no encryption|SSL off/i.test(message)
        ? `${place} wants TLS. ${byUrl ? `Add sslmode=require to ${setting}` : `Switch TLS on in ${setting}`}.`
        : `${place} refused the user ${userOf(url)}: wrong user or password. Correct ${setting}.`
    case '3D000':
      return `${place} has no database ${databaseOf(url)}. Create it, or correct the name in ${setting}.`
    case '42501':
      return `The user ${userOf(url)} may not do this at ${place} (${message}). Grant it the right to create a schema in the database${byUrl ? `, or name a schema of its own with ?schema= in ${setting}` : ''}.`
    case '53300':
      return `${place} has no connection left for Toril. Raise max_connections, or close others.`
    case '53100':
      return `The disk of ${place} is full. Free some space there.`
    case '57P01':
    case '57P02':
      return `${place} was stopped or has crashed. Start it again.`
    case '57P03':
      return `${place} is starting up or shutting down. Try again in a moment.`
    default:
      return /timeout|ETIMEDOUT/i.test(`${message} ${code}`)
        ? `${place} did not answer in time. Check host, port and firewall in ${setting}.`
        : `${place} cannot be used: ${message.replace(/\.$/, '')}. Check ${setting}.`
  }
}

/** As UNAVAILABLE, with the sentence above. */
export function postgresUnavailable(error: unknown, address: PostgresAddress): TorilError {
  if (error instanceof TorilError) return error
  return new TorilError('UNAVAILABLE', describePostgresError(error, address), { cause: error })
}
