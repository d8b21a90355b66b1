import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Log } from '../context.ts'
import { maxBodyBytes } from '../http/body.ts'
import type { RpcHandler } from './rpc-socket.ts'

/** Beyond this many bytes not yet taken by a slow reader, a stream waits; the runner merges meanwhile. */
const highWaterBytes = 1024 * 1024

export interface WebSocketDoor {
  /** Takes over an upgrade that has been let in already. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): Promise<void>
}

/** The api over WebSocket, for a client with `RPCLink` of `@orpc/client/websocket`. */
export function createWebSocketDoor(handle: RpcHandler, log: Log): WebSocketDoor {
  const server = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes })

  function serve(socket: WebSocket): void {
    const peer = handle({ send: (data) => sendTo(socket, data) }, { by: 'panel' })
    socket.on('message', (data, isBinary) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
      peer.receive(isBinary ? new Uint8Array(bytes).buffer : bytes.toString('utf8'))
    })
    socket.on('error', (error) => log(`A WebSocket was closed: ${error.message}`))
    socket.on('close', () => peer.close())
  }

  return {
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, serve)
    },
    close: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.close(1001, 'The runner is stopping.')
        // A browser answers the close at once; one that does not is not waited for.
        setTimeout(() => server.clients.forEach((client) => client.terminate()), 500).unref()
        server.close(() => resolve())
      }),
  }
}

function sendTo(socket: WebSocket, data: Parameters<WebSocket['send']>[0]): Promise<void> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve()
  return new Promise((resolve) => {
    const wait = socket.bufferedAmount > highWaterBytes
    socket.send(data, () => {
      if (wait) resolve()
    })
    if (!wait) resolve()
  })
}
