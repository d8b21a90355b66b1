import { existsSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect as expectPage } from '@playwright/test'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Job } from '../../electron/contract/job.ts'
import { patienceMs } from '../patience.ts'
import { heldJob } from './held-job.ts'
import { isAlive, launchDesktop, type Desktop } from './launch-desktop.ts'

// The real built main process and preload over the stand-in; see stand-in/electron.ts for what that leaves open.
// It looks at processes through /proc; on the other systems test/electron runs the same flows on a real Electron.
describe.skipIf(process.platform !== 'linux')('the desktop app', () => {
  const started: Desktop[] = []
  const launch = async (...options: Parameters<typeof launchDesktop>) => {
    const desktop = await launchDesktop(...options)
    started.push(desktop)
    return desktop
  }
  const runHeldJob = async (desktop: Desktop) => {
    await desktop.next('window')
    await vi.waitFor(() => expect(existsSync(join(desktop.dataDir, 'runner.json'))).toBe(true), { timeout: patienceMs })
    const go = join(desktop.folder, 'go')
    const { id } = await desktop.call<Job>('POST', '/jobs', { type: 'held', input: { go } })
    const state = async () => (await desktop.call<Job>('GET', `/jobs/${id}`)).state
    await vi.waitFor(async () => expect(await state()).toBe('active'), { timeout: patienceMs })
    return { id, letGo: () => writeFileSync(go, '') }
  }

  afterEach(async () => {
    await Promise.all(started.splice(0).map((desktop) => desktop.cleanUp()))
  })

  test('shows the panel, runs a job enqueued from it, and quit leaves nothing behind', async () => {
    const desktop = await launch()
    const page = await desktop.page()
    expect(await page.evaluate(() => window.toril)).toEqual({ platform: 'linux', shell: 'electron' })
    await expectPage(page.getByRole('link', { name: 'Overview' })).toBeVisible()

    desktop.send({ kind: 'menu', label: 'Enqueue a job' })
    await page.waitForURL('**/enqueue/**')
    await page.getByRole('link', { name: /add-two-numbers/ }).click()
    await page.getByRole('textbox', { name: 'A', exact: true }).fill('40')
    await page.getByRole('textbox', { name: 'B', exact: true }).fill('2')
    await page.getByRole('main').getByRole('button', { name: 'Enqueue', exact: true }).click()
    const jobs = () => desktop.call<{ jobs: Job[] }>('GET', '/jobs?state=completed')
    await vi.waitFor(async () => expect((await jobs()).jobs[0]?.result).toBe(42), { timeout: patienceMs })
    const [job] = (await jobs()).jobs

    // A screen's address survives a reload, and the reloaded page gets a new port.
    await page.goto(`https://toril/jobs/${encodeURIComponent(job?.id ?? '')}`)
    await expectPage(page.getByRole('main').getByText('Completed').first()).toBeVisible()

    const below = desktop.descendants()
    expect(below.length).toBeGreaterThan(1)
    desktop.send({ kind: 'quit' })
    expect(await desktop.exited, desktop.stderr()).toBe(0)
    expect(below.filter(isAlive)).toEqual([])
    expect(existsSync(join(desktop.dataDir, 'runner.json'))).toBe(false)
  })

  test('asks before quitting with a running job, stays, and then quits after the job', async () => {
    const desktop = await launch({ jobs: { 'held.job.mjs': heldJob } })
    const { letGo } = await runHeldJob(desktop)

    desktop.send({ kind: 'close' })
    const question = await desktop.next('dialog')
    expect(question.message).toBe('1 job is running.')
    expect(question.buttons).toEqual(['Keep running', 'Quit when they finish', 'Stop them and quit'])
    desktop.send({ kind: 'answer', button: 'Keep running' })
    desktop.send({ kind: 'second-instance' })
    await desktop.next('focused')

    desktop.send({ kind: 'quit' })
    await desktop.next('dialog')
    desktop.send({ kind: 'answer', button: 'Quit when they finish' })
    letGo()
    expect(await desktop.exited, desktop.stderr()).toBe(0)
  })

  test('gives a job back that does not end in its grace time when the user stops it', async () => {
    const desktop = await launch({ jobs: { 'held.job.mjs': heldJob } })
    await runHeldJob(desktop)
    await desktop.call('PATCH', '/preferences', { cancel: { graceMs: 100 } })
    const below = desktop.descendants()

    desktop.send({ kind: 'quit' })
    await desktop.next('dialog')
    desktop.send({ kind: 'answer', button: 'Stop them and quit' })
    expect(await desktop.exited, desktop.stderr()).toBe(0)
    expect(below.filter(isAlive)).toEqual([])
  })

  test('pauses the queue from the menu, until its profile is made read-only', async () => {
    const desktop = await launch()
    await desktop.next('window')
    await vi.waitFor(() => expect(existsSync(join(desktop.dataDir, 'runner.json'))).toBe(true), { timeout: patienceMs })
    const paused = async () => (await desktop.call<{ paused: boolean }>('GET', '/queue')).paused
    desktop.send({ kind: 'menu', label: 'Pause or resume' })
    await vi.waitFor(async () => expect(await paused()).toBe(true), { timeout: patienceMs })
    await desktop.call('PATCH', '/profiles/this-computer', { readOnly: true })
    desktop.send({ kind: 'menu', label: 'Pause or resume' })
    expect((await desktop.next('error-box')).text).toContain('This computer is read-only.')
    expect(await paused()).toBe(true)
  })

  test('takes any free port when the usual one is in use, keeps a second runner off its data, and stops by a signal', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    try {
      const desktop = await launch({ env: { TORIL_PORT: String(port) } })
      await desktop.next('window')
      await vi.waitFor(() => expect(desktop.stderr()).toContain('Toril is ready at'), { timeout: patienceMs })
      expect(desktop.stderr()).toContain(`Port ${port} on 127.0.0.1 is in use`)
      await expect(desktop.call('GET', '/queue')).resolves.toMatchObject({ name: 'toril' })

      const second = await launch({ env: { TORIL_DATA_DIR: desktop.dataDir } })
      expect((await second.next('error-box')).text).toContain('already has the data folder')
      expect(await second.exited).toBe(1)

      const below = desktop.descendants()
      desktop.kill('SIGTERM')
      expect(await desktop.exited, desktop.stderr()).toBe(0)
      expect(below.filter(isAlive)).toEqual([])
    } finally {
      other.close()
    }
  })

  test('says in one dialog why it cannot start, and ends with an error', async () => {
    const desktop = await launch({ env: { REDIS_PORT: 'abc' } })
    const box = await desktop.next('error-box')
    expect(box.title).toBe('Toril could not start')
    expect(box.text).toContain('REDIS_PORT')
    expect(await desktop.exited).toBe(1)
  })
})
