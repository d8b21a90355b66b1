import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeCertificates, type Certificates } from './certificates.ts'
import { startTestRedis, type TestRedis } from './redis.ts'

export interface TlsRedis extends TestRedis {
  readonly certificates: Certificates
}

/** A redis-server that speaks TLS only. With `clientCertificates` it asks for one that its authority has signed. */
export async function startTlsRedis(options: { clientCertificates?: boolean } = {}): Promise<TlsRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'toril-redis-tls-'))
  try {
    const certificates = await makeCertificates(folder)
    const { files, ca, client } = certificates
    const redis = await startTestRedis({
      args: (port) => [
        ...['--port', '0', '--tls-port', String(port), '--tls-ca-cert-file', files.ca],
        ...['--tls-cert-file', files.serverCert, '--tls-key-file', files.serverKey],
        ...['--tls-auth-clients', options.clientCertificates === true ? 'yes' : 'no'],
      ],
      client: { tls: { ca, ...client } },
    })
    return {
      ...redis,
      get pid() {
        return redis.pid
      },
      url: `rediss://127.0.0.1:${redis.port}`,
      certificates,
      async stop() {
        await redis.stop()
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}
