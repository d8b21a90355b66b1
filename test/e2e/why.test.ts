import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

test('W tells why a job is not running, and its fix makes it run', async ({ page, startRunner }) => {
  const runner = await startRunner()
  await runner.call('POST', '/queue/pause')
  const job = (await runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a: 2, b: 3 } })) as { id: string }
  await openPanel(page, runner, '/jobs')
  const row = page.locator(`[id="job-${job.id}"]`)
  await row.click()
  await page.getByRole('grid').focus()
  await page.keyboard.press('w')
  const dialog = page.getByRole('dialog', { name: 'The queue is paused.' })
  await expect(dialog).toBeVisible()
  const checks = dialog.getByRole('list', { name: 'What must be true for it to start' }).getByRole('listitem')
  await expect(checks.nth(0)).toContainText('Holds: 1 runner is on.')
  await expect(checks.nth(1)).toContainText('Does not hold: The queue is paused.')
  await checks.nth(1).getByRole('button', { name: 'Resume' }).click()
  await expect(page.getByRole('dialog', { name: /^It completed at/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('the rate limit is set in the preferences, told as the reason, and leads back to its setting', async ({
  page,
  startRunner,
}) => {
  const runner = await startRunner()
  await openPanel(page, runner, '/preferences?setting=queue.rateLimit')
  const field = page.getByRole('textbox', { name: 'Rate limit' })
  await expect(field).toBeFocused()
  await field.fill('1 in 1 h')
  await field.press('Tab')
  await page.getByRole('button', { name: /^Apply/ }).click()
  await expect(page.getByText('No changes to apply')).toBeVisible()
  expect(await runner.call('GET', '/preferences')).toMatchObject({
    queue: { rateLimit: { max: 1, durationMs: 3_600_000 } },
  })
  const add = async (): Promise<string> => {
    const job = await runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a: 2, b: 3 } })
    return (job as { id: string }).id
  }
  const [, waiting] = [await add(), await add()]
  await page.goto(`${runner.url}/jobs/${waiting}`)
  await page.getByRole('button', { name: 'Why?' }).click()
  const dialog = page.getByRole('dialog', { name: /^The rate limit of 1 job in 1 h is reached/ })
  await expect(dialog).toBeVisible()
  await dialog.getByRole('button', { name: 'Rate limit' }).click()
  await expect(field).toBeFocused()
  await field.fill('')
  await field.press('Tab')
  await page.getByRole('button', { name: /^Apply/ }).click()
  await expect.poll(() => runner.call('GET', `/jobs/${waiting}`)).toMatchObject({ state: 'completed' })
})
