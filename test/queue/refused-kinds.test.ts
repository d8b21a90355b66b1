import type { RedisOptions } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAclRedis, type AclRedis } from '../support/redis-acl.ts'
import { startRedisCluster, type RedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis, type SentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis, type TlsRedis } from '../support/redis-tls.ts'
import { freePort, startTestRedis, type TestRedis } from '../support/redis.ts'
import { openNotices, refusal } from './refusal.ts'

const at = (options: RedisOptions): Promise<string> =>
  refusal({ kind: 'redis', options: { host: '127.0.0.1', ...options } })

describe('a Redis with TLS', () => {
  let open: TlsRedis
  let strict: TlsRedis
  let plain: TestRedis
  beforeAll(async () => {
    ;[open, strict, plain] = await Promise.all([
      startTlsRedis(),
      startTlsRedis({ clientCertificates: true }),
      startTestRedis(),
    ])
  })
  afterAll(() => Promise.all([open, strict, plain].map((server) => server?.stop())))

  it('is told from one without, in both directions', async () => {
    expect(await at({ port: open.port })).toMatch(/it speaks TLS on this port\. Turn TLS on/)
    expect(await at({ port: plain.port, tls: {} })).toMatch(/it does not speak TLS on this port\. Turn TLS off/)
  })

  it('is not trusted without its own authority, or under another name', async () => {
    const { ca } = open.certificates
    expect(await at({ port: open.port, tls: { ca: strict.certificates.ca } })).toMatch(/certificate/)
    expect(await at({ port: open.port, tls: {} })).toMatch(/Give its CA certificate/)
    expect(await at({ port: open.port, tls: { ca, servername: 'other.example' } })).toMatch(/for another host name/)
    expect(await at({ port: open.port, tls: { rejectUnauthorized: false } })).toBe('it started')
  })

  it('is not trusted with a certificate that has expired', async () => {
    const expired = await startTlsRedis({ expired: true })
    try {
      const { ca } = expired.certificates
      expect(await at({ port: expired.port, tls: { ca } })).toMatch(
        /its certificate has expired\. Renew the certificate/,
      )
    } finally {
      await expired.stop()
    }
  })

  it('says that it asks for a client certificate, and that it does not know one', async () => {
    const { ca } = strict.certificates
    expect(await at({ port: strict.port, tls: { ca } })).toMatch(/it asks for a client certificate/)
    expect(await at({ port: strict.port, tls: { ca, ...open.certificates.client } })).toMatch(
      /does not trust the client certificate|client certificate/,
    )
  })
})

describe('a Redis whose user may too little', () => {
  let redis: AclRedis
  afterAll(() => redis?.stop())

  it('is refused with the name of the command, or because of the keys', async () => {
    redis = await startAclRedis('resetchannels ~other:* -@all +@read +@write +@connection +info')
    const { port, user } = redis
    expect(await at({ port, ...user })).toMatch(/may not run the command eval\. Add \+eval /)
    await redis.stop()
    redis = await startAclRedis('resetchannels ~other:* -@all +@read +@write +@connection +@scripting +info')
    expect(await at({ port: redis.port, ...user })).toMatch(/may not use the keys of the queue/)
  })
})

describe('sentinels', () => {
  let servers: SentinelRedis
  beforeAll(async () => {
    servers = await startSentinelRedis()
  })
  afterAll(() => servers?.stop())

  const under = (change: RedisOptions): Promise<string> => {
    const { sentinels, name, password, sentinelPassword } = servers
    return refusal({ kind: 'sentinel', options: { sentinels, name, password, sentinelPassword, ...change } })
  }

  it('do not know the name of the master', async () => {
    expect(await under({ name: 'nobody' })).toMatch(/no sentinel knows a master named nobody\. Correct the name/)
  })

  it('want a password of their own', async () => {
    expect(await under({ sentinelPassword: 'wrong' })).toMatch(
      /no sentinel can be asked: user name or password is wrong/,
    )
  })

  it('are all away', async () => {
    const sentinels = [{ host: '127.0.0.1', port: await freePort() }]
    expect(await under({ sentinels })).toMatch(/no sentinel can be asked: the connection was refused/)
  })

  it('let in, and the master does not', async () => {
    expect(await under({ password: 'wrong' })).toMatch(/: user name or password is wrong\. Correct them\.$/)
  })

  it('are needed: a replica itself is refused', async () => {
    expect(await at({ port: servers.replica.port, password: servers.password })).toMatch(/it is a replica/)
  })
})

describe('sentinels whose user may too little', () => {
  let servers: SentinelRedis
  beforeAll(async () => {
    servers = await startSentinelRedis({ named: true, sentinelRights: '-@all +auth +sentinel|get-master-addr-by-name' })
  })
  afterAll(() => servers?.stop())

  it('are refused with the name of the command', async () => {
    const { sentinels, name, password, sentinelPassword, users } = servers
    const options = { sentinels, name, username: users.server, password, sentinelPassword }
    const refused = await refusal({ kind: 'sentinel', options: { ...options, sentinelUsername: users.sentinel } })
    expect(refused).toMatch(/no sentinel can be asked: the user may not run the command sentinel\|sentinels\. Add \+/)
  })
})

describe('a Redis cluster', () => {
  let servers: RedisCluster
  let single: TestRedis
  beforeAll(async () => {
    ;[servers, single] = await Promise.all([
      startRedisCluster(),
      startTestRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] }),
    ])
  })
  afterAll(() => Promise.all([servers?.stop(), single?.stop()]))

  it('is no single Redis, and a single Redis no cluster', async () => {
    expect(await at({ port: servers.nodes[0]?.port ?? 0 })).toMatch(/it is a node of a cluster\. Choose Redis Cluster/)
    const nodes = [{ host: '127.0.0.1', port: single.port }]
    expect(await refusal({ kind: 'cluster', nodes, options: {} })).toMatch(/it is not part of a cluster/)
  })

  it('is found by the one seed that answers', async () => {
    const nodes = [{ host: '127.0.0.1', port: await freePort() }, ...servers.nodes.slice(0, 1)]
    expect(await refusal({ kind: 'cluster', nodes, options: {} })).toBe('it started')
  })

  it('announces addresses that lead nowhere', async () => {
    const elsewhere = await startRedisCluster({ announcesElsewhere: true })
    try {
      const { nodes, natMap } = elsewhere
      const refused = await refusal({ kind: 'cluster', nodes, options: {} })
      expect(refused).toMatch(
        /announces one of its nodes at 127\.0\.0\.1:\d+, where nobody answers\. Start that node, or/,
      )
      expect(await refusal({ kind: 'cluster', nodes, options: { natMap } })).toBe('it started')
    } finally {
      await elsewhere.stop()
    }
  })

  it('is used all the same where it may throw jobs away, and says so', async () => {
    const options = { host: '127.0.0.1', port: single.port }
    expect(await openNotices({ kind: 'redis', options })).toEqual([
      {
        code: 'EVICTION_POLICY',
        message: expect.stringMatching(/allkeys-lru\. Set maxmemory-policy to noeviction\.$/) as string,
      },
    ])
  })
})
