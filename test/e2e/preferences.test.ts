import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

test('another number of threads applies at once and shows as lanes', async ({ page, startRunner }) => {
  const runner = await startRunner()
  await openPanel(page, runner, '/preferences')
  const atMost = page.getByRole('textbox', { name: 'Threads at most' })
  await expect(atMost).toHaveValue('4')
  await atMost.fill('6')
  await atMost.press('Tab')
  await page.getByRole('button', { name: /^Apply/ }).click()
  await expect(page.getByText('No changes to apply')).toBeVisible()
  expect(await runner.call('GET', '/preferences')).toMatchObject({ pool: { maxThreads: 6 } })
  await page
    .getByRole('link', { name: 'Threads', exact: true })
    .or(page.getByRole('link', { name: /^Threads \d/ }))
    .first()
    .click()
  await expect(page.getByRole('list', { name: 'Thread lanes' }).getByRole('listitem')).toHaveCount(6)
})

test('a setting that the environment fixes names its variable and cannot be edited', async ({ page, runner }) => {
  await openPanel(page, runner, '/preferences?section=folders')
  const section = page.getByRole('region', { name: 'Job folders' })
  await expect(section).toContainText('Set by TORIL_JOBS_DIR in the environment')
  await expect(page.getByRole('textbox', { name: 'Jobs folder' })).not.toBeEditable()
})

test('the panel is dark or light as chosen, and as the computer says', async ({ page, startRunner }) => {
  const runner = await startRunner()
  const isDark = async (): Promise<boolean> => {
    const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const [red = 0, green = 0, blue = 0] = colour.match(/\d+/g)?.map(Number) ?? []
    return red + green + blue < 3 * 128
  }
  await page.emulateMedia({ colorScheme: 'dark' })
  await openPanel(page, runner, '/preferences?section=appearance')
  await expect.poll(isDark).toBe(true)
  await page.emulateMedia({ colorScheme: 'light' })
  await expect.poll(isDark).toBe(false)

  await page.getByRole('radiogroup', { name: 'Theme' }).getByText('Dark').click()
  await page.getByRole('button', { name: /^Apply/ }).click()
  await expect.poll(isDark).toBe(true)
  expect(await runner.call('GET', '/preferences')).toMatchObject({ panel: { theme: 'dark' } })
})
