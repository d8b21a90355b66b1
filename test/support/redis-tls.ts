import type { ConnectionOptions } from 'node:tls'
import { makeCertificates, type Certificates } from './certificates.ts'
import { admin, user, writeUsers, type RedisUser } from './redis-acl.ts'
import { startTestRedis, type TestRedis } from './redis.ts'
import { startRedisWithFolder } from './redis-with-folder.ts'

export interface TlsRedis extends TestRedis {
  readonly certificates: Certificates
}

export interface ServerTls {
  /** Trusted for those who come: clients, and servers of the same group. */
  trusted: string
  cert: string
  key: string
  clientCertificates: boolean
}

/** Arguments of a redis-server that speaks TLS only, on this port. */
export function tlsArguments(port: number, { trusted, cert, key, clientCertificates }: ServerTls): string[] {
  return [
    ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', trusted],
    ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-auth-clients', clientCertificates ? 'yes' : 'no'],
  ]
}

/** For the tests' own questions to a server that they have started themselves. */
export function ownAccess({ ca, client }: Certificates): ConnectionOptions {
  return { ca, ...client, rejectUnauthorized: false }
}

/** A redis-server that speaks TLS only. With `clientCertificates` it asks for one that its authority has signed. */
export async function startTlsRedis(
  options: { clientCertificates?: boolean; expired?: boolean } = {},
): Promise<TlsRedis> {
  return startRedisWithFolder('redis-tls', async (folder) => {
    const certificates = await makeCertificates(folder)
    const { files } = certificates
    const tls: ServerTls = {
      trusted: files.ca,
      cert: options.expired === true ? files.expiredCert : files.serverCert,
      key: files.serverKey,
      clientCertificates: options.clientCertificates === true,
    }
    const redis = await startTestRedis({
      args: (port) => tlsArguments(port, tls),
      client: { tls: ownAccess(certificates) },
    })
    return [redis, { url: `rediss://127.0.0.1:${redis.port}`, certificates }]
  })
}

/** A redis-server that asks for a certificate and for a user, who has the rights given, as in ACL SETUSER. */
export async function startSecuredRedis(rights: string): Promise<TlsRedis & { user: RedisUser }> {
  return startRedisWithFolder('redis-secured', async (folder) => {
    const certificates = await makeCertificates(folder)
    const users = await writeUsers(folder, rights)
    const { ca: trusted, serverCert: cert, serverKey: key } = certificates.files
    const redis = await startTestRedis({
      args: (port) => [
        ...tlsArguments(port, { trusted, cert, key, clientCertificates: true }),
        ...['--aclfile', users],
      ],
      client: { tls: ownAccess(certificates), ...admin },
    })
    return [redis, { url: `rediss://127.0.0.1:${redis.port}`, certificates, user }]
  })
}
