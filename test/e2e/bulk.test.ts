import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

test('everything that matches a filter is cancelled at once, also what the list does not show', async ({
  page,
  startRunner,
}) => {
  const runner = await startRunner()
  await runner.call('POST', '/queue/pause')
  const add = (a: number) => runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a, b: 1 } })
  for (let n = 0; n < 30; n += 1) await add(n < 25 ? 7 : 8)
  await openPanel(page, runner, '/jobs')
  const box = page.getByRole('textbox', { name: 'Filter jobs' })
  await box.fill('input.a:7 -state:failed colour:red')
  await box.press('Enter')
  await expect(page.getByText('“colour” is not a filter')).toBeVisible()
  await expect(page.getByText('25 jobs match')).toBeVisible()
  await expect(page).toHaveURL(/filter=input\.a%3A7\+-state%3Afailed/)
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+a')
  const bar = page.getByRole('toolbar', { name: 'All 25 matching jobs selected' })
  await expect(bar.getByRole('button', { name: 'Retry' })).toHaveCount(0)
  await bar.getByRole('button', { name: 'Cancel 25' }).click()
  await expect(page.getByText('25 jobs asked to stop or cancelled')).toBeVisible()
  expect(await runner.call('GET', '/jobs?state=cancelled')).toMatchObject({ total: 25 })
  expect(await runner.call('GET', '/jobs?state=waiting')).toMatchObject({ total: 5 })
})
