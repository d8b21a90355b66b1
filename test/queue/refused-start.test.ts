import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RedisOptions } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { versionRefusal } from '../../electron/runner/queue/redis-info.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { freePort, startTestRedis, type TestRedis } from '../support/redis.ts'
import { refusal, secret } from './refusal.ts'

const redis = (options: RedisOptions): Promise<string> =>
  refusal({ kind: 'redis', options: { host: '127.0.0.1', ...options } })

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

describe('a start that Redis refuses', () => {
  let folder: string
  let open: TestRedis
  let locked: TestRedis
  let tlsPort: number
  let tls: TestRedis

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'toril-tls-'))
    const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject],
      { stdio: 'ignore' },
    )
    tlsPort = await freePort()
    const tlsArgs = [
      '--tls-port',
      String(tlsPort),
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      cert,
    ]
    ;[open, locked, tls] = await Promise.all([
      startTestRedis(),
      startTestRedis({ password: 'right' }),
      startTestRedis({ args: [...tlsArgs, '--tls-auth-clients', 'yes'] }),
    ])
  })
  afterAll(async () => {
    await Promise.all([open.stop(), locked.stop(), tls.stop()])
    await rm(folder, { recursive: true, force: true })
  })

  it('says that nothing listens there', async () => {
    const port = await freePort()
    expect(await redis({ port })).toBe(
      `The queue on Redis at 127.0.0.1:${port} cannot be reached: the connection was refused. Start the server, or correct host and port.`,
    )
  })

  it('says that the password is missing or wrong, and never which', async () => {
    expect(await redis({ port: locked.port })).toMatch(/it asks for a password\. Add the password\.$/)
    expect(await redis({ port: locked.port, password: secret })).toMatch(
      /user name or password is wrong\. Correct them\.$/,
    )
    expect(await redis({ port: locked.port, username: 'who', password: secret })).toMatch(/password is wrong/)
  })

  it('says that the host name is unknown', async () => {
    expect(await redis({ host: 'no-such-host.invalid', port: 6379 })).toMatch(
      /the host name (is not known|could not be looked up)/,
    )
  })

  it('says that TLS is spoken on one side only', async () => {
    expect(await redis({ port: open.port, tls: {} })).toMatch(/TLS/)
    expect(await redis({ port: tlsPort })).toMatch(/TLS/)
  })

  it('says that the certificate is not trusted, or for another host', async () => {
    expect(await redis({ port: tlsPort, tls: { servername: 'localhost' } })).toMatch(/its certificate is self-signed/)
    const ca = await readFile(join(folder, 'cert.pem'))
    expect(await redis({ port: tlsPort, tls: { ca, servername: 'other.example' } })).toMatch(/for another host name/)
    expect(await redis({ port: tlsPort, tls: { ca, servername: 'localhost' } })).toMatch(
      /asks for a client certificate/,
    )
  })

  it('says that the database number does not exist', async () => {
    expect(await redis({ port: open.port, db: 99 })).toMatch(/it has no database of this number/)
  })

  it('says that something else answers there, or nothing', async () => {
    const http = createHttpServer((_, response) => response.end('hello'))
    const silent = createServer(() => undefined)
    try {
      expect(await redis({ port: await listening(http) })).toMatch(
        /what answers there is not Redis|connection was closed/,
      )
      expect(await redis({ port: await listening(silent) })).toMatch(/it did not answer in time/)
    } finally {
      http.close()
      silent.close()
    }
  })

  it.each([
    ['redis_version:5.0.7\r\n', 'it is version 5.0.7, and Toril needs 6.2 or newer. Upgrade Redis'],
    ['redis_version:6.0.16\r\n', 'it is version 6.0.16, and Toril needs 6.2 or newer. Upgrade Redis'],
    ['redis_version:6.2.0\r\n', undefined],
    ['redis_version:7.0.15\r\n', undefined],
    ['redis_version:7.2.4\r\nvalkey_version:8.0.1\r\n', undefined],
    ['nothing known', undefined],
  ])('judges the version in %j', (info, verdict) => {
    expect(versionRefusal(info)).toBe(verdict)
  })
})

describe('a start that PostgreSQL refuses', () => {
  let server: TestPostgres
  beforeAll(async () => {
    server = await startTestPostgres()
  })
  afterAll(() => server.stop())

  const refused = (change: (url: URL) => void): Promise<string> => {
    const url = new URL(server.url)
    change(url)
    return refusal({ kind: 'postgres', url: url.href })
  }

  it('says that nothing listens there', async () => {
    const port = await freePort()
    expect(await refusal({ kind: 'postgres', url: `postgresql://u:${secret}@127.0.0.1:${port}/db` })).toBe(
      `The queue on PostgreSQL at 127.0.0.1:${port}/db cannot be reached: the connection was refused. Start the server, or correct host and port.`,
    )
  })

  it('says that the password is wrong', async () => {
    expect(await refused((url) => (url.password = secret))).toMatch(/user name or password is wrong/)
  })

  it('says that the database does not exist', async () => {
    expect(await refused((url) => (url.pathname = '/nowhere'))).toMatch(/the database does not exist/)
  })

  it('says that it speaks no TLS', async () => {
    const silent = createServer((socket) => {
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write('N'))
    })
    try {
      const port = await listening(silent)
      const url = `postgresql://u:${secret}@127.0.0.1:${port}/db?sslmode=require`
      expect(await refusal({ kind: 'postgres', url })).toMatch(/it does not speak TLS/)
    } finally {
      silent.close()
    }
  })

  it('says that nothing answers', async () => {
    const silent = createServer(() => undefined)
    try {
      const url = `postgresql://u:${secret}@127.0.0.1:${await listening(silent)}/db`
      expect(await refusal({ kind: 'postgres', url })).toMatch(/it did not answer in time/)
    } finally {
      silent.close()
    }
  })
})
