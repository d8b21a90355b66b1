import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import { redisOptionsFrom } from '../../electron/runner/queue/redis-options.ts'

describe('redisOptionsFrom', () => {
  it.each([
    ['redis.internal', { host: 'redis.internal', port: 6379 }],
    ['redis.internal:7000', { host: 'redis.internal', port: 7000 }],
    ['10.0.0.1', { host: '10.0.0.1', port: 6379 }],
    ['::1', { host: '::1', port: 6379 }],
    ['fe80::1', { host: 'fe80::1', port: 6379 }],
    ['[::1]', { host: '::1', port: 6379 }],
    ['[::1]:7001', { host: '::1', port: 7001 }],
    ['  localhost ', { host: 'localhost', port: 6379 }],
    ['redis://localhost', { host: 'localhost', port: 6379 }],
    ['redis://localhost:6380/3', { host: 'localhost', port: 6380, db: 3 }],
    ['redis://localhost/0', { host: 'localhost', port: 6379, db: 0 }],
    ['redis://localhost?db=2', { host: 'localhost', port: 6379, db: 2 }],
    ['redis://:secret@localhost', { host: 'localhost', port: 6379, password: 'secret' }],
    ['redis://me:p%40ss%3A%2F%25@h:1', { host: 'h', port: 1, username: 'me', password: 'p@ss:/%' }],
    ['redis://[2001:db8::1]:6390', { host: '2001:db8::1', port: 6390 }],
    ['REDIS://Host', { host: 'Host', port: 6379 }],
    ['rediss://safe.example:6380', { host: 'safe.example', port: 6380, tls: { servername: 'safe.example' } }],
  ])('reads %s', (url, options) => {
    expect(redisOptionsFrom({ url })).toEqual(options)
  })

  it('takes the port of REDIS_PORT where the URL names none', () => {
    expect(redisOptionsFrom({ url: 'h', port: 7000 })).toEqual({ host: 'h', port: 7000 })
    expect(redisOptionsFrom({ url: 'redis://h', port: 7000 }).port).toBe(7000)
    expect(redisOptionsFrom({ url: 'redis://h:1', port: 7000 }).port).toBe(1)
  })

  it.each([
    ['', 'is empty'],
    ['http://localhost', 'must start with redis:// or rediss://'],
    ['redis://localhost/abc', 'a database that is not a number'],
    ['redis://', 'names no host'],
    ['redis://me:pa ss#wo@rd@host:port', 'is not a valid URL'],
    ['redis://me:%zz@host', 'a password with a wrong percent-encoding'],
    ['two words', 'neither a host name nor'],
    ['user@host', 'neither a host name nor'],
    ['host:99999', 'a port outside 1 to 65535'],
  ])('refuses %j and says why', (url, why) => {
    expect(() => redisOptionsFrom({ url })).toThrow(why)
  })

  it('never repeats a password', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6 }),
        fc.constantFrom('redis://u:', 'rediss://:', 'http://u:'),
        (secret, start) => {
          try {
            redisOptionsFrom({ url: `${start}${secret}@host:x/y` })
          } catch (error) {
            expect(error).toBeInstanceOf(TorilError)
            expect((error as Error).message).not.toContain(secret)
          }
        },
      ),
    )
  })

  it('gives back every user name and password that was percent-encoded', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => value.isWellFormed())
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 65_535 }), fc.nat(15), (username, password, port, db) => {
        const url = `redis://${encodeURIComponent(username)}:${encodeURIComponent(password)}@host:${port}/${db}`
        expect(redisOptionsFrom({ url })).toEqual({ host: 'host', port, username, password, db })
      }),
    )
  })
})
