import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import type { PeerCertificate } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  historyPartSchema,
  queuePartSchema,
  tlsPartSchema,
  type HistoryPart,
  type QueuePart,
} from '../../electron/contract/connection-profile.ts'
import { placeOfHistory, placeOfQueue, placeOfUrl } from '../../electron/runner/connections/place-names.ts'
import { postgresTarget } from '../../electron/runner/connections/postgres/postgres-target.ts'
import { redisTarget } from '../../electron/runner/connections/redis/redis-target.ts'
import { tlsOptions } from '../../electron/runner/connections/tls-options.ts'
import type { TunnelWay } from '../../electron/runner/connections/tunnel-way.ts'
import type { Way } from '../../electron/runner/queue/queue-config.ts'
import { makeCertificates, type Certificates } from '../support/certificates.ts'

let folder: string
let certificates: Certificates
const at = (name: string) => join(folder, name)
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'toril-tls-'))
  certificates = await makeCertificates(folder)
  writeFileSync(at('client.pem'), certificates.client.cert)
  writeFileSync(at('client-key.pem'), certificates.client.key)
  execFileSync(
    'openssl',
    ['ec', '-aes256', '-passout', 'pass:open sesame', '-in', at('client-key.pem'), '-out', at('locked.pem')],
    { stdio: 'ignore' },
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const setting = 'the profile P'
const queueOf = (part: unknown) =>
  queuePartSchema.parse(part) as Extract<QueuePart, { kind: 'redis' | 'sentinel' | 'cluster' }>
const historyOf = (part: unknown) => historyPartSchema.parse(part) as Extract<HistoryPart, { kind: 'postgres' }>

/** Loopback ports in the order they are asked for. */
function tunnelDouble(): TunnelWay {
  const ports = new Map<string, number>()
  const to = ({ host, port }: { host: string; port: number }) => {
    const key = `${host}:${port}`
    ports.set(key, ports.get(key) ?? 50_000 + ports.size)
    return { host: '127.0.0.1', port: ports.get(key) ?? 0 }
  }
  return {
    forward: (target) => Promise.resolve(to(target)),
    announced: () => Promise.resolve(to),
    trouble: () => 'it is down',
  }
}

/** A certificate for one name. */
const bearing = (name: string) => ({ subject: { CN: name }, subjectaltname: `DNS:${name}` }) as PeerCertificate

describe('a Redis', () => {
  test('is reached at its place, with its login', async () => {
    const queue = queueOf({ kind: 'redis', host: 'r.example', username: 'me', database: 3 })
    const secrets = { 'queue.password': 'pw' } as const
    expect(await redisTarget(queue, { secrets, setting })).toEqual({
      kind: 'redis',
      options: { host: 'r.example', port: 6379, username: 'me', password: 'pw', db: 3 },
    })
    const socket = queueOf({ kind: 'redis', socket: '/run/redis.sock' })
    expect(await redisTarget(socket, { secrets: {}, setting })).toEqual({
      kind: 'redis',
      options: { path: '/run/redis.sock', db: 0 },
    })
  })

  test('behind a tunnel is reached on loopback, and its certificate checked against its own name', async () => {
    const queue = queueOf({ kind: 'redis', host: 'r.example', tls: {}, tunnel: { host: 'bastion' } })
    const { options, way } = (await redisTarget(queue, { secrets: {}, setting, tunnel: tunnelDouble() })) as {
      options: { host: string; port: number; tls: Awaited<ReturnType<typeof tlsOptions>> }
      way: Way
    }
    // No sentence names the loopback port.
    expect([way.place, way.trouble()]).toEqual(['r.example:6379 through bastion', 'it is down'])
    expect(options).toMatchObject({
      host: '127.0.0.1',
      port: 50_000,
      tls: { servername: 'r.example', rejectUnauthorized: true },
    })
    expect(options.tls.checkServerIdentity?.('127.0.0.1', bearing('r.example'))).toBeUndefined()
    expect(options.tls.checkServerIdentity?.('127.0.0.1', bearing('other.example'))).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
  })

  test('of sentinels has their login beside its own', async () => {
    const queue = queueOf({
      kind: 'sentinel',
      sentinels: [{ host: 's1', port: 26379 }],
      masterName: 'main',
      username: 'me',
      sentinelUsername: 'watch',
      tls: {},
    })
    const secrets = { 'queue.password': 'pw', 'queue.sentinelPassword': 'spw' } as const
    const target = await redisTarget(queue, { secrets, setting })
    expect(target).toMatchObject({
      kind: 'sentinel',
      options: {
        sentinels: [{ host: 's1', port: 26379 }],
        name: 'main',
        username: 'me',
        password: 'pw',
        sentinelUsername: 'watch',
        sentinelPassword: 'spw',
        enableTLSForSentinelMode: true,
      },
    })
    // The name that is connected to is the one that is checked.
    expect(target).not.toHaveProperty('options.tls.servername')
    expect(target).not.toHaveProperty('options.sentinelTLS')
  })

  test('of a cluster behind a tunnel has a loopback port for each address it announces', async () => {
    const natMap = { '10.0.0.9:7000': { host: 'c9.example', port: 7000 } }
    const queue = queueOf({
      kind: 'cluster',
      seeds: [{ host: 'c1.example', port: 7000 }],
      natMap,
      tls: {},
      tunnel: { host: 'b' },
    })
    const target = await redisTarget(queue, { secrets: { 'queue.password': 'pw' }, setting, tunnel: tunnelDouble() })
    if (target.kind !== 'cluster') throw new Error('no cluster')
    expect(target.nodes).toEqual([{ host: '127.0.0.1', port: 50_000 }])
    const { natMap: map, redisOptions } = target.options
    if (typeof map !== 'function') throw new Error('no function')
    expect(map('10.0.0.9:7000')).toEqual({ host: '127.0.0.1', port: 50_001 })
    expect(map('fe80::1:7001')).toEqual({ host: '127.0.0.1', port: 50_002 })
    expect(map('c1.example:7000')).toEqual({ host: '127.0.0.1', port: 50_000 })
    expect(redisOptions).toMatchObject({ password: 'pw' })
    const check = (redisOptions?.tls as Awaited<ReturnType<typeof tlsOptions>> | undefined)?.checkServerIdentity
    for (const name of ['c1.example', 'c9.example']) expect(check?.('127.0.0.1', bearing(name))).toBeUndefined()
    expect(check?.('127.0.0.1', bearing('evil.example'))).toBeInstanceOf(Error)
  })
})

describe('a PostgreSQL', () => {
  const secrets = { 'history.password': 'p@ss:/%' } as const

  test('is reached by a URL of its own', async () => {
    const history = historyOf({ kind: 'postgres', host: 'db.example', user: 'a na', database: 'my/db' })
    const { url, ssl } = await postgresTarget(history, { secrets, setting })
    expect([url, ssl]).toEqual([
      'postgresql://a%20na:p%40ss%3A%2F%25@db.example:5432/my%2Fdb?sslmode=disable',
      undefined,
    ])
    const six = historyOf({ kind: 'postgres', host: '::1', database: 'd' })
    expect((await postgresTarget(six, { secrets: {}, setting })).url).toBe('postgresql://[::1]:5432/d?sslmode=disable')
    const socket = historyOf({ kind: 'postgres', host: '/run/pg', user: 'u', database: 'd' })
    expect((await postgresTarget(socket, { secrets: {}, setting })).url).toBe(
      'postgresql://u@localhost:5432/d?host=%2Frun%2Fpg',
    )
  })

  test('behind a tunnel keeps the name its certificate is checked against', async () => {
    const history = historyOf({ kind: 'postgres', host: 'db.example', database: 'd', tls: {}, tunnel: { host: 'b' } })
    const { url, ssl } = await postgresTarget(history, { secrets: {}, setting, tunnel: tunnelDouble() })
    expect(url).toBe('postgresql://127.0.0.1:50000/d')
    expect(ssl?.servername).toBe('db.example')
    expect(ssl?.checkServerIdentity?.('127.0.0.1', bearing('db.example'))).toBeUndefined()
  })
})

describe('the files of TLS', () => {
  const options = (part: object, passphrase?: string) =>
    tlsOptions(tlsPartSchema.parse(part), { hosts: ['h'], field: 'queue.tls', setting, passphrase })

  test('are read when connecting', async () => {
    const part = { caFile: certificates.files.ca, certFile: at('client.pem'), keyFile: at('client-key.pem') }
    expect(await options(part)).toMatchObject({
      ca: certificates.ca,
      cert: certificates.client.cert,
      key: certificates.client.key,
    })
    expect(await options({ ...part, keyFile: at('locked.pem') }, 'open sesame')).toMatchObject({
      passphrase: 'open sesame',
    })
    expect(await options({ verify: false, serverName: 'x.example' })).toMatchObject({
      rejectUnauthorized: false,
      servername: 'x.example',
    })
  })

  test.each<[string, () => object, string | undefined, RegExp]>([
    [
      'is missing',
      () => ({ caFile: at('gone.pem') }),
      undefined,
      /gone\.pem \(queue\.tls\.caFile\) cannot be read \(ENOENT\)\. Correct it in the profile P\.$/,
    ],
    [
      'is no certificate',
      () => ({ caFile: at('client-key.pem') }),
      undefined,
      /\(queue\.tls\.caFile\) holds no certificate/,
    ],
    [
      'is no key',
      () => ({ certFile: at('client.pem'), keyFile: at('client.pem') }),
      undefined,
      /\(queue\.tls\.keyFile\) holds no private key/,
    ],
    [
      'is encrypted',
      () => ({ certFile: at('client.pem'), keyFile: at('locked.pem') }),
      undefined,
      /is encrypted\. Set the secret queue\.tls\.keyPassphrase/,
    ],
    [
      'has another passphrase',
      () => ({ certFile: at('client.pem'), keyFile: at('locked.pem') }),
      'open barley',
      /is not opened by the secret queue\.tls\.keyPassphrase/,
    ],
    [
      'is the key of another',
      () => ({ certFile: at('client.pem'), keyFile: certificates.files.serverKey }),
      undefined,
      /does not belong to the certificate/,
    ],
  ])('say which file %s', async (_what, part, passphrase, message) => {
    const refused = options(part(), passphrase)
    await expect(refused).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(message) as string,
    })
    await expect(refused).rejects.not.toThrow('barley')
  })
})

describe('the place of a queue', () => {
  const place = (part: unknown) => placeOfQueue(queuePartSchema.parse(part))
  const redis = { kind: 'redis', host: 'r.example' }

  test('is the same however it is reached', () => {
    expect(place({ ...redis, tunnel: { host: 'bastion' }, tls: {}, username: 'me' })).toBe(place(redis))
    expect(place({ ...redis, host: 'R.Example' })).toBe('r.example:6379/0')
    expect(place({ kind: 'redis', host: 'localhost' })).toBe('127.0.0.1:6379/0')
    const [a, b] = [
      { host: 'b', port: 1 },
      { host: 'a', port: 2 },
    ]
    expect(place({ kind: 'cluster', seeds: [a, b] })).toBe(place({ kind: 'cluster', seeds: [b, a] }))
    expect(place({ kind: 'sentinel', sentinels: [a, b], masterName: 'm' })).toBe('m@a:2/0')
    const history = historyPartSchema.parse({ kind: 'postgres', host: 'db', database: 'd' })
    expect(placeOfHistory(history)).toBe(placeOfUrl('postgresql://me:pw@db:5432/d?sslmode=require'))
  })

  test('is another one where another queue is meant', () => {
    const near = { kind: 'redis', host: '127.0.0.1' }
    const places = [
      place(near),
      place({ ...near, tunnel: { host: 'one' } }),
      place({ ...near, tunnel: { host: 'two' } }),
      place({ ...near, database: 1 }),
      place({ ...near, port: 7000 }),
      place({ kind: 'redis', socket: '/run/redis.sock' }),
      place({ kind: 'managed-redis' }),
      place({ kind: 'sentinel', sentinels: [{ host: '127.0.0.1', port: 6379 }], masterName: 'm' }),
      place({ kind: 'cluster', seeds: [{ host: '127.0.0.1', port: 6379 }] }),
    ]
    expect(new Set(places).size).toBe(places.length)
  })
})
