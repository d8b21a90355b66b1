import { expect } from '@playwright/test'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { stopAll } from '../support/stop-all.ts'
import { openPanel, test } from './fixtures.ts'

test('jobs are enqueued and finish on Redis with TLS, with sentinels and as a cluster', async ({
  page,
  startRunner,
}) => {
  test.slow()
  const stops: (() => Promise<unknown>)[] = []
  try {
    const tls = await startTlsRedis()
    stops.unshift(() => tls.stop())
    const sentinel = await startSentinelRedis()
    stops.unshift(() => sentinel.stop())
    const cluster = await startRedisCluster()
    stops.unshift(() => cluster.stop())
    const { sentinels, name: masterName, password, sentinelPassword } = sentinel
    const profiles = [
      {
        name: 'Redis with TLS',
        queue: { kind: 'redis', port: tls.port, tls: { caFile: tls.certificates.files.ca } },
      },
      {
        name: 'Sentinel',
        queue: { kind: 'sentinel', sentinels, masterName },
        secrets: { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword },
      },
      { name: 'Cluster', queue: { kind: 'cluster', seeds: cluster.nodes } },
    ]
    const runner = await startRunner()
    await openPanel(page, runner)
    for (const profile of profiles) {
      const { id } = await runner.call<{ id: string }>('POST', '/profiles', profile)
      await page.goto(`${runner.url}/connections/${id}`)
      await page.getByRole('button', { name: 'Use', exact: true }).click()
      await page.getByRole('button', { name: `Use ${profile.name}` }).click()
      await expect(page.getByRole('button', { name: new RegExp(`^Profile: ${profile.name}`) })).toBeVisible()

      await page.goto(`${runner.url}/enqueue/add-two-numbers`)
      await page.getByRole('button', { name: /Enqueue and watch/ }).click()
      const detail = page.getByRole('complementary', { name: /^Job / })
      await expect(detail.getByText('Attempt 1 completed')).toBeVisible()
    }
  } finally {
    await stopAll(stops)
  }
})
