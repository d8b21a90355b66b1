import { join } from 'node:path'
import { app, BrowserWindow, Menu, protocol, safeStorage, shell } from 'electron'
import { dataDirOf, prepareDataDir } from '../api/data-dir.ts'
import { describeError } from '../api/errors.ts'
import { locatePanel } from '../api/locate-files.ts'
import { createPortServer } from '../api/transports/message-port.ts'
import { openRunner, type OpenRunner } from '../api/open-runner.ts'
import { readVersion } from '../api/version.ts'
import { readEnvironment } from '../runner/environment.ts'
import { longestGraceMs } from '../runner/stop-grace.ts'
import { menuTemplate } from './menu.ts'
import { createPanelHandler, panelScheme } from './panel-protocol.ts'
import { servePorts } from './port-server.ts'
import { createQuitFlow } from './quit-flow.ts'
import { askAboutRunningJobs } from './quit-question.ts'
import { createSafeStorageBox, noKeychainNotice } from './safe-storage-box.ts'
import { showScreen } from './show-screen.ts'
import { togglePause } from './toggle-pause.ts'
import { checkForUpdates } from './updates.ts'
import { focusWindow, openWindow } from './window.ts'

/** Address of Vite's server, which electron-vite names while developing; an installed app heeds no such thing. */
function developmentUrlOf(): string | undefined {
  return app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL']
}

/** What must be settled before Electron is ready: whether this is the first start, and where it keeps its files. */
export function prepareApp(): { dataDir: string } | undefined {
  const dataDir = dataDirOf(readEnvironment(process.env))
  prepareDataDir(dataDir)
  // Beside the runner's own files: one app for each data folder, and one folder to remove.
  app.setPath('userData', join(dataDir, 'desktop'))
  app.enableSandbox()
  protocol.registerSchemesAsPrivileged([
    { scheme: panelScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
  return app.requestSingleInstanceLock() ? { dataDir } : undefined
}

/**
 * Composes the desktop app: window first, so that something is seen, the runner beside it. Rejects when the
 * runner does not start.
 */
export async function openDesktop(dataDir: string): Promise<OpenRunner> {
  const environment = readEnvironment(process.env)
  const developmentUrl = developmentUrlOf()
  const panelDir = locatePanel()
  if (panelDir !== undefined) protocol.handle(panelScheme, createPanelHandler(panelDir))
  else if (developmentUrl === undefined) throw new Error('The panel is not built. Run npm run build.')

  const secretBox = createSafeStorageBox(safeStorage, process.platform)
  const starting = openRunner({
    kind: 'desktop',
    dataDir,
    environment,
    version: readVersion(),
    ...(secretBox === undefined ? { noKeychain: noKeychainNotice } : { secretBox }),
    // The panel comes over its own port, so another program on 7420 need not keep the app from starting.
    anotherPort({ message }) {
      console.error(`${message} Using any free port instead.`)
      return true
    },
  })
  servePorts(
    starting.then(({ runner }) => createPortServer(runner)),
    developmentUrl,
  )
  let desktop = undefined as OpenRunner | undefined

  const quitFlow = createQuitFlow({
    activeCount: () => desktop?.runner.activeCount() ?? 0,
    ask: (active) =>
      askAboutRunningJobs(
        BrowserWindow.getAllWindows()[0],
        active,
        desktop?.runner.preferences.current().cancel.graceMs ?? 0,
      ),
    // A start that is still under way is let finish first: only then is there something to stop.
    stop: (wait) => starting.then(({ stop }) => stop(wait ? longestGraceMs : undefined)),
    exit: (code) => app.exit(code),
  })
  app.on('before-quit', (event) => quitFlow.onBeforeQuit(event))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => quitFlow.stopNow())

  const open = (path = '/') =>
    openWindow({
      path,
      stateFile: join(dataDir, 'desktop', 'window.json'),
      ...(developmentUrl === undefined ? {} : { developmentUrl }),
      mayClose: () => {
        // On macOS an app outlives its windows; elsewhere closing the last one means quitting, which may ask.
        if (process.platform === 'darwin' || quitFlow.ending) return true
        app.quit()
        return false
      },
    })
  const reopen = () => {
    const [window] = BrowserWindow.getAllWindows()
    if (window === undefined) open().catch(reportWindow)
    else focusWindow(window)
  }
  app.on('second-instance', reopen)
  app.on('activate', reopen)
  // Without a listener Electron would quit on its own when the last window is gone.
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  const go = (path: string) => showScreen(path, (screen) => void open(screen).catch(reportWindow))
  const actions = { ...menuActions(dataDir, starting), go }
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, process.platform)))
  open().catch(reportWindow)

  desktop = await starting
  console.error(`Toril is ready at ${desktop.url}.`)
  checkForUpdates(app.isPackaged, process.resourcesPath).catch((error: unknown) =>
    console.error(`Could not look for updates: ${describeError(error)}`),
  )
  return desktop
}

function menuActions(dataDir: string, starting: Promise<OpenRunner>) {
  return {
    togglePause: () => void togglePause(starting),
    openDataFolder: () => {
      shell
        .openPath(dataDir)
        .catch((error: unknown) => console.error(`Could not open the data folder: ${describeError(error)}`))
    },
    quit: () => app.quit(),
  }
}

function reportWindow(error: unknown): void {
  console.error(`The window could not be shown: ${describeError(error)}`)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
