import { BrowserWindow } from 'electron'
import { goChannel } from '../preload/channels.ts'

/** Shows a screen of the panel, given as its path. On macOS the app may have no window left: then `open` makes one. */
export function showScreen(path: string, open: (path: string) => void): void {
  const [window] = BrowserWindow.getAllWindows()
  if (window === undefined) open(path)
  else window.webContents.send(goChannel, path)
}
