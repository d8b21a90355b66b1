import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { historyPartSchema, queuePartSchema, type ProfileSecrets } from '../../electron/contract/connection-profile.ts'
import {
  parseConnectionUrl,
  type ParsedConnection,
  type PostgresPart,
  type RedisPart,
} from '../../electron/contract/connection-url.ts'
import { TorilError } from '../../electron/contract/errors.ts'

function redis(part: Partial<RedisPart>, secrets: ProfileSecrets = {}): ParsedConnection {
  return { queue: { kind: 'redis', host: '127.0.0.1', port: 6379, database: 0, ...part }, secrets }
}

function postgres(part: Partial<PostgresPart>, secrets: ProfileSecrets = {}): ParsedConnection {
  return { history: { kind: 'postgres', host: 'db', port: 5432, database: 'toril', ...part }, secrets }
}

describe('the address of a Redis', () => {
  it.each([
    ['redis.internal', redis({ host: 'redis.internal' })],
    ['redis.internal:7000', redis({ host: 'redis.internal', port: 7000 })],
    ['10.0.0.1', redis({ host: '10.0.0.1' })],
    ['::1', redis({ host: '::1' })],
    ['fe80::1%eth0', redis({ host: 'fe80::1%eth0' })],
    ['[::1]', redis({ host: '::1' })],
    ['[::1]:7001', redis({ host: '::1', port: 7001 })],
    ['  localhost ', redis({ host: 'localhost' })],
    ['redis://localhost', redis({ host: 'localhost' })],
    ['redis://localhost:6380/3', redis({ host: 'localhost', port: 6380, database: 3 })],
    ['redis://localhost/0', redis({ host: 'localhost' })],
    ['redis://localhost?db=2', redis({ host: 'localhost', database: 2 })],
    ['redis://:secret@localhost', redis({ host: 'localhost' }, { 'queue.password': 'secret' })],
    ['redis://me:p%40ss%3A%2F%25@h:1', redis({ host: 'h', port: 1, username: 'me' }, { 'queue.password': 'p@ss:/%' })],
    ['redis://me:a@b@h', redis({ host: 'h', username: 'me' }, { 'queue.password': 'a@b' })],
    ['redis://[2001:db8::1]:6390', redis({ host: '2001:db8::1', port: 6390 })],
    ['REDIS://Host', redis({ host: 'Host' })],
    ['rediss://safe.example:6380', redis({ host: 'safe.example', port: 6380, tls: { verify: true } })],
    ['unix:/run/redis.sock', redis({ socket: '/run/redis.sock' })],
    ['unix:///run/a%20b.sock?db=4', redis({ socket: '/run/a b.sock', database: 4 })],
    ['unix://me:pw@/run/r.sock', redis({ socket: '/run/r.sock', username: 'me' }, { 'queue.password': 'pw' })],
  ])('reads %s', (url, parsed) => {
    expect(parseConnectionUrl(url)).toEqual(parsed)
  })

  it('takes the port given beside it where it names none', () => {
    expect(parseConnectionUrl('h', 7000)).toEqual(redis({ host: 'h', port: 7000 }))
    expect(parseConnectionUrl('redis://h', 7000)).toEqual(redis({ host: 'h', port: 7000 }))
    expect(parseConnectionUrl('redis://h:1', 7000)).toEqual(redis({ host: 'h', port: 1 }))
  })

  it.each([
    ['', 'is empty'],
    ['http://localhost', 'must start with redis:// or rediss://'],
    ['redis://localhost/abc', 'a database that is not a number'],
    ['redis://', 'names no host'],
    ['redis://me:pa ss#wo@rd@host:port', 'is not a valid URL'],
    ['redis://:secret@host:notaport/0', 'a port that is not a number'],
    ['redis://me:pa/ss@host', 'is not a valid URL'],
    ['redis://me:%zz@host', 'a password with a wrong percent-encoding'],
    ['two words', 'neither a host name nor'],
    ['user@host', 'neither a host name nor'],
    ['host:99999', 'a port outside 1 to 65535'],
    ['redis://host:0', 'a port outside 1 to 65535'],
    ['unix:/', 'names no socket'],
    ['postgresql://host', 'names no database'],
    ['postgresql://a,b/c?sslmode=maybe', 'an sslmode that is none of'],
    ['postgresql://a/c?options=-c', 'the parameter options'],
    // Percent-encoding was forgotten: the host would be the user.
    ['redis://me:12/34@host', 'is not a valid URL. Percent-encode'],
    ['redis://me:12?34@host', 'is not a valid URL. Percent-encode'],
    ['redis://me:12#34@host', 'is not a valid URL. Percent-encode'],
    ['postgresql://me:12?34@host/c', 'is not a valid URL. Percent-encode'],
    ['postgresql://me@host/c?password=ab&cd', 'a parameter, which Toril does not know'],
  ])('refuses %j and says why', (url, why) => {
    expect(() => parseConnectionUrl(url)).toThrow(why)
  })

  it('never repeats a password', () => {
    const schemes = [
      'redis://u:',
      'rediss://:',
      'http://u:',
      'unix://u:',
      'postgresql://u:',
      'postgresql://h/d?password=',
    ]
    // What begins like a port, and goes on with what ends an address.
    const starts = fc.constantFrom(
      ...schemes.flatMap((start) => ['', '12/', '12?', '12#', '12&'].map((at) => start + at)),
    )
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), starts, (secret, start) => {
        try {
          parseConnectionUrl(`${start}${secret}@host:x/y`)
        } catch (error) {
          expect(error).toBeInstanceOf(TorilError)
          expect((error as Error).message).not.toContain(secret)
        }
      }),
    )
  })

  it('gives back every user name and password that was percent-encoded', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed())
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 65_535 }), fc.nat(15), (username, password, port, database) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@host:${port}/${database}`
        expect(parseConnectionUrl(url)).toEqual(
          redis({ host: 'host', port, username, database }, { 'queue.password': password }),
        )
      }),
    )
  })
})

describe('the address of a PostgreSQL', () => {
  it.each([
    ['postgresql://db/toril', postgres({})],
    [
      'postgres://ana:p%40@db:6000/jobs',
      postgres({ port: 6000, database: 'jobs', user: 'ana' }, { 'history.password': 'p@' }),
    ],
    ['postgresql://ana@db', postgres({ user: 'ana', database: 'ana' })],
    ['postgresql:///toril?host=/run/postgresql', postgres({ host: '/run/postgresql' })],
    ['postgresql://db/toril?sslmode=require', postgres({ tls: { verify: true } })],
    ['postgresql://db/toril?sslmode=require&uselibpqcompat=true', postgres({ tls: { verify: false } })],
    ['postgresql://db/toril?sslmode=no-verify', postgres({ tls: { verify: false } })],
    ['postgresql://db/toril?sslmode=disable', postgres({})],
    [
      'postgresql://db/toril?sslmode=verify-full&sslrootcert=/ca.pem&sslcert=/c.pem&sslkey=/k.pem',
      postgres({ tls: { verify: true, caFile: '/ca.pem', certFile: '/c.pem', keyFile: '/k.pem' } }),
    ],
  ])('reads %s', (url, parsed) => {
    expect(parseConnectionUrl(url)).toEqual(parsed)
  })

  it('gives parts that the schemas of a profile accept as they are', () => {
    const urls = [
      'h:1',
      'rediss://u:p@h/3',
      'unix:/s.sock',
      'postgresql://u:p@h/d?sslmode=require',
      'postgres:///d?host=/s',
    ]
    for (const url of urls) {
      const parsed = parseConnectionUrl(url)
      if ('queue' in parsed) expect(queuePartSchema.parse(parsed.queue)).toEqual(parsed.queue)
      else expect(historyPartSchema.parse(parsed.history)).toEqual(parsed.history)
    }
  })
})
