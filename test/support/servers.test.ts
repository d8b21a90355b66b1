import { once } from 'node:events'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import pg from 'pg'
import { Client, type ConnectConfig } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTlsPostgres, type TlsPostgres } from './postgres-tls.ts'
import { startAclRedis, type AclRedis } from './redis-acl.ts'
import { startRedisCluster, type RedisCluster } from './redis-cluster.ts'
import { startSentinelRedis, type SentinelRedis } from './redis-sentinel.ts'
import { startTlsRedis, type TlsRedis } from './redis-tls.ts'
import { startTestRedis, type TestRedis } from './redis.ts'
import { startSshServer, type SshServer } from './ssh.ts'

/** What a client gets that does not try again: an answer, or why not. */
async function pingRedis(options: RedisOptions): Promise<string> {
  const once = { host: '127.0.0.1', lazyConnect: true, retryStrategy: () => null, ...options }
  const all: RedisOptions & { replyMapping: 'legacy' } = { ...once, replyMapping: 'legacy' }
  const client = new Redis(all)
  let reason = ''
  client.on('error', (error: Error & { code?: string }) => (reason = error.code ?? error.message))
  try {
    await client.connect()
    return await client.ping()
  } catch (error) {
    return reason === '' ? String(error) : reason
  } finally {
    client.disconnect()
  }
}

describe('a Redis with TLS', () => {
  let open: TlsRedis
  let strict: TlsRedis
  beforeAll(async () => {
    open = await startTlsRedis()
    strict = await startTlsRedis({ clientCertificates: true })
  })
  afterAll(async () => {
    await open?.stop()
    await strict?.stop()
  })

  it('takes a client that trusts its authority, and is not trusted without', async () => {
    expect(await pingRedis({ port: open.port, tls: { ca: open.certificates.ca } })).toBe('PONG')
    expect(await pingRedis({ port: open.port, tls: {} })).toMatch(/SELF_SIGNED|UNABLE_TO/)
    expect(await pingRedis({ port: open.port })).not.toBe('PONG')
  })

  it('can ask for a certificate', async () => {
    const { ca, client } = strict.certificates
    expect(await pingRedis({ port: strict.port, tls: { ca, ...client } })).toBe('PONG')
    expect(await pingRedis({ port: strict.port, tls: { ca } })).not.toBe('PONG')
    expect(await pingRedis({ port: strict.port, tls: { ca, ...open.certificates.client } })).not.toBe('PONG')
  })
})

describe('a Redis with users', () => {
  let redis: AclRedis
  beforeAll(async () => {
    redis = await startAclRedis('resetchannels ~toril:* -@all +@read +@write +@connection +info')
  })
  afterAll(() => redis?.stop())

  it('lets in only those with a name, and each as far as its rights go', async () => {
    const { port, admin, user } = redis
    expect(await pingRedis({ port })).toMatch(/NOAUTH/)
    expect(await pingRedis({ port, ...user, password: 'wrong' })).toMatch(/WRONGPASS/)
    expect(await pingRedis({ port, ...admin })).toBe('PONG')
    const client = new Redis({ host: '127.0.0.1', port, ...user })
    expect(await client.set('toril:one', '1')).toBe('OK')
    await expect(client.set('other', '1')).rejects.toThrow('NOPERM')
    await expect(client.config('GET', 'port')).rejects.toThrow('NOPERM')
    client.disconnect()
  })
})

describe('a Redis under sentinels', () => {
  let servers: SentinelRedis
  beforeAll(async () => {
    servers = await startSentinelRedis()
  })
  afterAll(() => servers?.stop())

  it('goes on with the replica when its master is killed', async () => {
    const { sentinels, name, password, sentinelPassword } = servers
    const client = new Redis({
      sentinels,
      name,
      password,
      sentinelPassword,
      maxRetriesPerRequest: null,
      sentinelRetryStrategy: () => 50,
      retryStrategy: () => 50,
    })
    client.on('error', () => undefined)
    await client.set('one', '1')
    await client.wait(1, 0)
    await servers.master.kill()
    await client.set('two', '2')
    expect(await client.mget('one', 'two')).toEqual(['1', '2'])
    expect(await client.role()).toContain('master')
    client.disconnect()
    expect(await pingRedis({ port: servers.replica.port, password })).toBe('PONG')
  })
})

describe('a Redis cluster', () => {
  let servers: RedisCluster
  beforeAll(async () => {
    servers = await startRedisCluster()
  })
  afterAll(() => servers?.stop())

  it('spreads keys over its masters, and keeps what has a tag together', async () => {
    const client = new Cluster(servers.nodes)
    for (let key = 0; key < 30; key++) {
      await client.set(`key-${key}`, 'x')
      await client.set(`{toril}:${key}`, 'x')
    }
    const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
    expect(sizes).toHaveLength(3)
    expect(Math.min(...sizes)).toBeGreaterThan(0)
    expect(await client.mget('{toril}:1', '{toril}:2')).toEqual(['x', 'x'])
    await expect(client.mget('key-1', 'key-2', 'key-3')).rejects.toThrow('CROSSSLOT')
    client.disconnect()
  })
})

describe('a PostgreSQL with TLS', () => {
  let open: TlsPostgres
  let strict: TlsPostgres
  beforeAll(async () => {
    open = await startTlsPostgres()
    strict = await startTlsPostgres({ clientCertificates: true })
  })
  afterAll(async () => {
    await open?.stop()
    await strict?.stop()
  })

  async function login(server: TlsPostgres, ssl: pg.ClientConfig['ssl'] | undefined): Promise<string> {
    const { host, port, user, password, database } = server
    const client = new pg.Client({ host, port, user, password, database, ...(ssl === undefined ? {} : { ssl }) })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rows } = await client.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
      return rows[0]?.ssl === true ? 'encrypted' : 'plain'
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? String(error)
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  it('takes a client that trusts its authority, and nobody in plain text', async () => {
    expect(await login(open, { ca: open.certificates.ca })).toBe('encrypted')
    expect(await login(open, {})).toMatch(/SELF_SIGNED|UNABLE_TO/)
    expect(await login(open, undefined)).toBe('28000')
  })

  it('can ask for a certificate', async () => {
    const { ca, client } = strict.certificates
    expect(await login(strict, { ca, ...client })).toBe('encrypted')
    expect(await login(strict, { ca })).toBe('28000')
  })
})

// Windows has OpenSSH's server as a feature of the system only.
describe.skipIf(process.platform === 'win32')('an SSH server', () => {
  let ssh: SshServer
  let redis: TestRedis
  beforeAll(async () => {
    ssh = await startSshServer()
    redis = await startTestRedis()
  })
  afterAll(async () => {
    await ssh?.stop()
    await redis?.stop()
  })

  async function connect(config: ConnectConfig): Promise<Client> {
    const { host, port, username } = ssh
    const client = new Client()
    const ready = once(client, 'ready')
    client.connect({ host, port, username, ...config })
    await ready
    client.on('error', () => undefined)
    return client
  }

  /** Sends PING to the Redis behind the server. */
  async function pingThrough(client: Client): Promise<string> {
    const channel = await new Promise<NodeJS.ReadWriteStream>((resolve, reject) =>
      client.forwardOut('127.0.0.1', 0, '127.0.0.1', redis.port, (error, stream) =>
        error === undefined ? resolve(stream) : reject(error),
      ),
    )
    channel.write('PING\r\n')
    const [answer] = (await once(channel, 'data')) as [Buffer]
    return answer.toString()
  }

  it('forwards a port for a client with a key, also one under a passphrase', async () => {
    const { privateKey, encryptedKey, passphrase } = ssh
    for (const config of [{ privateKey }, { privateKey: encryptedKey, passphrase }]) {
      const client = await connect(config)
      expect(await pingThrough(client)).toBe('+PONG\r\n')
      client.end()
    }
  })

  it('takes a password where it has one', async () => {
    const { password } = ssh
    await expect(connect({ password: 'wrong' })).rejects.toThrow('authentication methods failed')
    if (password === undefined) return
    const client = await connect({ password })
    expect(await pingThrough(client)).toBe('+PONG\r\n')
    client.end()
  })

  it('refuses a key that it does not know', async () => {
    await expect(connect({ privateKey: ssh.strangerKey })).rejects.toThrow('authentication methods failed')
  })

  it('shows a host key by which it can be told', async () => {
    let shown = ''
    const client = await connect({
      privateKey: ssh.privateKey,
      hostHash: 'sha256',
      hostVerifier: (hash: string) => {
        shown = `SHA256:${Buffer.from(hash, 'hex').toString('base64').replace(/=+$/, '')}`
        return true
      },
    })
    expect(shown).toBe(ssh.hostFingerprint)
    client.end()
  })

  it('can break its connections and take new ones', async () => {
    const client = await connect({ privateKey: ssh.privateKey })
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await ssh.cutConnections()
    await closed
    const again = await connect({ privateKey: ssh.privateKey })
    expect(await pingThrough(again)).toBe('+PONG\r\n')
    again.end()
  })
})
