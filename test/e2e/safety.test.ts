import { expect, type Page } from '@playwright/test'
import type { HeadlessRunner } from '../support/headless.ts'
import { openPanel, test } from './fixtures.ts'

const jobs = {
  'wait-for.job.mjs': `export default {
    name: 'wait-for',
    title: 'Wait',
    input: { type: 'object', properties: { ms: { type: 'integer' } }, required: ['ms'] },
    run: ({ ms }, { signal }) => new Promise((resolve, reject) => {
      setTimeout(resolve, ms)
      signal.addEventListener('abort', () => reject(signal.reason))
    }),
  }`,
}

const name = 'Production EU'
const add = (runner: HeadlessRunner, a: number, options = {}) =>
  runner.call<{ id: string }>('POST', '/jobs', { type: 'add-two-numbers', input: { a, b: 1 }, options })

/** A production profile in use, not read-only, with a queue of its own. */
async function useProduction(runner: HeadlessRunner): Promise<string> {
  const draft = { name, environment: 'production', readOnly: false, queueName: 'shop' }
  const { id } = await runner.call<{ id: string }>('POST', '/profiles', draft)
  await runner.call('POST', `/profiles/${id}/use`, {})
  return id
}

const countOf = async (runner: HeadlessRunner, query: string) =>
  (await runner.call<{ total: number }>('GET', `/jobs${query}`)).total

/** What leads away from the screen, or hides what is on it. */
const leads = /^(Close|Full page|Beside the list|Previous job|Next job|Clear selection|Select all|Empty the queue)/

/** Presses every button of the screen, also those that are off, and closes what has opened. */
async function pressEverything(page: Page): Promise<void> {
  await page.locator('main button, .tb-right button').evaluateAll((buttons: HTMLElement[], source) => {
    const skipped = new RegExp(source)
    for (const button of buttons) {
      if (!skipped.test(button.getAttribute('aria-label') ?? button.textContent)) button.click()
    }
  }, leads.source)
  for (let open = 0; open < 3; open += 1) await page.keyboard.press('Escape')
}

test('on a read-only profile nothing that can be pressed changes anything, and it says why', async ({
  page,
  startRunner,
}) => {
  test.slow()
  const runner = await startRunner({ jobs })
  const id = await useProduction(runner)
  const finished = await add(runner, 1)
  await expect.poll(() => countOf(runner, '?state=completed')).toBe(1)
  const delayed = await add(runner, 2, { delayMs: 3_600_000 })
  const running = await runner.call<{ id: string }>('POST', '/jobs', { type: 'wait-for', input: { ms: 3_600_000 } })
  await expect.poll(() => countOf(runner, '?state=active')).toBe(1)
  await runner.call('PATCH', `/profiles/${id}`, { readOnly: true })

  const refused: string[] = []
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (payload.toString().includes('READ_ONLY')) refused.push(payload.toString())
    })
  })
  await openPanel(page, runner)
  await expect(page).toHaveTitle('Overview · Production EU (production) · Toril')
  await expect(page.getByRole('button', { name: 'Profile: Production EU, production, read-only' })).toBeVisible()
  const banner = page.getByRole('status').filter({ hasText: 'Production EU is read-only' })
  await expect(banner.getByRole('button', { name: 'Allow changes for 15 min…' })).toBeVisible()
  const enqueue = page.locator('.tb-right').getByRole('button', { name: 'Enqueue' })
  await expect(enqueue).toHaveAttribute('aria-disabled', 'true')
  await enqueue.focus()
  await expect(page.getByRole('tooltip', { name: 'Production EU is read-only' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing was changed.')).toBeVisible()

  const paths = ['/', '/threads', '/runners', '/enqueue/add-two-numbers']
  for (const path of [...paths, ...[finished, delayed, running].map((job) => `/jobs/${job.id}`)]) {
    await page.goto(`${runner.url}${path}`)
    await expect(banner).toBeVisible()
    if (path.startsWith('/jobs/')) await page.getByRole('link', { name: 'Edit and rerun' }).waitFor()
    await pressEverything(page)
  }
  await page.goto(`${runner.url}/jobs`)
  const grid = page.getByRole('grid')
  await expect(grid.getByRole('row').filter({ hasText: 'wait-for' })).toBeVisible()
  await grid.focus()
  for (const key of ['Home', 'c', 'Shift+C', 'r', 'j', 'c', 'r', 'j', 'c', 'r', 'Control+a', 'c', 'r']) {
    await page.keyboard.press(key)
  }
  await pressEverything(page)
  for (const key of ['Control+e', 'Control+Shift+p']) await page.keyboard.press(key)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search jobs, types and commands' }).fill('pause')
  await expect(page.getByRole('option', { name: /Pause the queue/ })).toHaveAttribute('aria-disabled', 'true')
  await page.keyboard.press('Enter')

  // The runner would have refused it: it was not even asked.
  expect(refused).toEqual([])
  expect(await runner.call('GET', '/queue')).toMatchObject({ paused: false, counts: { active: 1, delayed: 1 } })
  expect(await countOf(runner, '')).toBe(3)
})

test('changes of a production profile are allowed once its name is typed, and ended again', async ({
  page,
  startRunner,
}) => {
  const runner = await startRunner()
  const id = await useProduction(runner)
  await runner.call('PATCH', `/profiles/${id}`, { readOnly: true })
  await openPanel(page, runner, '/enqueue/add-two-numbers')
  await page.getByRole('button', { name: 'Allow changes for 15 min…' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Allow changes of Production EU for 15 minutes?' })
  await expect(dialog.getByRole('button', { name: 'Keep read-only' })).toBeFocused()
  const allow = dialog.getByRole('button', { name: 'Allow changes' })
  const typed = dialog.getByRole('textbox', { name: 'Type Production EU to go on' })
  await typed.fill('Production')
  await typed.press('Enter')
  await expect(allow).toHaveAttribute('aria-disabled', 'true')
  await typed.fill(name)
  await allow.click()
  const banner = page.getByRole('status').filter({ hasText: 'Changes of Production EU are allowed' })
  await expect(banner).toContainText(/for 1[45] m \d\d s/)
  await expect(page.getByRole('button', { name: /^Profile: Production EU, production, changes allowed/ })).toBeVisible()
  await page.locator('.e-foot').getByRole('button', { name: 'Enqueue', exact: true }).click()
  await expect.poll(() => countOf(runner, '')).toBe(1)
  await banner.getByRole('button', { name: 'End now' }).click()
  await expect(page.getByText('Production EU is read-only.')).toBeVisible()
  await expect(runner.call('POST', '/queue/pause')).rejects.toThrow(/READ_ONLY|read-only/)
})

test('on production all that match is removed only after its number was shown and the name typed', async ({
  page,
  startRunner,
}) => {
  const runner = await startRunner()
  await useProduction(runner)
  for (let n = 0; n < 12; n += 1) await add(runner, n < 7 ? 7 : 8)
  await expect.poll(() => countOf(runner, '?state=completed')).toBe(12)
  await openPanel(page, runner, '/jobs?filter=input.a%3A7')
  await expect(page.getByText('7 jobs match')).toBeVisible()
  await page.getByRole('grid').focus()
  await page.keyboard.press('Control+a')
  await page
    .getByRole('toolbar', { name: 'All 7 matching jobs selected' })
    .getByRole('button', { name: 'Remove 7…' })
    .click()
  const dialog = page.getByRole('alertdialog', { name: 'Remove 7 jobs on Production EU?' })
  await expect(dialog.getByText('This touches 7 jobs: 7 completed.')).toBeVisible()
  const remove = dialog.getByRole('button', { name: 'Remove 7 jobs' })
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  await dialog.getByRole('textbox', { name: 'Type Production EU to go on' }).fill(name)
  await remove.click()
  await expect(page.getByText('7 jobs removed')).toBeVisible()
  expect(await countOf(runner, '')).toBe(5)

  // Two picked by hand are more than one as well.
  await page.goto(`${runner.url}/jobs`)
  await expect(page.getByText('5 jobs', { exact: true })).toBeVisible()
  await page.getByRole('grid').focus()
  for (const key of ['Home', 'x', 'j', 'x', 'r']) await page.keyboard.press(key)
  await expect(page.getByRole('alertdialog', { name: 'Retry 2 jobs on Production EU?' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Type Production EU to go on' })).toBeVisible()
})

test('the queue is drained from the palette, with what is delayed when that is chosen', async ({
  page,
  startRunner,
}) => {
  const runner = await startRunner()
  await runner.call('POST', '/queue/pause')
  for (let n = 0; n < 3; n += 1) await add(runner, n)
  await add(runner, 3, { delayMs: 3_600_000 })
  await openPanel(page, runner)
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search jobs, types and commands' }).fill('drain')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('alertdialog', { name: 'Drain the queue toril on This computer?' })
  await expect(dialog.getByText('This touches 3 jobs: 3 waiting.')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Keep as is' })).toBeFocused()
  await dialog.getByRole('checkbox', { name: 'Also what is delayed or waits to retry' }).check()
  await expect(dialog.getByText('This touches 4 jobs: 3 waiting, 1 delayed.')).toBeVisible()
  await dialog.getByRole('button', { name: 'Drain the queue' }).click()
  await expect(page.getByText('4 jobs taken out of the queue')).toBeVisible()
  expect(await countOf(runner, '?state=cancelled')).toBe(4)
})
