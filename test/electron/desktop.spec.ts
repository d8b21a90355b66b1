import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'
import type { Job } from '../../electron/contract/job.ts'
import { heldJob } from '../desktop/held-job.ts'
import { launchElectron, reasonToSkip, titled, type RealDesktop } from './launch-electron.ts'

const reason = reasonToSkip()

// The flows of test/desktop/smoke.test.ts on a real Electron, and what only a real one can show.
test.describe(titled('the desktop app on a real Electron', reason), () => {
  test.skip(reason !== undefined, reason)

  const started: RealDesktop[] = []
  const launch = async (...options: Parameters<typeof launchElectron>) => {
    const desktop = await launchElectron(...options)
    started.push(desktop)
    return desktop
  }
  test.afterEach(async () => {
    await Promise.all(started.splice(0).map((desktop) => desktop.cleanUp()))
  })

  const runHeldJob = async (desktop: RealDesktop) => {
    const go = join(desktop.folder, 'go')
    const { id } = await desktop.call<Job>('POST', '/jobs', { type: 'held', input: { go } })
    await expect.poll(async () => (await desktop.call<Job>('GET', `/jobs/${id}`)).state).toBe('active')
    return () => writeFileSync(go, '')
  }

  test('shows the panel, runs a job enqueued from it, and quits', async () => {
    const { app, page, call, dataDir, exited } = await launch()
    await app.evaluate(({ Menu }) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []) ?? []
      items.find(({ label }) => label === 'Enqueue a job')?.click()
    })
    await page.getByRole('link', { name: /add-two-numbers/ }).click()
    await page.getByRole('textbox', { name: 'A', exact: true }).fill('40')
    await page.getByRole('textbox', { name: 'B', exact: true }).fill('2')
    await page.getByRole('main').getByRole('button', { name: 'Enqueue', exact: true }).click()
    await expect
      .poll(async () => (await call<{ jobs: Job[] }>('GET', '/jobs?state=completed')).jobs[0]?.result)
      .toBe(42)
    await app.evaluate(({ app: self }) => self.quit())
    expect(await exited()).toBe(0)
    expect(existsSync(join(dataDir, 'runner.json'))).toBe(false)
  })

  test('keeps the page in its sandbox', async () => {
    const { app, page } = await launch()
    const preferences = await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as
        { getLastWebPreferences(): Record<string, unknown> } | undefined
      return contents?.getLastWebPreferences()
    })
    expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false })
    const seen = await page.evaluate(() => ({
      bridge: Object.keys((window as unknown as { toril: object }).toril),
      require: typeof (window as unknown as { require?: unknown }).require,
      process: typeof (window as unknown as { process?: unknown }).process,
      opened: window.open('https://example.invalid/') === null,
    }))
    expect(seen).toEqual({ bridge: ['platform', 'shell'], require: 'undefined', process: 'undefined', opened: true })
    await expect(page.evaluate('eval("1")')).rejects.toThrow(/Content Security Policy|unsafe-eval/i)
  })

  test('serves nothing but the panel under app://', async () => {
    const { page } = await launch()
    const status = (path: string) =>
      page.evaluate(async (asked) => (await fetch(`app://toril${asked}`)).status, path).catch(() => 0)
    expect(await status('/index.html')).toBe(200)
    for (const path of ['/..%2f..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/..%5c..%5cpackage.json']) {
      expect(await status(path), path).toBe(404)
    }
  })

  test('starts once for a data folder, and the second start shows the window of the first', async () => {
    const { app, dataDir } = await launch()
    await app.evaluate(({ app: self }) => {
      self.once('second-instance', () => Object.assign(globalThis, { asked: true }))
    })
    const again = await app.evaluate(async ({ app: self }, dir) => {
      const { spawn } = process.getBuiltinModule('node:child_process')
      const second = spawn(process.execPath, [self.getAppPath()], { env: { ...process.env, TORIL_DATA_DIR: dir } })
      return new Promise<number | null>((resolve) => second.once('exit', resolve))
    }, dataDir)
    expect(again).toBe(0)
    await expect.poll(() => app.evaluate(() => 'asked' in globalThis)).toBe(true)
  })

  test('asks before quitting with a running job, stays, and then quits after the job', async () => {
    const desktop = await launch({ jobs: { 'held.job.mjs': heldJob } })
    const letGo = await runHeldJob(desktop)
    await desktop.answerWith('Keep running')
    await desktop.app.evaluate(({ app }) => app.quit())
    expect(await desktop.call('GET', '/queue')).toMatchObject({ paused: false })
    await desktop.answerWith('Quit when they finish')
    await desktop.app.evaluate(({ app }) => app.quit())
    letGo()
    expect(await desktop.exited()).toBe(0)
  })

  test('closes its window only after asking, where closing means quitting', async () => {
    test.skip(process.platform === 'darwin', 'On macOS the app outlives its windows.')
    const desktop = await launch({ jobs: { 'held.job.mjs': heldJob } })
    await runHeldJob(desktop)
    await desktop.call('PATCH', '/preferences', { cancel: { graceMs: 100 } })
    await desktop.answerWith('Stop them and quit')
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
    expect(await desktop.exited()).toBe(0)
  })
})
