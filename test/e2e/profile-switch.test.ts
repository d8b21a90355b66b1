import { expect } from '@playwright/test'
import { startTestRedis } from '../support/redis.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { openPanel, test } from './fixtures.ts'

test('of many profiles one is chosen from the menu, and none of production by a slip', async ({
  page,
  startRunner,
}) => {
  const redis = await startTestRedis()
  try {
    const runner = await startRunner()
    const queue = { kind: 'redis', host: '127.0.0.1', port: redis.port }
    for (let n = 1; n <= 40; n += 1) {
      const team = n % 2 === 0 ? { folder: 'Team/EU', environment: 'staging' } : { folder: 'Team/US' }
      await runner.call('POST', '/profiles', { name: `Shop ${n}`, readOnly: false, queue, ...team })
    }
    const live = { name: 'Zoo', folder: 'Zone', environment: 'production', readOnly: false, queueName: 'zoo', queue }
    await runner.call('POST', '/profiles', live)
    await openPanel(page, runner)
    const switcher = page.getByRole('button', { name: /^Profile:/ })
    await switcher.click()
    const menu = page.getByRole('menu')
    await expect(menu.getByRole('group', { name: 'Folder Team/EU' }).getByRole('menuitem')).toHaveCount(20)
    // However many there are, what stands below them is in sight.
    await expect(menu.getByRole('menuitem', { name: 'Connections' })).toBeInViewport({ ratio: 1 })

    await menu.getByRole('menuitem', { name: /^Zoo/ }).click()
    const question = page.getByRole('dialog', { name: 'Use Zoo?' })
    await expect(question).toContainText('This runner takes the jobs of Zoo from then on.')
    await expect(question.getByRole('button', { name: 'Stay' })).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(question).toHaveCount(0)
    await expect(switcher).toHaveAccessibleName(/^Profile: This computer/)

    // By keys alone: the last is the screen, and above it the profile.
    await switcher.press('Enter')
    await expect(menu.getByRole('menuitem', { name: /^Zoo/ })).toBeVisible()
    for (const key of ['ArrowDown', 'End', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
    await question.getByRole('button', { name: 'Use Zoo' }).click()
    await expect(switcher).toHaveAccessibleName('Profile: Zoo, production')
    // What is in earnest is not where a first sample job is proposed.
    await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible()
    await expect(page.getByRole('button', { name: /Run it/ })).toHaveCount(0)

    // By typing its name, and away from production not without the question either.
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search jobs, types and commands' }).fill('use shop 40')
    await expect(page.getByRole('option', { name: /Use Shop 40/ })).toContainText('Team / EU, staging')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Use Shop 40?' }).getByRole('button', { name: 'Use Shop 40' }).click()
    await expect(switcher).toHaveAccessibleName('Profile: Shop 40, staging')
    await page.goto(`${runner.url}/connections`)
    const list = page.getByRole('group', { name: 'Profiles by folder' })
    await expect(list.getByRole('link', { name: /^Shop 40/ })).toBeInViewport({ ratio: 1 })
  } finally {
    await redis.stop()
  }
})

test('a certificate that is not verified is said wherever the profile is named', async ({ page, startRunner }) => {
  const redis = await startTlsRedis()
  try {
    const runner = await startRunner()
    const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
      name: 'Lax',
      readOnly: false,
      queue: { kind: 'redis', host: '127.0.0.1', port: redis.port, tls: { verify: false } },
    })
    await openPanel(page, runner, `/connections/${id}`)
    await expect(page.getByRole('link', { name: /^Lax/ })).toContainText('TLS not verified')
    await page.getByRole('button', { name: 'Use', exact: true }).click()
    const question = page.getByRole('dialog', { name: 'Use Lax?' })
    await expect(question.getByText('TLS not verified')).toBeVisible()
    await question.getByRole('button', { name: 'Use Lax' }).click()
    const switcher = page.getByRole('button', { name: 'Profile: Lax, development, TLS not verified' })
    await expect(switcher.getByText('TLS not verified')).toBeVisible()
    await expect(page).toHaveTitle('Connections · Lax (TLS not verified) · Toril')
    await switcher.click()
    await expect(page.getByRole('menuitem', { name: /^Lax/ })).toContainText('TLS not verified')
    await page.keyboard.press('Escape')
    // Also in a window that has no room for much.
    await page.setViewportSize({ width: 1024, height: 700 })
    await expect(switcher.getByText('TLS not verified')).toBeInViewport({ ratio: 1 })
    await page.getByRole('link', { name: 'Overview' }).click()
    await expect(switcher.getByText('TLS not verified')).toBeVisible()
  } finally {
    await redis.stop()
  }
})

test('a connection that is changed while it is in use is opened anew when that is asked for', async ({
  page,
  startRunner,
}) => {
  const redis = await startTestRedis()
  try {
    const runner = await startRunner()
    const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
      name: 'Orders',
      readOnly: false,
      queueName: 'orders',
      queue: { kind: 'redis', host: '127.0.0.1', port: redis.port },
    })
    await runner.call('POST', `/profiles/${id}/use`, {})
    await openPanel(page, runner, `/connections/${id}`)
    const again = page.getByRole('button', { name: 'Use again', exact: true })
    await page.getByLabel('Name', { exact: true }).fill('Shop')
    await page.keyboard.press('Control+s')
    // A name counts at once.
    await expect(page.getByRole('button', { name: 'Profile: Shop, development' })).toBeVisible()
    await expect(again).toHaveCount(0)

    await page.getByLabel('Queue', { exact: true }).fill('mail')
    await page.keyboard.press('Control+s')
    const banner = page.getByRole('status').filter({ hasText: 'The connection of Shop was changed.' })
    await expect(again).toBeVisible()
    await banner.getByRole('button', { name: 'Use again…' }).click()
    const question = page.getByRole('dialog', { name: 'Use Shop again?' })
    await expect(question).toContainText('If that fails, the old connection stays in use')
    await question.getByRole('button', { name: 'Use again' }).click()
    await expect(banner).toHaveCount(0)
    await expect(again).toHaveCount(0)
    expect(await runner.call('GET', '/queue')).toMatchObject({ name: 'mail' })
  } finally {
    await redis.stop()
  }
})

test('what Save was refused for is said whole, also in a narrow window', async ({ page, startRunner }) => {
  const runner = await startRunner()
  const { id } = await runner.call<{ id: string }>('POST', '/profiles', { name: 'Orders' })
  await page.setViewportSize({ width: 1024, height: 700 })
  await openPanel(page, runner, `/connections/${id}`)
  await page.getByLabel('Name', { exact: true }).fill('Shop')
  await runner.kill()
  await expect(page.getByRole('alert').filter({ hasText: 'Connection lost' })).toBeVisible()
  await page.keyboard.press('Control+s')
  const why = page.getByRole('region', { name: 'Unsaved changes' }).getByRole('alert')
  await expect(why).toContainText('Not connected to the runner')
  expect(
    await why.evaluate((line) =>
      [line, ...line.children].every((one) => one.scrollWidth <= one.clientWidth + 1 || one.clientWidth === 0),
    ),
  ).toBe(true)
  // What was typed is still there.
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('Shop')
})
