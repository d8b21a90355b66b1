import { readFile } from 'node:fs/promises'
import { expect } from '@playwright/test'
import { cpuProfileSchema } from '../../electron/contract/profile.ts'
import { openPanel, test } from './fixtures.ts'

const jobs = {
  'index-folder.job.ts': `interface Document { text: string }

const tokenise = (text: string): string[] => text.toLowerCase().split(/[^a-z]+/)

function addDocument({ text }: Document): number {
  const words: string[] = tokenise(text)
  return words.reduce((sum, word) => sum + word.length, 0)
}

export default {
  name: 'index-folder',
  title: 'Index a folder',
  input: { type: 'object' },
  run(): never {
    for (;;) addDocument({ text: 'the quick brown fox jumps over the lazy dog again and again' })
  },
}
`,
}

test('a job that spins shows its TypeScript line and its profile, and is killed', async ({ page, startRunner }) => {
  // A thread spins beside runner and browser, on a machine that may have only two cores.
  test.slow()
  const runner = await startRunner({ jobs })
  const { id } = await runner.call<{ id: string }>('POST', '/jobs', { type: 'index-folder', input: {} })
  await openPanel(page, runner, '/threads')
  await page.getByRole('button', { name: 'Select T1' }).click()
  const look = page.getByRole('region', { name: 'Where it is' })
  const stack = look.getByRole('list', { name: /^Stack/ })
  await expect(async () => {
    await look.getByRole('button', { name: 'Sample the stack' }).click()
    await expect(stack.getByRole('listitem').filter({ hasText: /^run.*index-folder\.job\.ts:15/ })).toBeVisible()
  }).toPass()
  await expect(stack).toContainText("for (;;) addDocument({ text: 'the quick brown fox")

  await look.getByRole('combobox', { name: 'Length' }).click()
  await page.getByRole('option', { name: '60 s' }).click()
  await look.getByRole('button', { name: 'Record a CPU profile' }).click()
  await expect(look.getByRole('timer')).toContainText(/Recording, \d+ s left/)
  // What was begun on one screen goes on on another.
  await page.getByRole('link', { name: 'Open job' }).click()
  const detail = page.getByRole('complementary', { name: `Job ${id}` })
  const shown = detail.getByRole('button', { name: 'Show profile' })
  // A stop that comes before the recording has begun ends nothing: it is pressed until there is a profile.
  const stop = detail.getByRole('button', { name: 'Stop', exact: true })
  await expect
    .poll(async () => {
      await stop.evaluateAll((buttons: HTMLElement[]) => buttons.forEach((button) => button.click()))
      return shown.isVisible()
    })
    .toBe(true)

  await detail.getByRole('button', { name: 'Kill now…' }).click()
  await page
    .getByRole('alertdialog', { name: /^Kill the thread/ })
    .getByRole('button', { name: 'Kill thread' })
    .click()
  await expect.poll(async () => (await runner.call<{ state: string }>('GET', `/jobs/${id}`)).state).toBe('cancelled')
  // What was seen stays, to be read in peace.
  await expect(detail.getByRole('button', { name: 'Record a CPU profile' })).toHaveCount(0)
  await shown.click()
  const dialog = page.getByRole('dialog', { name: /^CPU profile of index-folder/ })
  const run = dialog.getByRole('treeitem', { name: /^run, .*index-folder\.job\.ts:14/ })
  await run.focus()
  await page.keyboard.press('ArrowDown')
  await expect(dialog.getByRole('treeitem', { name: /^(addDocument|tokenise), / }).first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('button', { name: 'Whole profile' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog.getByRole('button', { name: 'Whole profile' })).toHaveCount(0)
  await dialog.getByText('Functions').click()
  await expect(dialog.getByRole('row', { name: /tokenise .*index-folder\.job\.ts:3/ })).toBeVisible()

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`index-folder-${id}-attempt-1.cpuprofile`)
  const profile = cpuProfileSchema.parse(JSON.parse(await readFile(await download.path(), 'utf8')))
  expect(profile.$toril).toMatchObject({ job: { id }, ended: 'stopped' })
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})
