import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { createCli, type Cli } from './cli-fixture.ts'

const planted = 'planted-Sesame-7731'

let cli: Cli
let redis: TestRedis
beforeAll(async () => {
  ;[cli, redis] = await Promise.all([createCli(), startTestRedis({ password: planted })])
  const environment = { REDIS_URL: `redis://:${planted}@127.0.0.1:${redis.port}/3`, TORIL_QUEUE: 'orders' }
  await cli.start(['serve'], environment).printed(/Toril is ready/)
})
afterAll(async () => {
  await cli.close()
  await redis.stop()
})

test('toril profiles says what the environment sets instead of the profile in use, without a password', async () => {
  const { code, stdout, stderr } = await cli.run(['profiles'])
  expect([code, stdout]).toEqual([0, expect.stringMatching(/\* +This computer .* embedded +embedded\n/)])
  expect(stderr.split('\n')).toEqual([
    `queue of the one in use is set by the environment variable REDIS_URL: 127.0.0.1:${redis.port}/3.`,
    'queueName of the one in use is set by the environment variable TORIL_QUEUE: orders.',
    '',
  ])
  const { system } = await cli.json('status')
  expect(system).toMatchObject({
    environment: expect.arrayContaining([
      { variable: 'REDIS_URL', field: 'profile.queue', value: `127.0.0.1:${redis.port}/3` },
    ]) as unknown,
  })
  expect(JSON.stringify([stderr, system])).not.toContain(planted)
})

test('no other profile is used while the environment says where jobs wait', async () => {
  await cli.run(['profiles', 'add', 'Other'])
  const { code, stderr } = await cli.run(['profiles', 'use', 'Other', '--json'])
  expect([code, JSON.parse(stderr)]).toMatchObject([4, { error: { code: 'SET_BY_ENVIRONMENT' } }])
})

test('a command that is misspelt is said to be none, and what may hold a password is not repeated', async () => {
  const misspelt = await cli.run(['profiles', 'rename'])
  expect([misspelt.code, misspelt.stderr]).toEqual([
    2,
    'There is no command toril profiles rename. See toril profiles --help.\n',
  ])
  const url = await cli.run(['profiles', `redis://me:${planted}@h`])
  expect([url.code, url.stderr]).toEqual([2, 'That is no command. See toril profiles --help.\n'])
})
