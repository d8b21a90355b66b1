import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

const name = 'Production EU'

test('on production the queue is drained, cleaned and obliterated by name, and the history stays true', async ({
  page,
  startRunner,
}) => {
  test.slow()
  const runner = await startRunner()
  const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
    name,
    environment: 'production',
    readOnly: false,
    queueName: 'shop',
  })
  await runner.call('POST', `/profiles/${id}/use`, {})
  const add = (a: number, options = {}) =>
    runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a, b: 1 }, options })
  const countOf = async (query: string) => (await runner.call<{ total: number }>('GET', `/jobs${query}`)).total
  for (let n = 0; n < 3; n += 1) await add(n)
  await expect.poll(() => countOf('?state=completed')).toBe(3)
  await runner.call('POST', '/queue/pause')
  for (let n = 0; n < 2; n += 1) await add(n)
  await add(2, { delayMs: 3_600_000 })
  await openPanel(page, runner, '/jobs')

  /** Chooses it in the menu and, once it has told what it touches, types the name and does it. */
  async function empty(act: string, title: string, touches: RegExp, choose?: () => Promise<void>): Promise<void> {
    await page.getByRole('button', { name: 'Empty the queue' }).click()
    await page.getByRole('menuitem', { name: `${act}…` }).click()
    const dialog = page.getByRole('alertdialog', { name: title })
    await choose?.()
    await expect(dialog.getByText(touches)).toBeVisible()
    const confirm = dialog.getByRole('button', { name: act })
    await expect(confirm).toHaveAttribute('aria-disabled', 'true')
    await dialog.getByRole('textbox', { name: `Type ${name} to go on` }).fill(name)
    await confirm.click()
    await expect(dialog).toHaveCount(0)
  }

  await empty('Drain the queue', `Drain the queue shop on ${name}?`, /^This touches 2 jobs: 2 waiting\.$/)
  await expect(page.getByText('2 jobs taken out of the queue')).toBeVisible()
  expect(await countOf('?state=cancelled')).toBe(2)
  expect(await runner.call('GET', '/queue')).toMatchObject({ counts: { waiting: 0, delayed: 1 } })

  const anyAge = async (): Promise<void> => {
    await page.getByRole('combobox', { name: 'Age' }).click()
    await page.getByRole('option', { name: 'Any age' }).click()
  }
  await empty('Clean finished jobs', `Clean finished jobs of shop on ${name}?`, /: 3 completed\.$/, anyAge)
  await expect(page.getByText('3 jobs removed')).toBeVisible()
  expect(await countOf('?state=completed')).toBe(0)

  await empty('Obliterate the queue', `Obliterate the queue shop on ${name}?`, /1 delayed/)
  await expect(page.getByText(/obliterated with the queue$/)).toBeVisible()
  expect(await countOf('')).toBe(3)
  expect(await countOf('?state=cancelled')).toBe(3)
  expect(await runner.call('GET', '/queue')).toMatchObject({ counts: { waiting: 0, delayed: 0 } })
})
