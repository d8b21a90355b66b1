import { expect } from '@playwright/test'
import { Queue, Worker } from 'bullmq'
import { startTestRedis } from '../support/redis.ts'
import { openPanel, test } from './fixtures.ts'

test('a queue of another program is found on a Redis, used, and its jobs are looked at', async ({
  page,
  startRunner,
}) => {
  test.slow()
  const redis = await startTestRedis()
  const connection = { port: redis.port, maxRetriesPerRequest: null }
  const foreign = new Queue('emails', { connection, prefix: 'shop' })
  const failing = () => Promise.reject(new Error('The mailbox is full'))
  const worker = new Worker('emails', failing, { connection, prefix: 'shop' })
  try {
    await foreign.add('send-email', { to: 'Zanzibar' }, { jobId: 'bounced' })
    await expect.poll(() => foreign.getFailedCount()).toBe(1)
    await worker.close()
    await foreign.add('send-email', { to: 'Quetzal' }, { jobId: 'waits' })
    const runner = await startRunner()
    const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
      name: 'Shop',
      readOnly: true,
      queue: { kind: 'redis', host: '127.0.0.1', port: redis.port },
    })
    await openPanel(page, runner, `/connections/${id}`)
    await page.getByRole('button', { name: 'Look for queues' }).click()
    const found = page.getByRole('list', { name: 'Queues found' }).getByRole('listitem')
    await expect(found).toContainText('1 failed')
    await found.getByRole('button', { name: 'Use the queue emails' }).click()
    await page.getByRole('button', { name: /^Save/ }).click()
    await expect(page.getByRole('region', { name: 'Unsaved changes' })).toContainText('All saved')
    await page.getByRole('button', { name: 'Use', exact: true }).click()
    await page.getByRole('button', { name: 'Use Shop' }).click()
    await expect(page.getByRole('button', { name: /^Profile: Shop/ })).toBeVisible()

    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Jobs' }).click()
    await expect(page.getByText('send-email').first()).toBeVisible()
    // The numbers follow what the history has taken over from the queue.
    await expect(page.getByRole('tablist', { name: 'State' })).toContainText(/All\s*2/)
    await page
      .getByRole('grid', { name: 'Jobs' })
      .getByRole('row', { name: /bounced/ })
      .click()
    const detail = page.getByRole('complementary', { name: /^Job / })
    await expect(detail.getByText('The mailbox is full').first()).toBeVisible()
    await detail.getByRole('tab', { name: 'Input' }).click()
    await expect(detail.getByRole('tabpanel')).toContainText('Zanzibar')
    expect(await foreign.getJobState('waits')).toBe('waiting')
    expect(await foreign.getFailedCount()).toBe(1)
  } finally {
    await worker.close()
    await foreign.close()
    await redis.stop()
  }
})
