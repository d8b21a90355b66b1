import type { ClientContext, ClientLink } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'

/** One open line to the runner. */
export interface Line {
  link: ClientLink<ClientContext>
  /** Resolves when the line is gone, whoever closed it. */
  closed: Promise<void>
  close(): void
}

export interface Transport {
  readonly kind: 'electron' | 'browser'
  /** Resolves when the line can carry calls; rejects when it cannot be had. */
  open(signal: AbortSignal): Promise<Line>
}

/** What the preload leaves in the window of the desktop app. */
export interface TorilBridge {
  platform: string
  shell: 'electron'
}

declare global {
  interface Window {
    readonly toril?: TorilBridge
  }
}

/** In the desktop app the preload hands over a port to the main process, each time it is asked. */
export function createPortTransport(target: Window): Transport {
  return {
    kind: 'electron',
    open: (signal) =>
      new Promise((resolve, reject) => {
        const onMessage = (event: MessageEvent<unknown>): void => {
          const port = event.ports[0]
          if (!isPortMessage(event.data) || port === undefined) return
          stopWaiting()
          const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>()
          port.addEventListener('close', () => onClosed())
          port.start()
          resolve({
            link: new PortLink({ port }),
            closed,
            close: () => {
              port.close()
              onClosed()
            },
          })
        }
        const onTimeout = (): void => {
          stopWaiting()
          reject(new Error('The app did not answer.'))
        }
        const timer = setTimeout(onTimeout, 10_000)
        const onAbort = (): void => {
          stopWaiting()
          reject(new Error('Stopped.'))
        }
        const stopWaiting = (): void => {
          clearTimeout(timer)
          target.removeEventListener('message', onMessage)
          signal.removeEventListener('abort', onAbort)
        }
        target.addEventListener('message', onMessage)
        signal.addEventListener('abort', onAbort)
        target.postMessage({ toril: 'port-please' }, '*')
      }),
  }
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'toril' in data && data.toril === 'port'
}

/** In the browser a WebSocket to the host the panel came from; the session cookie lets it in. */
export function createSocketTransport(url: string): Transport {
  return {
    kind: 'browser',
    open: (signal) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(url)
        socket.binaryType = 'arraybuffer'
        const { promise: closed, resolve: onClosed } = Promise.withResolvers<void>()
        const onAbort = (): void => socket.close()
        signal.addEventListener('abort', onAbort)
        socket.addEventListener('open', () => {
          resolve({ link: new SocketLink({ websocket: socket }), closed, close: () => socket.close() })
        })
        socket.addEventListener('close', () => {
          signal.removeEventListener('abort', onAbort)
          onClosed()
          // After `open` this rejection is of a promise long settled, so it does nothing.
          reject(new Error('The runner cannot be reached.'))
        })
      }),
  }
}

export function createTransport(target: Window): Transport {
  if (target.toril?.shell === 'electron') return createPortTransport(target)
  const protocol = target.location.protocol === 'https:' ? 'wss' : 'ws'
  return createSocketTransport(`${protocol}://${target.location.host}/ws`)
}
