import { RPCHandler } from '@orpc/server/websocket'
import type { ApiContext, Log } from '../context.ts'
import { coerceDecoding, coerceErrors } from '../interceptors.ts'
import type { ApiRouter } from '../router/create-router.ts'

/** Either end of a channel of messages: a WebSocket or a MessagePort, behind one shape. */
export interface RpcSocket {
  /** Resolves when more may be sent: oRPC waits for it between the messages of a stream. */
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): Promise<void>
}

export interface RpcPeer {
  /** A message from the other end. A malformed one is logged, never thrown. */
  receive(data: string | ArrayBuffer): void
  /** The other end is gone: aborts its calls and ends its streams. */
  close(): void
}

/** The api in oRPC's own wire format; one for all sockets of a process. */
export function createRpcHandler(router: ApiRouter, log: Log) {
  const handler = new RPCHandler(router, {
    clientInterceptors: [coerceErrors(log)],
    interceptors: [coerceDecoding],
  })
  return (socket: RpcSocket, context: ApiContext): RpcPeer => {
    const peer = { send: (data: Parameters<RpcSocket['send']>[0]) => socket.send(data), addEventListener: () => {} }
    return {
      receive(data) {
        handler.message(peer, data, { context }).catch((error: unknown) => {
          log(`A message of the ${context.by} could not be handled: ${error instanceof Error ? error.message : ''}`)
        })
      },
      close() {
        handler.close(peer)
      },
    }
  }
}

export type RpcHandler = ReturnType<typeof createRpcHandler>
