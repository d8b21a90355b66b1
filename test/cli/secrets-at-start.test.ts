import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPostgres } from '../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { createCli, textOf } from './cli-fixture.ts'

const planted = 'planted-Sesame-7731'

let redis: TestRedis
let socket: string
const stops: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  redis = await startTestRedis({ password: planted })
  stops.push(() => redis.stop())
  const postgres = await startTestPostgres()
  stops.push(() => postgres.stop())
  socket = new URL(postgres.url).searchParams.get('host') ?? ''
})
afterAll(() => stopAll(stops))

describe('a runner that cannot start repeats no password', () => {
  const profile = (fields: object) => ({ TORIL_PROFILE: JSON.stringify(fields) })
  const wrongs: [string, number, () => Record<string, string>][] = [
    ['a profile that is no JSON', 2, () => ({ TORIL_PROFILE: `{"secrets":{"queue.password":"${planted}"` })],
    ['a password among the fields', 2, () => profile({ queue: { kind: 'redis', password: planted } })],
    [
      'a password of the wrong type',
      2,
      () => profile({ queue: { kind: 'redis' }, secrets: { 'queue.password': [planted] } }),
    ],
    ['a URL for a part', 2, () => profile({ queue: `redis://me:${planted}@h` })],
    ['a URL for a host', 2, () => profile({ queue: { kind: 'redis', host: `me:${planted}@h` } })],
    ['a REDIS_URL without a port', 2, () => ({ REDIS_URL: `redis://me:${planted}@h:port` })],
    ['a REDIS_URL without a colon', 2, () => ({ REDIS_URL: `redis//me:${planted}@h` })],
    ['a REDIS_URL without a scheme', 2, () => ({ REDIS_URL: `me:${planted}@h` })],
    ['a REDIS_URL of another scheme', 2, () => ({ REDIS_URL: `${planted}://h` })],
    ['a REDIS_URL with a /', 2, () => ({ REDIS_URL: `redis://me:12/${planted}@h` })],
    ['a REDIS_URL with a ?', 2, () => ({ REDIS_URL: `redis://me:12?${planted}@h` })],
    [
      'a REDIS_URL with a wrong password',
      4,
      () => ({ REDIS_URL: `redis://:wrong-${planted}@127.0.0.1:${redis.port}` }),
    ],
    ['a REDIS_URL with TLS', 4, () => ({ REDIS_URL: `rediss://:${planted}@127.0.0.1:${redis.port}` })],
    ['a DATABASE_URL of another scheme', 2, () => ({ DATABASE_URL: `http://me:${planted}@h/d` })],
    ['a DATABASE_URL without a port', 4, () => ({ DATABASE_URL: `postgres://me:${planted}@h:port/d` })],
    ['a DATABASE_URL with a wrong encoding', 4, () => ({ DATABASE_URL: `postgres://me:${planted}%zz@h.invalid/d` })],
    ['a DATABASE_URL with a ?', 2, () => ({ DATABASE_URL: `postgres://me:12?${planted}@h/d` })],
    [
      'a DATABASE_URL with a wrong password',
      4,
      () => ({ DATABASE_URL: `postgres://me:${planted}@h/d?host=${socket}` }),
    ],
    [
      'a DATABASE_URL with TLS',
      4,
      () => ({ DATABASE_URL: `postgres://me:${planted}@h/d?sslmode=require&host=${socket}` }),
    ],
    ['a token that is too short', 2, () => ({ TORIL_TOKEN: 'brief' })],
  ]
  test.each(wrongs)('after %s', async (_what, expected, environment) => {
    const cli = await createCli()
    try {
      const { code, stdout, stderr } = await cli.run(['serve'], environment())
      expect([code, stderr]).toEqual([expected, expect.stringMatching(/\.\n$/)])
      expect(`${stdout}${stderr}${textOf(cli.dataDir)}`).not.toMatch(new RegExp(`${planted}|brief`))
    } finally {
      await cli.close()
    }
  })
})
