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

test('running jobs that are picked and cancelled count down to their kill, as one alone does', async ({
  page,
  startRunner,
}) => {
  const spin = `export default { name: 'deaf', title: 'Deaf', input: {}, run: () => new Promise(() => undefined) }`
  const runner = await startRunner({ jobs: { 'deaf.job.mjs': spin } })
  await runner.call('PATCH', '/preferences', { cancel: { graceMs: 600_000 } })
  for (let n = 0; n < 2; n += 1) await runner.call('POST', '/jobs', { type: 'deaf', input: {} })
  await openPanel(page, runner, '/jobs?state=active')
  const rows = page.getByRole('row', { name: /deaf/ })
  await expect(rows).toHaveCount(2)
  await page.getByRole('grid').focus()
  for (const key of ['Home', 'x', 'j', 'x', 'c']) await page.keyboard.press(key)
  await expect(rows.filter({ hasText: /Asked to stop\. Kill in \d/ })).toHaveCount(2)
  await page.goto(`${runner.url}/threads`)
  await expect(page.getByText(/asked to stop, kill in \d/)).toHaveCount(2)
  // The runner that stops waits no longer than this for them.
  await runner.call('PATCH', '/preferences', { cancel: { graceMs: 100 } })
})
