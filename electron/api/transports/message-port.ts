import type { Runner } from '../../runner/runner.ts'
import { logToStandardError, type Log } from '../context.ts'
import { createRouter } from '../router/create-router.ts'
import { createRpcHandler } from './rpc-socket.ts'

/** What Node's MessagePort and Electron's MessagePortMain have in common. */
export interface PortLike {
  postMessage(message: unknown): void
  on(event: 'message' | 'close', listener: (message?: unknown) => void): unknown
  start(): void
}

/**
 * Answers the function that serves the api on one port, for a client with oRPC's `RPCLink` of
 * `@orpc/client/message-port`. Both sides must call `start()`; this side does it here.
 */
export function createPortServer(runner: Runner, log: Log = logToStandardError): (port: PortLike) => void {
  const handle = createRpcHandler(createRouter(runner), log)
  return (port) => {
    const socket = {
      send: (data: unknown) => {
        port.postMessage(data)
        return Promise.resolve()
      },
    }
    const peer = handle(socket, { by: 'panel' })
    port.on('message', (message) => {
      // Node hands over the data itself, Electron an event that holds it.
      const data = typeof message === 'object' && message !== null && 'data' in message ? message.data : message
      if (typeof data === 'string') peer.receive(data)
      else if (data instanceof ArrayBuffer) peer.receive(data)
      else if (ArrayBuffer.isView(data)) peer.receive(Uint8Array.from(bytesOf(data)).buffer)
      else log('A message on a port was neither text nor bytes, and was left.')
    })
    port.on('close', () => peer.close())
    port.start()
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
