import { join } from 'node:path'
import { BrowserWindow, screen, type BrowserWindowConstructorOptions } from 'electron'
import { describeError } from '../api/errors.ts'
import { confineNavigation, confinePermissions } from './navigation.ts'
import { panelOrigin } from './panel-protocol.ts'
import { reloadAfterDeath } from './renderer-death.ts'
import { minimumSize, readWindowState, writeWindowState, type WindowState } from './window-state.ts'

export interface WindowSettings {
  /** File that remembers where the window was. */
  stateFile: string
  /** Address of Vite's server while developing. */
  developmentUrl?: string
  /** Asked when the user closes the window; false keeps it open. */
  mayClose(): boolean
  /** The screen it opens with, as a path of the panel; the overview unless given. */
  path?: string
}

/** The secure defaults spelt out, so that no change of Electron's defaults can loosen them. */
export function windowOptions(state: WindowState): BrowserWindowConstructorOptions {
  const { x, y, width, height } = state
  return {
    width,
    height,
    ...(x === undefined || y === undefined ? {} : { x, y }),
    minWidth: minimumSize.width,
    minHeight: minimumSize.height,
    title: 'Toril',
    // The panel leaves room for macOS's three buttons in its top bar; elsewhere the system draws the frame.
    ...(process.platform === 'darwin' ? { titleBarStyle: 'hiddenInset' as const } : {}),
    show: false,
    backgroundColor: '#131418',
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  }
}

/** Opens the panel's window. Resolves with it once the page is loaded. */
export async function openWindow(settings: WindowSettings): Promise<BrowserWindow> {
  const state = readWindowState(
    settings.stateFile,
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow(windowOptions(state))
  confinePermissions(window.webContents.session)
  reloadAfterDeath(window)
  confineNavigation(window.webContents, settings.developmentUrl)
  if (state.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', (event) => {
    remember(window, settings.stateFile)
    if (!settings.mayClose()) event.preventDefault()
  })
  await window.loadURL(new URL(settings.path ?? '/', settings.developmentUrl ?? panelOrigin).href)
  return window
}

/** Brings a window to the user, whatever state it is in. */
export function focusWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore()
  window.show()
  window.focus()
}

function remember(window: BrowserWindow, file: string): void {
  try {
    writeWindowState(file, { ...window.getNormalBounds(), maximized: window.isMaximized() })
  } catch (error) {
    console.error(`Could not remember the place of the window: ${describeError(error)}`)
  }
}
