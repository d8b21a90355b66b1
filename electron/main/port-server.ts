import { ipcMain, MessageChannelMain, type MessagePortMain } from 'electron'
import { portChannel } from '../preload/channels.ts'
import { isTrustedPage } from './trusted-page.ts'

/**
 * Gives every panel that asks a MessagePort of its own with the api at the other end. A page that asks
 * while the runner is still starting gets its port when `serve` is ready.
 */
export function servePorts(serve: Promise<(port: MessagePortMain) => void>, developmentUrl?: string): void {
  ipcMain.on(portChannel, (event) => {
    if (!isTrustedPage(event, developmentUrl)) {
      console.error(`Refused a port to ${event.senderFrame?.url ?? 'a page that is gone'}.`)
      return
    }
    const { senderFrame } = event
    serve.then(
      (serveOn) => {
        const { port1, port2 } = new MessageChannelMain()
        serveOn(port1)
        // The page may have been left or reloaded meanwhile; then nobody waits for the port.
        if (senderFrame === null || senderFrame.isDestroyed()) port1.close()
        else senderFrame.postMessage(portChannel, null, [port2])
      },
      () => {
        // The runner did not start; that is shown in a dialog of its own.
      },
    )
  })
}
