import { createORPCClient } from '@orpc/client'
import { RPCLink as MessagePortLink } from '@orpc/client/message-port'
import { RPCLink as WebSocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { MessageChannel } from 'node:worker_threads'
import WebSocket from 'ws'
import { createPortServer } from '../../electron/api/transports/message-port.ts'
import type { Contract } from '../../electron/contract/contract.ts'
import { createClient } from '../../electron/headless/client/create-client.ts'
import type { ApiFixture } from './api-fixture.ts'

export type Client = ContractRouterClient<Contract>

export interface ClientConnection {
  client: Client
  close(): void
}

/** One way to reach the same operations. */
export interface Transport {
  name: string
  connect(api: ApiFixture): ClientConnection
}

export const transports: Transport[] = [
  {
    name: 'REST',
    connect: ({ http, token }) => ({ client: createClient({ url: http.url, token }), close() {} }),
  },
  {
    name: 'WebSocket',
    connect({ http, token }) {
      const socket = new WebSocket(`${http.url.replace('http', 'ws')}/ws`, {
        headers: { authorization: `Bearer ${token}` },
      })
      // The link is written for the browser's WebSocket; ws has the same methods where the link uses them.
      const link = new WebSocketLink({ websocket: socket as unknown as globalThis.WebSocket })
      return { client: createORPCClient<Client>(link), close: () => socket.close() }
    },
  },
  {
    name: 'MessagePort',
    connect({ runner }) {
      const { port1, port2 } = new MessageChannel()
      createPortServer(runner)(port1)
      const link = new MessagePortLink({ port: port2 })
      port2.start()
      return { client: createORPCClient<Client>(link), close: () => port2.close() }
    },
  },
]
