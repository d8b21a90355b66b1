import { EventEmitter } from 'node:events'
import { vi } from 'vitest'

/** What the shell uses of Electron, recording. `vi.mock('electron', electronDouble)` puts it in place. */
export function electronDouble() {
  class MessagePortMain extends EventEmitter {
    close = () => this.emit('close')
  }
  class MessageChannelMain {
    readonly port1 = new MessagePortMain()
    readonly port2 = new MessagePortMain()
  }
  class BrowserWindow extends EventEmitter {
    static readonly opened: BrowserWindow[] = []
    static getAllWindows = (): BrowserWindow[] => []
    readonly webContents = Object.assign(new EventEmitter(), {
      session: {
        setPermissionRequestHandler: vi.fn(),
        setPermissionCheckHandler: vi.fn(),
        setDevicePermissionHandler: vi.fn(),
      },
      setWindowOpenHandler: vi.fn(),
      send: vi.fn(),
      reload: vi.fn(),
    })
    readonly options: Electron.BrowserWindowConstructorOptions
    readonly loadURL = vi.fn(() => Promise.resolve())
    readonly show = vi.fn()
    readonly focus = vi.fn()
    readonly restore = vi.fn()
    readonly maximize = vi.fn()
    isMinimized = () => true
    isMaximized = () => true
    isDestroyed = () => false
    getNormalBounds = () => ({ x: 30, y: 40, width: 1200, height: 800 })
    constructor(options: Electron.BrowserWindowConstructorOptions) {
      super()
      this.options = options
      BrowserWindow.opened.push(this)
    }
  }
  return {
    app: { name: 'Toril' },
    BrowserWindow,
    MessageChannelMain,
    dialog: { showMessageBox: vi.fn(() => Promise.resolve({ response: 1 })), showErrorBox: vi.fn() },
    ipcMain: new EventEmitter(),
    screen: { getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }] },
    shell: { openExternal: vi.fn(() => Promise.resolve()) },
  }
}
