/**
 * A small stand-in for the `electron` module over Debian's Chromium, so that the real built main process
 * and preload can be run where Electron's binary cannot be had.
 *
 * It does NOT prove: the sandbox and context isolation (the preload runs in the page's own world), fuses,
 * loading from an asar, the ABI of Electron's Node, real menus and accelerators, the tray, updates, window
 * chrome, the single-instance lock, permission prompts, and that `app://` is a real scheme (the page is
 * `https://toril`, whose requests all go to the protocol's handler). test/electron covers those.
 */
import { EventEmitter } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions, MessageBoxOptions } from 'electron'
import { chromium, type BrowserContext, type Page } from '@playwright/test'
import { onCommand, report } from './control.ts'
import { MessageChannelMain, type MessagePortMain } from './message-channel.ts'
import { pageBridge, type FromPage } from './page-bridge.ts'

export { MessageChannelMain }

const browserFolder = mkdtempSync(join(tmpdir(), 'toril-stand-in-'))
const browsers: BrowserContext[] = []
const windows: BrowserWindow[] = []
const handlers = new Map<string, (request: Request) => Promise<Response>>()

export const protocol = {
  registerSchemesAsPrivileged: () => undefined,
  handle: (scheme: string, handler: (request: Request) => Promise<Response>) => void handlers.set(scheme, handler),
}
export const ipcMain = new EventEmitter()
export const shell = { openExternal: () => Promise.resolve(), openPath: () => Promise.resolve('') }
/** As on a Linux without a keyring. */
export const safeStorage = { isEncryptionAvailable: () => false }
export const screen = { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] }

/** Emits an event that a listener may prevent; answers whether nobody did. */
function allowed(emitter: EventEmitter, name: string): boolean {
  let prevented = false
  emitter.emit(name, { preventDefault: () => (prevented = true) })
  return !prevented
}

class App extends EventEmitter {
  readonly isPackaged = false
  readonly name = 'Toril'
  requestSingleInstanceLock = () => true
  whenReady = () => Promise.resolve()
  setPath = () => undefined
  enableSandbox = () => undefined
  disableHardwareAcceleration = () => undefined
  quit = () => {
    if (allowed(this, 'before-quit')) this.exit(0)
  }
  exit = (code: number) =>
    void Promise.allSettled(browsers.map((browser) => browser.close())).then(() => {
      rmSync(browserFolder, { recursive: true, force: true, maxRetries: 5 })
      process.exit(code)
    })
}
export const app = new App()

class Frame {
  readonly #page: Page
  readonly #ports = new Map<number, MessagePortMain>()
  #nextPort = 1
  constructor(page: Page) {
    this.#page = page
    page.on('domcontentloaded', () => this.#closePorts())
  }
  get url(): string {
    return this.#page.url().replace('https://', 'app://')
  }
  isDestroyed = () => this.#page.isClosed()

  postMessage(channel: string, message: unknown, ports: MessagePortMain[] = []): void {
    const ids = ports.map((port) => {
      const id = this.#nextPort++
      this.#ports.set(id, port)
      port.on('message', ({ data }: { data: string }) =>
        this.#run(this.#page.evaluate(([to, text]) => window.standInPort(to, text), [id, data] as const)),
      )
      port.start()
      return id
    })
    const sent = [channel, message, ids] as const
    this.#run(this.#page.evaluate(([to, what, given]) => window.standInReceive(to, what, given), sent))
  }
  fromPort = (id: number, text: string) => this.#ports.get(id)?.postMessage(text)

  /** A page that has gone takes its ports along. */
  #run(sending: Promise<void>): void {
    sending.catch(() => this.#closePorts())
  }
  #closePorts(): void {
    for (const port of this.#ports.values()) port.close()
    this.#ports.clear()
  }
}

class WebContents extends EventEmitter {
  mainFrame: Frame | undefined
  readonly session = {
    setPermissionRequestHandler: () => undefined,
    setPermissionCheckHandler: () => undefined,
    setDevicePermissionHandler: () => undefined,
  }
  setWindowOpenHandler = () => undefined
  send = (channel: string, message: unknown) => this.mainFrame?.postMessage(channel, message)
  receive(message: FromPage): void {
    if (message.kind === 'port') this.mainFrame?.fromPort(message.id, message.text)
    else ipcMain.emit(message.channel, { sender: this, senderFrame: this.mainFrame })
  }
}

export class BrowserWindow extends EventEmitter {
  static getAllWindows = () => [...windows]
  readonly webContents = new WebContents()
  readonly #options: BrowserWindowConstructorOptions
  constructor(options: BrowserWindowConstructorOptions) {
    super()
    this.#options = options
    windows.push(this)
  }

  async loadURL(url: string): Promise<void> {
    const context = await chromium.launchPersistentContext(browserFolder, {
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--remote-debugging-port=0'],
      viewport: { width: this.#options.width ?? 800, height: this.#options.height ?? 600 },
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    browsers.push(context)
    const page = context.pages()[0] ?? (await context.newPage())
    this.webContents.mainFrame = new Frame(page)
    await page.route('https://toril/**', async (route) => {
      const { url: asked, method } = { url: route.request().url(), method: route.request().method() }
      const answer = await handlers.get('app')?.(new Request(asked.replace('https://', 'app://'), { method }))
      const body = Buffer.from((await answer?.arrayBuffer()) ?? new ArrayBuffer(0))
      await route.fulfill({ status: answer?.status ?? 404, headers: Object.fromEntries(answer?.headers ?? []), body })
    })
    await page.exposeBinding('standIn', (_source, message: FromPage) => this.webContents.receive(message))
    const preload = readFileSync(this.#options.webPreferences?.preload ?? '', 'utf8')
    await page.addInitScript(`(${pageBridge.toString()})((require, process) => {${preload}\n})`)
    await page.goto(url.replace('app://', 'https://'))
    this.emit('ready-to-show')
    const [port] = readFileSync(join(browserFolder, 'DevToolsActivePort'), 'utf8').split('\n')
    report({ kind: 'window', endpoint: `http://127.0.0.1:${port}` })
  }

  close(): void {
    if (!allowed(this, 'close')) return
    windows.splice(windows.indexOf(this), 1)
    app.emit('window-all-closed')
  }
  isDestroyed = () => !windows.includes(this)
  isMinimized = () => false
  isMaximized = () => false
  getNormalBounds = () => ({ x: 10, y: 10, width: 1440, height: 900 })
  show = () => undefined
  focus = () => report({ kind: 'focused' })
}

let answerDialog: ((button: string) => void) | undefined
export const dialog = {
  showErrorBox: (title: string, text: string) => report({ kind: 'error-box', title, text }),
  showMessageBox(_window: BrowserWindow, { message, buttons = [] }: MessageBoxOptions) {
    const { promise, resolve } = Promise.withResolvers<{ response: number }>()
    answerDialog = (button) => resolve({ response: buttons.indexOf(button) })
    report({ kind: 'dialog', message, buttons })
    return promise
  },
}

let menu: MenuItemConstructorOptions[] = []
export const Menu = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
  setApplicationMenu: (template: MenuItemConstructorOptions[]) => void (menu = template),
}

function clickMenu(label: string): void {
  const items = menu.flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
  const click = items.find((item) => item.label === label)?.click as (() => void) | undefined
  click?.()
}

onCommand((command) => {
  if (command.kind === 'answer') answerDialog?.(command.button)
  else if (command.kind === 'menu') clickMenu(command.label)
  else if (command.kind === 'quit') app.quit()
  else if (command.kind === 'close') windows[0]?.close()
  else app.emit('second-instance')
})
