import { makeCertificates, type Certificates } from './certificates.ts'
import { startTestRedis, type TestRedis } from './redis.ts'
import { startRedisWithFolder } from './redis-with-folder.ts'

export interface TlsRedis extends TestRedis {
  readonly certificates: Certificates
}

/** A redis-server that speaks TLS only. With `clientCertificates` it asks for one that its authority has signed. */
export async function startTlsRedis(
  options: { clientCertificates?: boolean; expired?: boolean } = {},
): Promise<TlsRedis> {
  return startRedisWithFolder('redis-tls', async (folder) => {
    const certificates = await makeCertificates(folder)
    const { files, ca, client } = certificates
    const redis = await startTestRedis({
      args: (port) => [
        ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', files.ca],
        ...[
          '--tls-cert-file',
          options.expired === true ? files.expiredCert : files.serverCert,
          '--tls-key-file',
          files.serverKey,
        ],
        ...['--tls-auth-clients', options.clientCertificates === true ? 'yes' : 'no'],
      ],
      // The server itself is known to be the one that was just started.
      client: { tls: { ca, ...client, rejectUnauthorized: false } },
    })
    return [redis, { url: `rediss://127.0.0.1:${redis.port}`, certificates }]
  })
}
