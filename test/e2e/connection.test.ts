import { expect } from '@playwright/test'
import { startTestRedis } from '../support/redis.ts'
import { openPanel, test } from './fixtures.ts'

test('when the runner dies the panel says so, and goes on when it is back', async ({ page, startRunner }) => {
  const runner = await startRunner()
  await runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a: 1, b: 2 } })
  await openPanel(page, runner, '/jobs')
  const two = page.getByRole('row', { name: /Completed add-two-numbers/ })
  await expect(two).toBeVisible()
  await runner.kill()
  await expect(page.getByRole('alert')).toContainText('Connection lost')
  // What was there stays readable.
  await expect(two).toBeVisible()

  await runner.restart()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await runner.call('POST', '/jobs', { type: 'add-three-numbers', input: { a: 1, b: 2, c: 3 } })
  await expect(page.getByRole('row', { name: /Completed add-three-numbers/ })).toBeVisible()
})

test('with a queue on Redis a job runs the same way, and a lost Redis is said', async ({ page, startRunner }) => {
  const redis = await startTestRedis()
  try {
    const runner = await startRunner({ env: { REDIS_URL: redis.url } })
    await openPanel(page, runner, '/enqueue/add-two-numbers')
    await page.getByRole('button', { name: /Enqueue and watch/ }).click()
    const detail = page.getByRole('complementary', { name: /^Job / })
    await expect(detail.getByText('Attempt 1 completed')).toBeVisible()

    await redis.kill()
    await expect(page.getByRole('alert')).toContainText(/The queue on Redis at .* cannot be reached/)
    await redis.restart()
    await expect(page.getByRole('alert')).toHaveCount(0)
  } finally {
    await redis.stop()
  }
})
