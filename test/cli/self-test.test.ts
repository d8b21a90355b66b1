import { Queue } from 'bullmq'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestRedis } from '../support/redis.ts'
import { createCli, type Cli } from './cli-fixture.ts'

let cli: Cli
beforeEach(async () => {
  cli = await createCli()
})
afterEach(() => cli.close())

test('a self-test without a runner touches no queue and no jobs folder that the environment names', async () => {
  const redis = await startTestRedis()
  const queue = new Queue('orders', { connection: { host: '127.0.0.1', port: redis.port } })
  try {
    await queue.add('add-two-numbers', { a: 1, b: 2 })
    // A file of the same name would beat the built-in type.
    cli.addJobType(
      'add-two-numbers',
      `export default { name: 'add-two-numbers', title: 'Wrong', input: { type: 'object' }, run: () => 'wrong' }\n`,
    )
    const profile = { queue: { kind: 'redis', host: '127.0.0.1', port: redis.port } }
    const { code, stdout, stderr } = await cli.run(['selftest', '--json'], {
      TORIL_PROFILE: JSON.stringify(profile),
      TORIL_QUEUE: 'orders',
    })
    expect([code, stderr]).toEqual([0, expect.stringContaining('started one for this test')])
    expect(JSON.parse(stdout)).toMatchObject({ passed: true })
    expect(await queue.getJobCounts('waiting', 'completed', 'failed')).toEqual({ waiting: 1, completed: 0, failed: 0 })
  } finally {
    await queue.close()
    await redis.stop()
  }
})

test('a self-test whose jobs do not start fails with why, and leaves none of them behind', async () => {
  const serving = cli.start(['serve'])
  await serving.printed(/Toril is ready/)
  await cli.run(['pause'])
  const { code, stdout } = await cli.run(['selftest', '--timeout', '1'])
  expect(code).toBe(1)
  expect(stdout).toMatch(/^add-two-numbers +different .* is still waiting after 1 s: The queue is paused/m)
  expect(await cli.json('jobs', '--state', 'waiting')).toMatchObject({ jobs: [] })
  expect(await cli.json('jobs', '--state', 'cancelled')).toMatchObject({ total: 3 })
  serving.child.kill('SIGTERM')
  await serving.finished
})
