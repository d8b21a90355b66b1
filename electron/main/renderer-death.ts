import { dialog, type BrowserWindow } from 'electron'

const answers = ['Load it again', 'Leave it']

/**
 * A page whose process has died stays blank for ever. It is loaded again once unasked; when that page dies too,
 * it is said, because a page that crashes at once would go on for ever. The runner and its jobs are not concerned.
 */
export function reloadAfterDeath(window: BrowserWindow): void {
  let deaths = 0
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    deaths += 1
    console.error(`The panel's process ended (${reason}).`)
    if (deaths === 1) return window.webContents.reload()
    ask(window, reason).catch((error: unknown) => console.error('Could not ask about the panel:', error))
  })
}

async function ask(window: BrowserWindow, reason: string): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    title: 'Toril',
    message: 'The panel stopped again.',
    detail: `Its process ended (${reason}). Jobs go on as they are.`,
    buttons: answers,
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  })
  if (response === 0 && !window.isDestroyed()) window.webContents.reload()
}
