import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

test('a new runner offers a first job, runs it and shows its result', async ({ page, startRunner }) => {
  const runner = await startRunner()
  await openPanel(page, runner)
  await expect(page.getByRole('heading', { name: 'Your runner is ready' })).toBeVisible()
  // The token is in the cookie now, and nowhere a person could copy it from.
  expect(page.url()).toBe(`${runner.url}/`)

  await page.getByLabel('a', { exact: true }).fill('40')
  await page.getByLabel('b', { exact: true }).fill('2')
  await page.getByRole('button', { name: /Run it/ }).click()
  await expect(page.getByRole('main')).toContainText('42')

  await page.getByRole('link', { name: /^Jobs/ }).click()
  await expect(page.getByRole('row', { name: /Completed add-two-numbers/ })).toBeVisible()
})

test('without the token nothing of the panel is shown', async ({ page, runner }) => {
  const answer = await page.goto(`${runner.url}/`)
  expect(answer?.status()).toBe(401)
  await expect(page.locator('body')).not.toContainText('Overview')
})
