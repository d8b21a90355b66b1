import { expect, test } from 'vitest'
import { until } from '../queue/until.ts'
import { startTestRedis } from '../support/redis.ts'
import { createCli } from './cli-fixture.ts'

test('status tells what is known here while the queue is away, and that its runners are not', async () => {
  const redis = await startTestRedis()
  const cli = await createCli()
  try {
    const serve = cli.start(['serve'], { REDIS_URL: redis.url })
    await serve.printed(/Toril is ready/)
    await redis.kill()
    let said = ''
    await until(async () => {
      const { code, stdout } = await cli.run(['status'])
      expect(code).toBe(0)
      said = stdout
      return stdout.includes('the connection was refused')
    }, 'the outage is told')
    expect(said).toMatch(/^Connection +The queue on Redis at .* cannot be reached: .*$/m)
    expect(said).toMatch(/^Threads +0 of \d+ busy$/m)
    expect(said).toMatch(/^Runners +–$/m)
    expect(await cli.json('status')).toMatchObject({ runners: null, queue: { name: 'toril' } })
    const { code, stderr } = await cli.run(['runners'])
    expect([code, stderr]).toEqual([4, expect.stringContaining('cannot be reached')])
  } finally {
    await cli.close()
    await redis.stop()
  }
})
