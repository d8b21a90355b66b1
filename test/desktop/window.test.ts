import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BrowserWindow, dialog, shell, type WebContents } from 'electron'
import { afterAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { showScreen } from '../../electron/main/show-screen.ts'
import { focusWindow, openWindow, windowOptions } from '../../electron/main/window.ts'
import { readWindowState } from '../../electron/main/window-state.ts'

vi.mock('electron', async () => (await import('./electron-double.ts')).electronDouble())

const folder = mkdtempSync(join(tmpdir(), 'toril-window-'))
const stateFile = join(folder, 'desktop', 'window.json')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const open = (mayClose = () => true) => openWindow({ stateFile, mayClose })

describe('the window', () => {
  test('is isolated, sandboxed and without Node', () => {
    const { webPreferences } = windowOptions({ width: 1440, height: 900, maximized: false })
    expect(webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
    })
    // A sandboxed preload has to be CommonJS.
    expect(webPreferences?.preload).toMatch(/preload[/\\]index\.cjs$/)
  })

  test('loads the panel and is shown when it is ready', async () => {
    const window = await open()
    expect(window.loadURL).toHaveBeenCalledWith('app://toril/')
    expect(window.show).not.toHaveBeenCalled()
    window.emit('ready-to-show')
    expect(window.show).toHaveBeenCalled()
  })

  test('opens with the screen that is asked for', async () => {
    const window = await openWindow({ stateFile, mayClose: () => true, path: '/enqueue' })
    expect(window.loadURL).toHaveBeenCalledWith('app://toril/enqueue')
    const developed = await openWindow({
      stateFile,
      mayClose: () => true,
      path: '/enqueue',
      developmentUrl: 'http://localhost:5173',
    })
    expect(developed.loadURL).toHaveBeenCalledWith('http://localhost:5173/enqueue')
  })

  test('shows a screen in the window that is there, and opens one where none is', async () => {
    const opened: string[] = []
    showScreen('/preferences', (path) => opened.push(path))
    expect(opened).toEqual(['/preferences'])
    const window = await open()
    vi.spyOn(BrowserWindow, 'getAllWindows').mockReturnValueOnce([window])
    showScreen('/enqueue', (path) => opened.push(path))
    expect(opened).toHaveLength(1)
    expect(window.webContents.send).toHaveBeenCalledWith('toril:go', '/enqueue')
  })

  test('loads a page whose process died again, and asks when that one dies too', async () => {
    const window = await open()
    const { reload } = window.webContents
    const die = (reason: string) => window.webContents.emit('render-process-gone', {}, { reason, exitCode: 1 })
    die('clean-exit')
    expect(reload).not.toHaveBeenCalled()
    die('crashed')
    expect(reload).toHaveBeenCalledTimes(1)
    expect(dialog.showMessageBox).not.toHaveBeenCalled()

    die('oom')
    const [, question] = vi.mocked(dialog.showMessageBox).mock.calls[0] as unknown as [unknown, { detail: string }]
    expect(question.detail).toBe('Its process ended (oom). Jobs go on as they are.')
    await vi.mocked(dialog.showMessageBox).mock.results[0]?.value
    expect(reload).toHaveBeenCalledTimes(1)
    vi.mocked(dialog.showMessageBox).mockResolvedValueOnce({ response: 0, checkboxChecked: false })
    die('crashed')
    await vi.waitFor(() => expect(reload).toHaveBeenCalledTimes(2))
  })

  test('comes back where it was', async () => {
    const window = await open()
    window.emit('close', { preventDefault: vi.fn() })
    expect(JSON.parse(readFileSync(stateFile, 'utf8'))).toEqual({
      x: 30,
      y: 40,
      width: 1200,
      height: 800,
      maximized: true,
    })
    const again = (await open()) as unknown as { options: object; maximize: unknown }
    expect(again.options).toMatchObject({ x: 30, y: 40, width: 1200, height: 800 })
    expect(again.maximize).toHaveBeenCalled()
  })

  test('stays open when it may not close', async () => {
    const window = await open(() => false)
    const event = { preventDefault: vi.fn() }
    window.emit('close', event)
    expect(event.preventDefault).toHaveBeenCalled()
  })

  test('comes to the front, also from the dock', () => {
    const window = new BrowserWindow()
    focusWindow(window)
    expect(window.restore).toHaveBeenCalled()
    expect(window.focus).toHaveBeenCalled()
  })
})

describe('the place of the window', () => {
  const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
  const stored = (content: unknown) => {
    const file = join(folder, 'stored.json')
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
    return readWindowState(file, screens)
  }

  test('is the default when there is no file, or a broken one', () => {
    const normal = { width: 1440, height: 900, maximized: false }
    expect(existsSync(join(folder, 'none.json'))).toBe(false)
    expect(readWindowState(join(folder, 'none.json'), screens)).toEqual(normal)
    expect(stored('{"width": 12')).toEqual(normal)
    expect(stored({ width: 'wide', height: 1 })).toEqual(normal)
  })

  test('is dropped when its screen is gone', () => {
    expect(stored({ x: 2500, y: 0, width: 1200, height: 800 })).toEqual({ width: 1200, height: 800, maximized: false })
    expect(stored({ x: 1700, y: 0, width: 1200, height: 800 })).toMatchObject({ x: 1700, y: 0 })
  })

  test('is never smaller than the panel can be', () => {
    expect(stored({ width: 10, height: 10 })).toMatchObject({ width: 1024, height: 700 })
  })
})

describe('a page that wants to go elsewhere', () => {
  beforeEach(() => vi.mocked(shell.openExternal).mockClear())

  const navigate = async (event: string, url: string) => {
    const window = await open()
    const details = { preventDefault: vi.fn(), url }
    window.webContents.emit(event, details)
    return details.preventDefault
  }

  test.each(['will-navigate', 'will-redirect'])('is held back on %s', async (event) => {
    for (const url of [
      'http://example.com/',
      'file:///etc/passwd',
      'app://other/',
      'javascript:alert(1)',
      'nonsense',
    ]) {
      expect(await navigate(event, url), url).toHaveBeenCalled()
    }
    expect(shell.openExternal).not.toHaveBeenCalled()
    expect(await navigate(event, 'app://toril/jobs')).not.toHaveBeenCalled()
  })

  test('sees an https link open in the browser instead', async () => {
    expect(await navigate('will-navigate', 'https://example.com/docs')).toHaveBeenCalled()
    expect(shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://example.com/docs')
  })

  test('gets no second window and no embedded page', async () => {
    const window = await open()
    const handler = vi.mocked(window.webContents.setWindowOpenHandler).mock.calls[0]?.[0]
    type Details = Parameters<Parameters<WebContents['setWindowOpenHandler']>[0]>[0]
    const details = (url: string) => ({ url }) as Details
    expect(handler?.(details('https://example.com/'))).toEqual({ action: 'deny' })
    expect(handler?.(details('smb://server/share'))).toEqual({ action: 'deny' })
    expect(shell.openExternal).toHaveBeenCalledExactlyOnceWith('https://example.com/')
    const attach = { preventDefault: vi.fn() }
    window.webContents.emit('will-attach-webview', attach)
    expect(attach.preventDefault).toHaveBeenCalled()
  })

  test('is refused camera, location and devices', async () => {
    const { session } = (await open()).webContents
    const request = vi.mocked(session.setPermissionRequestHandler).mock.calls[0]?.[0]
    const check = vi.mocked(session.setPermissionCheckHandler).mock.calls[0]?.[0] as (
      contents: null,
      permission: string,
    ) => boolean
    for (const permission of ['media', 'geolocation', 'openExternal', 'hid'] as const) {
      const answer = vi.fn()
      request?.(null as unknown as WebContents, permission as 'media', answer, {} as never)
      expect(answer, permission).toHaveBeenCalledWith(false)
      expect(check(null, permission), permission).toBe(false)
    }
    expect(vi.mocked(session.setDevicePermissionHandler).mock.calls[0]?.[0]?.({} as never)).toBe(false)
  })
})
