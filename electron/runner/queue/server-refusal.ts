import { TorilError } from '../../contract/errors.ts'

/** Names of the server in sentences. */
export const serverNames = { redis: 'Redis', postgres: 'PostgreSQL' } as const
export type ServerKind = keyof typeof serverNames

function field(error: unknown, name: 'code' | 'message'): string {
  if (typeof error !== 'object' || error === null) return name === 'message' ? String(error) : ''
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' ? value : ''
}

/** Node reports several tries (IPv4 and IPv6) as one AggregateError without a message. */
function innermost(error: unknown): unknown {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error
}

const byCode: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused. Start the server, or correct host and port',
  ENOENT: 'its socket does not exist. Start the server, or correct the path',
  ENOTFOUND: 'the host name is not known. Correct the host name',
  EAI_AGAIN: 'the host name could not be looked up. Check the network and the host name',
  EHOSTUNREACH: 'there is no route to the host. Check the network',
  ENETUNREACH: 'there is no route to the host. Check the network',
  ECONNRESET:
    'the connection was closed while it was being made. Perhaps one side speaks TLS and the other does not, or it asks for a client certificate: check TLS on both',
  ETIMEDOUT: 'it did not answer in time. Check host, port and firewall, and that TLS is set as the server expects it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority not trusted here. Give its CA certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed. Give it as the CA certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified. Give its CA certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate cannot be verified. Give its CA certificate',
  CERT_HAS_EXPIRED: 'its certificate has expired. Renew the certificate of the server',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name. Set the server name it was made for',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'it asks for a client certificate. Give certificate and key',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port. Turn TLS off, or use the TLS port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS on this port. Turn TLS off, or use the TLS port',
  EPROTO: 'the TLS handshake failed. Check that the server speaks TLS on this port',
  '28P01': 'user name or password is wrong. Correct them',
  '28000': 'the user may not connect. Correct the user name, or allow it in pg_hba.conf',
  '3D000': 'the database does not exist. Create it, or correct its name',
  '42501': 'the user may not create or use the schemas of the queue. Grant CREATE on the database to it',
  '53300': 'it has no free connection. Raise max_connections, or close other programs',
  '57P01': 'it is shutting down',
  '57P02': 'it is restarting after a crash',
  '57P03': 'it is starting or shutting down. Try again in a moment',
}

const byMessage: [RegExp, string][] = [
  [/WRONGPASS/, 'user name or password is wrong. Correct them'],
  [/NOAUTH/, 'it asks for a password. Add the password'],
  [/without any password configured/, 'it has no password, but one was given. Remove the password'],
  [/NOPERM|can't run this command/, 'the user lacks a permission. Allow it the commands BullMQ needs'],
  [/DB index is out of range/, 'it has no database of this number. Choose a smaller number, 0 always exists'],
  [/MOVED|CROSSSLOT|cluster support enabled/i, 'it is a cluster. Set the prefix to {toril}'],
  [/max number of clients/, 'it has no free connection. Raise maxclients, or close other programs'],
  [/LOADING/, 'it is still loading its data. Try again in a moment'],
  [/MISCONF/, 'it cannot save to its disk. Look into its log'],
  [/Protocol error|as reply type byte|RESP type/, 'what answers there is not Redis. Correct host and port'],
  [/does not support SSL/, 'it does not speak TLS. Remove sslmode from the URL, or turn TLS on at the server'],
  [/no pg_hba\.conf entry/, 'the user may not connect from here. Allow it in pg_hba.conf'],
  [/password must be a string|no password/i, 'it asks for a password. Add the password'],
  [
    /wrong version number|packet length too long/i,
    'it does not speak TLS on this port. Turn TLS off, or use the TLS port',
  ],
  [/handshake failure|certificate required/i, 'it asks for a client certificate. Give certificate and key'],
  [
    /tim(ed|e) ?out|timeout/i,
    'it did not answer in time. Check host, port and firewall, and that TLS is set as the server expects it',
  ],
  [
    /Connection terminated|Connection is closed|isn't writeable|max retries|server closed the connection|not queryable/i,
    'the connection is lost',
  ],
]

/** Why the server refuses or is away, and what to do, as the end of a sentence. Never repeats the address. */
export function reasonOf(error: unknown): string {
  const inner = innermost(error)
  const message = field(inner, 'message')
  for (const [pattern, reason] of byMessage.slice(0, 6)) if (pattern.test(message)) return reason
  const known = byCode[field(inner, 'code')]
  if (known !== undefined) return known
  for (const [pattern, reason] of byMessage) if (pattern.test(message)) return reason
  return message === '' ? 'it cannot be used' : message.replace(/\.$/, '')
}

/** The one sentence a user sees. */
export function unavailable(kind: ServerKind, label: string, reason: string, cause?: unknown): TorilError {
  return new TorilError('UNAVAILABLE', `The queue on ${serverNames[kind]} at ${label} cannot be reached: ${reason}.`, {
    ...(cause === undefined ? {} : { cause }),
  })
}
