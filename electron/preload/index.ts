import { contextBridge, ipcRenderer } from 'electron'
import { goChannel, portChannel, portMessage, portRequest } from './channels.ts'

/**
 * The whole bridge: a note of where the page runs, and one MessagePort to the api. No ipcRenderer
 * reaches the page, so there is nothing else that a page could call.
 */
contextBridge.exposeInMainWorld('toril', { platform: process.platform, shell: 'electron' })

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || !isPortRequest(event.data)) return
  ipcRenderer.send(portChannel)
})

ipcRenderer.on(portChannel, (event) => {
  const [port] = event.ports
  if (port !== undefined) window.postMessage({ toril: portMessage }, window.location.origin, [port])
})

// The panel's router follows the history as a browser's would, so it needs to know nothing of menus.
ipcRenderer.on(goChannel, (_event, path: unknown) => {
  if (typeof path !== 'string' || !path.startsWith('/')) return
  window.history.pushState(null, '', path)
  window.dispatchEvent(new PopStateEvent('popstate'))
})

function isPortRequest(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'toril' in data && data.toril === portRequest
}
