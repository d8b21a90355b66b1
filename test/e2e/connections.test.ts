import { readFile } from 'node:fs/promises'
import { expect, type Page } from '@playwright/test'
import { Queue } from 'bullmq'
import { profileFileSchema } from '../../electron/contract/profile-file.ts'
import { startTestRedis } from '../support/redis.ts'
import { startSshServer } from '../support/ssh.ts'
import { openPanel, test } from './fixtures.ts'

const password = 'p@ss:word'

/** What the clipboard brings: a paste that a test can make without the system's clipboard. */
async function paste(page: Page, label: string, text: string): Promise<void> {
  await page.getByLabel(label, { exact: true }).evaluate((field, pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, text)
}

test('a profile is added by its URL, tested, used, and left again', async ({ page, startRunner }) => {
  test.slow()
  const redis = await startTestRedis({ password })
  try {
    const runner = await startRunner()
    await openPanel(page, runner, '/connections')
    await page.getByRole('link', { name: 'New profile' }).click()
    await expect(page.getByLabel('Paste an address')).toBeFocused()
    await paste(page, 'Paste an address', `redis://:wrong@127.0.0.1:${redis.port}/1`)
    await expect(page.getByLabel('Port', { exact: true })).toHaveValue(String(redis.port))
    await expect(page.getByLabel('Database', { exact: true })).toHaveValue('1')
    await expect(page.getByLabel('Paste an address')).toHaveValue('')
    await page.getByLabel('Name', { exact: true }).fill('Orders')

    // The draft is tested as it stands; the step that failed says why, and nothing after it is tried.
    await page.getByRole('button', { name: 'Test connection' }).click()
    const steps = page.getByRole('list', { name: 'Steps of the queue' }).getByRole('listitem')
    await expect(page.getByText('Does not work')).toBeVisible()
    await expect(steps.filter({ hasText: 'Signed in' })).toContainText('user name or password is wrong')
    await expect(steps.filter({ hasText: 'Server reached' }).getByRole('img', { name: 'Works' })).toBeVisible()
    await expect(steps.filter({ hasText: 'Version' }).getByRole('img', { name: 'Not tried' })).toBeVisible()

    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Test again' }).click()
    await expect(page.getByText(/^Works/).first()).toBeVisible()
    await page.keyboard.press('Control+s')
    await expect(page).toHaveURL(/\/connections\/[0-9a-f-]{36}$/)
    await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('placeholder', /^Kept/)

    await page.getByRole('button', { name: 'Use', exact: true }).click()
    const question = page.getByRole('dialog', { name: 'Use Orders?' })
    await expect(question).toContainText('to finish')
    await question.getByRole('button', { name: 'Use Orders' }).click()
    await expect(page.getByRole('button', { name: /^Profile: Orders/ })).toBeVisible()
    const row = page.getByRole('link', { name: /^Orders/ })
    await expect(row).toContainText('In use')

    await page.goto(`${runner.url}/enqueue/add-two-numbers`)
    await page.getByRole('button', { name: /Enqueue and watch/ }).click()
    const detail = page.getByRole('complementary', { name: /^Job / })
    await expect(detail.getByText('Attempt 1 completed')).toBeVisible()

    await page.goto(`${runner.url}/connections`)
    await page.getByRole('link', { name: /^This computer/ }).click()
    await page.getByRole('button', { name: 'Use', exact: true }).click()
    await page.getByRole('button', { name: 'Use This computer' }).click()
    await expect(page.getByRole('button', { name: /^Profile: This computer/ })).toBeVisible()

    await page.getByRole('link', { name: /^Orders/ }).click()
    await page.getByRole('button', { name: 'Look for queues' }).click()
    await expect(page.getByRole('list', { name: 'Queues found' }).getByRole('listitem')).toContainText('1 completed')
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove profile' }).click()
    await expect(page.getByRole('link', { name: /^Orders/ })).toHaveCount(0)
  } finally {
    await redis.stop()
  }
})

test('edits wait for Save, are given back, and what is wrong is said at its field', async ({ page, startRunner }) => {
  const runner = await startRunner()
  await runner.call('POST', '/profiles', { name: 'Taken' })
  const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
    name: 'Live shop',
    environment: 'production',
    readOnly: true,
    queue: { kind: 'redis', host: 'redis.invalid' },
    secrets: { 'queue.password': 'secret' },
  })
  await openPanel(page, runner, `/connections/${id}`)
  const name = page.getByLabel('Name', { exact: true })
  const status = page.getByRole('region', { name: 'Unsaved changes' })
  await expect(status).toContainText('All saved')
  await name.fill('Taken')
  await page.getByLabel('Port', { exact: true }).fill('70000')
  await expect(status).toContainText('Not saved')

  // Another screen does not lose them.
  const main = page.getByRole('navigation', { name: 'Main' })
  await main.getByRole('link', { name: 'Overview' }).click()
  await main.getByRole('link', { name: 'Connections' }).click()
  await page.getByRole('link', { name: /^Live shop/ }).click()
  await expect(name).toHaveValue('Taken')

  await page.getByRole('button', { name: /^Save/ }).click()
  await expect(page.getByLabel('Port', { exact: true })).toBeFocused()
  await expect(page.getByText('Must be at most 65535.')).toBeVisible()
  // Escape gives one field back.
  await page.keyboard.press('Escape')
  await expect(page.getByLabel('Port', { exact: true })).toHaveValue('6379')
  await page.getByRole('button', { name: /^Save/ }).click()
  await expect(page.getByText('Is the name of another profile.')).toBeVisible()
  await expect(name).toBeFocused()
  await status.getByRole('button', { name: 'Revert' }).click()
  await expect(name).toHaveValue('Live shop')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(name).toHaveValue('Taken')
  await name.fill('Live shop')

  // Led elsewhere, a stored password has to be given again.
  await page.getByLabel('Host', { exact: true }).fill('elsewhere.invalid')
  await page.getByRole('button', { name: /^Save/ }).click()
  await expect(page.getByText(/^Must be given again/)).toBeVisible()
  await page.getByLabel('Password', { exact: true }).fill('another')

  await page.getByRole('switch', { name: 'Read-only' }).click()
  await page.getByRole('button', { name: /^Save/ }).click()
  const question = page.getByRole('alertdialog', { name: /less safe/ })
  await question.getByRole('textbox').fill('Live shop')
  await question.getByRole('button', { name: 'Save all the same' }).click()
  await expect(status).toContainText('All saved')
  const { profiles } = await runner.call<{ profiles: { id: string }[] }>('GET', '/profiles')
  expect(profiles.find((profile) => profile.id === id)).toMatchObject({
    readOnly: false,
    queue: { host: 'elsewhere.invalid' },
    secretsSet: ['queue.password'],
  })
})

test('many profiles are found, exported with their passwords, and imported', async ({ page, startRunner }) => {
  const runner = await startRunner()
  for (const number of [1, 2, 3]) {
    await runner.call('POST', '/profiles', {
      name: `Shop ${number}`,
      folder: number === 1 ? 'Team/EU' : 'Team/US',
      queue: { kind: 'redis', host: `redis-${number}.invalid` },
      secrets: { 'queue.password': `secret ${number}` },
    })
  }
  await openPanel(page, runner, '/connections')
  const rows = page.getByRole('link', { name: /^Shop/ })
  await expect(rows).toHaveCount(3)
  await page.getByRole('button', { name: /Team \/ US/ }).click()
  await expect(rows).toHaveCount(1)
  const search = page.getByRole('searchbox', { name: 'Find a profile' })
  await search.fill('redis-3')
  await expect(rows).toHaveText([/Shop 3/])
  // From the search to the profile, and to its name, by keys alone.
  await search.press('ArrowDown')
  await expect(rows).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Shop 3' })).toBeVisible()
  await search.press('Escape')
  await expect(rows).toHaveCount(1)

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export Shop 3' })
  await dialog.getByRole('radio', { name: 'With passwords, sealed' }).click()
  await dialog.getByLabel('Passphrase').fill('a good passphrase')
  await dialog.getByLabel('The same again').fill('a bad one')
  await expect(dialog.getByLabel('The same again')).toHaveAccessibleDescription('It is not the same.')
  await dialog.getByLabel('The same again').fill('a good passphrase')
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Export' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('toril-shop-3.json')
  const path = await download.path()
  const text = await readFile(path, 'utf8')
  expect(profileFileSchema.parse(JSON.parse(text)).profiles).toHaveLength(1)
  expect(text).not.toContain('secret 3')

  await page.getByLabel('File with exported profiles').setInputFiles(path)
  const question = page.getByRole('dialog', { name: 'Import profiles' })
  await question.getByLabel('Passphrase').fill('not the right one')
  await question.getByRole('button', { name: 'Import' }).click()
  await expect(question.getByRole('alert')).toContainText('passphrase')
  await expect(question.getByLabel('Passphrase')).toHaveAccessibleDescription(/is wrong/)
  await question.getByLabel('Passphrase').fill('a good passphrase')
  await question.getByRole('button', { name: 'Import' }).click()
  await expect(page.getByRole('heading', { name: 'Shop 3 2' })).toBeVisible()
  await expect(page.getByLabel('Password', { exact: true })).toHaveAttribute('placeholder', /^Kept/)
})

test('an SSH host key is asked about once, and a foreign queue found on the server is chosen', async ({
  page,
  startRunner,
}) => {
  test.slow()
  const redis = await startTestRedis()
  const ssh = await startSshServer()
  const foreign = new Queue('emails', { connection: { port: redis.port }, prefix: 'shop' })
  try {
    await foreign.addBulk([
      { name: 'send-email', data: {} },
      { name: 'send-email', data: {} },
    ])
    const runner = await startRunner()
    const { id } = await runner.call<{ id: string }>('POST', '/profiles', {
      name: 'Behind a bastion',
      queue: {
        kind: 'redis',
        host: '127.0.0.1',
        port: redis.port,
        tunnel: {
          host: ssh.host,
          port: ssh.port,
          user: ssh.username,
          auth: 'key',
          keyFile: ssh.privateKeyFile,
          sshConfig: false,
        },
      },
    })
    await openPanel(page, runner, `/connections/${id}`)
    await page.getByRole('button', { name: 'Test connection' }).click()
    const question = page.getByRole('group', { name: /^Host key of / })
    await expect(question).toContainText('SHA256:')
    await expect(page.getByText('Asks you')).toBeVisible()
    await question.getByRole('button', { name: 'Trust this key' }).click()
    await expect(page.getByText(/^Works/).first()).toBeVisible()
    await expect(question).toHaveCount(0)

    await page.getByRole('button', { name: 'Look for queues' }).click()
    const found = page.getByRole('list', { name: 'Queues found' }).getByRole('listitem')
    await expect(found).toContainText('2 waiting')
    await expect(found).toContainText('not known is send-email')
    await found.getByRole('button', { name: 'Use the queue emails' }).click()
    await expect(page.getByLabel('Queue', { exact: true })).toHaveValue('emails')
    await expect(page.getByLabel('Key prefix', { exact: true })).toHaveValue('shop')
    await page.getByRole('button', { name: /^Save/ }).click()
    await expect(page.getByRole('region', { name: 'Unsaved changes' })).toContainText('All saved')
    await page.getByRole('button', { name: 'Look again' }).click()
    await expect(found).toContainText('Chosen')
  } finally {
    await foreign.close()
    await ssh.stop()
    await redis.stop()
  }
})
