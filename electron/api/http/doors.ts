import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Runner } from '../../runner/runner.ts'
import type { Log } from '../context.ts'
import { wireError } from '../errors.ts'
import { createRouter } from '../router/create-router.ts'
import { createRpcHandler } from '../transports/rpc-socket.ts'
import { createWebSocketDoor, type WebSocketDoor } from '../transports/web-socket.ts'
import { createMetrics } from './metrics.ts'
import { createPanelDoor } from './panel.ts'
import { createReferenceDoor } from './reference.ts'
import { createRestDoor } from './rest.ts'
import { apiPrefix } from './routes.ts'
import { send, sendHealth } from './send.ts'
import { unauthorized, type Session } from './session.ts'

export interface DoorOptions {
  session: Session
  version: string
  /** The OpenAPI document as text. */
  document: string
  panelDir?: string
  referenceFile?: string
  log: Log
}

/** What lies behind the port once there is a runner. */
export interface Doors {
  /** Answers a request whose Host and Origin are checked. Rejects with a WireError. */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>
  readonly sockets: WebSocketDoor
}

export function createDoors(runner: Runner, options: DoorOptions): Doors {
  const { session, version, document, log } = options
  const router = createRouter(runner)
  const rest = createRestDoor(router, log)
  const panel = createPanelDoor(options.panelDir, session)
  const reference = createReferenceDoor(options.referenceFile)
  const metrics = createMetrics(runner)

  return {
    sockets: createWebSocketDoor(createRpcHandler(router, log), log),
    async answer(request, response, url) {
      const { method = 'GET' } = request
      const path = url.pathname
      if (path === '/health') return sendHealth(response, await runner.health(), version)
      const isApi = path === apiPrefix || path.startsWith(`${apiPrefix}/`)
      const isReference = path === '/docs' || path.startsWith('/docs/') || path === `${apiPrefix}/docs`
      if (!isApi && !isReference && path !== '/metrics' && path !== '/ws') return panel(request, response, url)
      if (!session.allows(request)) throw unauthorized(request)
      const isRead = method === 'GET' || method === 'HEAD'
      if (isRead && path === '/metrics') return send(response, metrics.contentType, await metrics.text())
      if (isRead && path === `${apiPrefix}/openapi.json`) return send(response, 'application/json', document)
      if (isRead && isReference && (await reference.serve(response, path))) return
      if (path === '/ws') throw wireError('INVALID_REQUEST', 'This path takes WebSocket connections only.')
      if (!isApi || path === `${apiPrefix}/docs` || path === `${apiPrefix}/openapi.json`)
        throw notHere(response, path, isRead)
      await rest(request, response, path.slice(apiPrefix.length))
    },
  }
}

function notHere(response: ServerResponse, path: string, isRead: boolean) {
  if (isRead) return wireError('NOT_FOUND', `There is no ${path}.`)
  response.setHeader('allow', 'GET, HEAD')
  return wireError('METHOD_NOT_ALLOWED', `Only GET is allowed on ${path}.`)
}
