import { Queue } from 'bullmq'
import { expect, test } from 'vitest'
import { startTestRedis } from '../support/redis.ts'
import { RunnerHome } from './runner-under-test.ts'

test('the profile in use, led elsewhere and not used again, lists the queues of where it leads now', async () => {
  const [home, first, second] = await Promise.all([RunnerHome.make({}), startTestRedis(), startTestRedis()])
  const other = new Queue('orders', { connection: { port: second.port } })
  try {
    await other.add('ship', {})
    const runner = await home.start()
    const queue = { kind: 'redis', port: first.port } as const
    const { id } = await runner.profiles.create({ name: 'Redis', readOnly: false, queue })
    await runner.profiles.use(id)
    const names = async () => (await runner.profiles.queues(id)).queues.map(({ name }) => name)
    expect(await names()).toEqual(['toril'])
    await runner.profiles.update(id, { name: 'Renamed' })
    expect(await names()).toEqual(['toril'])
    await runner.profiles.update(id, { queue: { ...queue, port: second.port } })
    expect(await names()).toEqual(['orders'])
  } finally {
    await other.close()
    await home.remove()
    await Promise.all([first.stop(), second.stop()])
  }
})
