/** What Toril itself finds out about a server it cannot use; `$1` is what is particular to the case. */
export const ownRefusals = {
  version: '$1',
  'plain-port': 'it does not speak TLS on this port. Turn TLS off, or use the TLS port',
  'tls-port': 'it speaks TLS on this port. Turn TLS on, or use the port without TLS',
  'no-cluster': 'it is not part of a cluster. Choose Redis instead of Redis Cluster, or the address of a cluster',
  'is-cluster': 'it is a node of a cluster. Choose Redis Cluster as the kind of the connection',
  replica: 'it is a replica, which takes no jobs. Give the address of its master, or of the sentinels',
  'master-name': 'no sentinel knows a master named $1. Correct the name of the master',
  sentinels: 'no sentinel can be asked: $1',
  announced:
    'it announces one of its nodes at $1, where nobody answers. Start that node, or give the address at which it is reached from here (natMap)',
} as const

const noAnswer =
  'it did not answer in time. Check host, port and firewall, and that TLS is set as the server expects it'
const noTls = ownRefusals['plain-port']
const clientCertificate = 'it asks for a client certificate. Give certificate and key'
const noMaster = 'a part of it has no master at the moment. Start the master, or wait for its replica'

/** What the messages of a server say however it is coded, first match. `$1` is the first group. */
export const byFirstMessage: [RegExp, string][] = [
  [/WRONGPASS/, 'user name or password is wrong. Correct them'],
  [/NOAUTH/, 'it asks for a password. Add the password'],
  [/without any password configured/, 'it has no password, but one was given. Remove the password'],
  [/NOPERM.*'([\w|]+)' command/, 'the user may not run the command $1. Add +$1 to its rights (ACL SETUSER)'],
  [
    /NOPERM.*\bkeys?\b/,
    'the user may not use the keys of the queue. Allow it the keys that begin with the prefix (ACL SETUSER ~prefix:*)',
  ],
  [
    /NOPERM.*\bchannels?\b/,
    'the user may not use the channels of the queue. Allow it those that begin with the prefix (ACL SETUSER &prefix:*)',
  ],
  [/NOPERM|can't run this command/, 'the user lacks a permission. Allow it the commands BullMQ needs'],
  [/DB index is out of range/, 'it has no database of this number. Choose a smaller number, 0 always exists'],
  // Its nodes send to a master that is gone; the last of them is quoted.
  [/Too many Cluster redirections/, noMaster],
  [/MOVED|CROSSSLOT/, ownRefusals['is-cluster']],
  [/cluster support disabled/i, ownRefusals['no-cluster']],
]

/** Said of a connection that broke and has not been tried again: any other reason tells more. */
export const lost = 'the connection is lost'

export const byCode: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused. Start the server, or correct host and port',
  ENOENT: 'its socket does not exist. Start the server, or correct the path',
  EACCES: 'its socket may not be used by this user. Give the user of Toril access to it',
  ENOTFOUND: 'the host name is not known. Correct the host name',
  EAI_AGAIN: 'the host name could not be looked up. Check the network and the host name',
  EHOSTUNREACH: 'there is no route to the host. Check the network',
  ENETUNREACH: 'there is no route to the host. Check the network',
  ECONNRESET:
    'the connection was closed while it was being made. Perhaps one side speaks TLS and the other does not, or it asks for a client certificate: check TLS on both',
  // Of a loopback port whose far end is gone, such as that of a tunnel.
  EPIPE: lost,
  ETIMEDOUT: noAnswer,
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority not trusted here. Give its CA certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed. Give it as the CA certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified. Give its CA certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate cannot be verified. Give its CA certificate',
  CERT_SIGNATURE_FAILURE: 'its certificate is signed by another authority. Give the CA certificate that signed it',
  CERT_HAS_EXPIRED: 'its certificate has expired. Renew the certificate of the server',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet. Check the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name. Set the server name it was made for',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: clientCertificate,
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA:
    'it does not trust the client certificate. Give one that is signed by an authority it knows',
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: 'the client certificate and the key do not belong together. Correct the files',
  EPROTO: 'the TLS handshake failed. Check that the server speaks TLS on this port',
  '28P01': 'user name or password is wrong. Correct them',
  '28000': 'the user may not connect. Correct the user name, or allow it in pg_hba.conf',
  '3D000': 'the database does not exist. Create it, or correct its name',
  '42501': 'the user may not create or use the schemas of the queue. Grant CREATE on the database to it',
  '53100': 'its disk is full. Free some space there',
  '53300': 'it has no free connection. Raise max_connections, or close other programs',
  '57P01': 'it is shutting down',
  '57P02': 'it is restarting after a crash',
  '57P03': 'it is starting or shutting down. Try again in a moment',
}

/** For messages without a code that tells more, first match. */
export const byMessage: [RegExp, string][] = [
  [/max number of clients/, 'it has no free connection. Raise maxclients, or close other programs'],
  [/LOADING/, 'it is still loading its data. Try again in a moment'],
  [/MISCONF/, 'it cannot save to its disk. Look into its log'],
  [/^OOM /, 'its memory is full. Raise maxmemory, or remove what is not needed'],
  [/READONLY/, ownRefusals.replica],
  [/CLUSTERDOWN|MASTERDOWN/, noMaster],
  [/Protocol error|as reply type byte|RESP type/, 'what answers there is not Redis. Correct host and port'],
  [/does not support SSL/, 'it does not speak TLS. Turn TLS off in the profile or the URL, or on at the server'],
  [/no pg_hba\.conf entry/, 'the user may not connect from here. Allow it in pg_hba.conf'],
  [/password must be a string|no password/i, 'it asks for a password. Add the password'],
  [/wrong version number|packet length too long/i, noTls],
  [/unknown ca/i, 'it does not trust the client certificate. Give one that is signed by an authority it knows'],
  [/handshake failure|certificate required/i, clientCertificate],
  [/no start line|PEM/, 'a file of certificate, key or CA is not in the form PEM. Correct the files'],
  [/tim(ed|e) ?out|timeout/i, noAnswer],
  [
    /Connection terminated|Connection is closed|isn't writeable|max retries|server closed the connection|not queryable|Cluster isn't ready|startup nodes|slots cache/i,
    lost,
  ],
]
