import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { openPanel, test } from './fixtures.ts'

let folder: string

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-e2e-'))
  await mkdir(join(folder, 'tree'))
  await Promise.all([1, 2, 3].map((n) => writeFile(join(folder, 'tree', `${n}.bin`), Buffer.alloc(8_000_000, n))))
})

test.afterAll(() => rm(folder, { recursive: true, force: true }))

test('a job enqueued from the form is watched to its end and shows its result', async ({ page, runner }) => {
  await openPanel(page, runner, '/enqueue/hash-folder')
  await page.getByRole('form', { name: 'Input' }).getByLabel('Path').fill(join(folder, 'tree'))
  await page.getByRole('button', { name: /Enqueue and watch/ }).click()

  const detail = page.getByRole('complementary', { name: /^Job / })
  await expect(detail.getByRole('heading', { name: 'hash-folder' })).toBeVisible()
  await expect(detail.getByText('Attempt 1 completed')).toBeVisible()
  await detail.getByRole('tab', { name: 'Result' }).click()
  await expect(detail.getByRole('tabpanel')).toContainText('"files": 3')
  await expect(detail.getByRole('tabpanel')).toContainText('"bytes": 24000000')
})

test('a running job shows its progress live, and stops when it is cancelled', async ({ page, runner }) => {
  const { id } = await runner.call<{ id: string }>('POST', '/jobs', { type: 'wait-for', input: { ms: 60_000 } })
  await openPanel(page, runner, `/jobs/${id}`)
  const detail = page.getByRole('complementary', { name: `Job ${id}` })
  const progress = detail.getByLabel('wait-for progress')
  await expect(progress).toBeVisible()
  const first = await progress.getAttribute('aria-valuenow')
  await expect.poll(() => progress.getAttribute('aria-valuenow')).not.toBe(first)

  await detail.getByRole('button', { name: /^Cancel/ }).click()
  await expect(detail.getByText('Attempt 1 was cancelled')).toBeVisible()
  await expect(detail.getByRole('region', { name: 'Attempts' })).toContainText('Cancelled from the panel.')
  await expect.poll(async () => (await runner.call<{ state: string }>('GET', `/jobs/${id}`)).state).toBe('cancelled')
})

test('a wrong field is named in the form, and nothing is enqueued', async ({ page, runner }) => {
  await openPanel(page, runner, '/enqueue/add-two-numbers')
  const a = page.getByRole('form', { name: 'Input' }).getByRole('textbox', { name: 'A', exact: true })
  const before = await runner.call<{ total: number }>('GET', '/jobs?type=add-two-numbers')
  await a.fill('many')
  await page.getByRole('main').getByRole('button', { name: 'Enqueue', exact: true }).click()
  await expect(a).toBeFocused()
  await expect(a).toHaveAttribute('aria-invalid', 'true')
  expect(await runner.call('GET', '/jobs?type=add-two-numbers')).toMatchObject({ total: before.total })
})

test('a failed job tells its error and runs again when it is retried', async ({ page, runner }) => {
  const input = { file: join(folder, 'flag') }
  const { id } = await runner.call<{ id: string }>('POST', '/jobs', { type: 'fail-once', input })
  await openPanel(page, runner, `/jobs/${id}`)
  const detail = page.getByRole('complementary', { name: `Job ${id}` })
  await expect(detail.getByText('The first time always fails').first()).toBeVisible()
  await detail.getByRole('button', { name: 'Retry' }).click()
  await expect(detail.getByText('Attempt 2 completed')).toBeVisible()
})

test('jobs are found by what is in their input, and listed by state', async ({ page, runner }) => {
  await runner.call('POST', '/jobs', { type: 'add-two-numbers', input: { a: 271_828, b: 1 } })
  const waiting = await runner.call<{ id: string }>('POST', '/jobs', {
    type: 'add-three-numbers',
    input: { a: 1, b: 2, c: 3 },
    options: { delayMs: 3_600_000 },
  })
  await openPanel(page, runner, '/jobs')
  const grid = page.getByRole('grid', { name: 'Jobs' })
  await page.getByRole('textbox', { name: 'Filter jobs' }).fill('271828')
  await page.keyboard.press('Enter')
  await expect(grid.getByRole('row', { name: /add-two-numbers/ })).toHaveCount(1)
  await expect(grid.getByRole('row', { name: /add-three-numbers/ })).toHaveCount(0)

  await page.goto(`${runner.url}/jobs`)
  await page.getByRole('tab', { name: /delayed$/ }).click()
  await expect(grid.getByRole('row', { name: new RegExp(waiting.id) })).toBeVisible()
  await expect(grid.getByRole('row', { name: /add-two-numbers/ })).toHaveCount(0)
  await page.getByRole('tab', { name: /completed$/ }).click()
  await expect(grid.getByRole('row', { name: /add-two-numbers/ }).first()).toBeVisible()
  await expect(grid.getByRole('row', { name: new RegExp(waiting.id) })).toHaveCount(0)
})

test('a paused queue keeps jobs waiting and says so; resumed, they run', async ({ page, runner }) => {
  await openPanel(page, runner)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(page.getByRole('main').getByRole('status').filter({ hasText: 'Paused' })).toBeVisible()
  const { id } = await runner.call<{ id: string }>('POST', '/jobs', { type: 'add-two-numbers', input: { a: 1, b: 2 } })
  await page.goto(`${runner.url}/jobs/${id}`)
  const detail = page.getByRole('complementary', { name: `Job ${id}` })
  await expect(detail).toContainText(/paused/i)
  await page.getByRole('button', { name: 'Resume' }).first().click()
  await expect(detail.getByText('Attempt 1 completed')).toBeVisible()
})
