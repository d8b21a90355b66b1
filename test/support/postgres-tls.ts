import { chmod, chown, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { locateBinaries, prepareBinaries } from '../../electron/runner/connections/embedded/binaries.ts'
import { embeddedUser, initCluster } from '../../electron/runner/connections/embedded/init-cluster.ts'
import { prepareHome } from '../../electron/runner/connections/embedded/server-home.ts'
import { makeCertificates, type Certificates } from './certificates.ts'
import { startChildServer } from './child-server.ts'
import { makeTestFolder } from './postgres.ts'
import { ownAccess } from './redis-tls.ts'
import { freePort } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface TlsPostgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  readonly certificates: Certificates
  readonly pid: number
  stop(): Promise<void>
}

/**
 * The PostgreSQL that Toril brings, on a loopback port that takes TLS only. With `clientCertificates` it
 * asks for one of its authority beside the password.
 */
export async function startTlsPostgres(
  options: { clientCertificates?: boolean; expired?: boolean } = {},
): Promise<TlsPostgres> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const folder = await makeTestFolder()
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const home = await prepareHome(join(folder, 'data'))
    const binaries = await prepareBinaries(locateBinaries(), home.folder, home.account)
    const data = await initCluster(binaries, home)
    const certificates = await makeCertificates(folder)
    const { files } = certificates
    // A private key that others could read is refused.
    await chmod(files.serverKey, 0o600)
    if (home.account !== undefined) await chown(files.serverKey, home.account.uid, home.account.gid)
    const verify = options.clientCertificates === true ? ' clientcert=verify-ca' : ''
    await writeFile(join(data, 'pg_hba.conf'), `hostssl all all 127.0.0.1/32 scram-sha-256${verify}\n`)

    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      ssl: 'on',
      ssl_ca_file: files.ca,
      ssl_cert_file: options.expired === true ? files.expiredCert : files.serverCert,
      ssl_key_file: files.serverKey,
    }
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = startChildServer(binaries.postgres, ['-D', data, ...args], {
      cwd: home.folder,
      ...(home.account === undefined ? {} : { uid: home.account.uid, gid: home.account.gid }),
    })
    // Connections end at once, and the server with them.
    stops.unshift(() => server.end('SIGINT'))
    const { password } = home
    const login = { host: '127.0.0.1', port, user: embeddedUser, password, database: 'postgres' }
    const answers = untilTrue('PostgreSQL with TLS', () => isAnswering({ ...login, ssl: ownAccess(certificates) }))
    await Promise.race([answers, server.failed])
    return { ...login, certificates, pid: server.pid, stop: () => stopAll(stops) }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}

async function isAnswering(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } finally {
    await client.end().catch(() => undefined)
  }
}
