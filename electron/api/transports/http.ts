import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TorilError } from '../../contract/errors.ts'
import type { Runner } from '../../runner/runner.ts'
import { logToStandardError, type Log } from '../context.ts'
import { coerceError, wireError } from '../errors.ts'
import { createMetrics } from '../http/metrics.ts'
import { createOriginCheck, isLoopback } from '../http/origin.ts'
import { securityHeaders } from '../http/page.ts'
import { createPanelDoor } from '../http/panel.ts'
import { problemOf, sendProblem } from '../http/problem.ts'
import { createReferenceDoor } from '../http/reference.ts'
import { createRestDoor } from '../http/rest.ts'
import { apiPrefix } from '../http/routes.ts'
import { createSession } from '../http/session.ts'
import { createOpenApiDocument } from '../openapi/document.ts'
import { createRouter } from '../router/create-router.ts'
import { createRpcHandler } from './rpc-socket.ts'
import { createWebSocketDoor } from './web-socket.ts'

export interface HttpOptions {
  runner: Runner
  host: string
  /** 0 for any free one. */
  port: number
  token: string
  /** Whether the user chose the token: only then may the runner listen beyond this machine. */
  tokenIsGiven: boolean
  version: string
  /** The built panel; left out, a page says that it is not built. */
  panelDir?: string
  /** Scalar's bundle for the reference page. */
  referenceFile?: string
  log?: Log
}

export interface HttpServer {
  /** `http://host:port`, as another program on this machine reaches it. */
  url: string
  port: number
  /** Ends streams and sockets, then resolves. */
  close(): Promise<void>
}

/**
 * Serves REST, WebSocket, the panel, `/health` and `/metrics` on one port. Rejects with one clear
 * TorilError when the port or host cannot be had.
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { runner, host, token, version, log = logToStandardError } = options
  if (!isLoopback(host) && !options.tokenIsGiven) {
    const message = `TORIL_HOST ${host} can be reached from other machines. Set TORIL_TOKEN to a token of your own first.`
    throw new TorilError('FORBIDDEN', message)
  }
  const router = createRouter(runner)
  const checkOrigin = createOriginCheck(host)
  const session = createSession(token, () => portOf(server))
  const rest = createRestDoor(router, log)
  const panel = createPanelDoor(options.panelDir, session)
  const reference = createReferenceDoor(options.referenceFile)
  const metrics = createMetrics(runner)
  const sockets = createWebSocketDoor(createRpcHandler(router, log), log)
  const document = JSON.stringify(await createOpenApiDocument(version))

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET' } = request
    checkOrigin(request.headers, method)
    const url = urlOf(request)
    const path = url.pathname
    if (path === '/health') return sendHealth(response, runner, version)
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
  }

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
    answer(request, response).catch((error: unknown) => sendProblem(response, coerceError(error, ['http'], log)))
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    try {
      checkOrigin(request.headers, 'UPGRADE')
      const url = urlOf(request)
      if (url.pathname !== '/ws') throw wireError('NOT_FOUND', 'WebSocket connections go to /ws.')
      const given = url.searchParams.get('token')
      if (!(given === null ? session.allows(request) : session.isToken(given))) throw unauthorized(request)
      sockets.accept(request, socket, head)
    } catch (error) {
      refuse(socket, error, log)
    }
  })
  server.on('clientError', (_error, socket) => {
    if (socket.writable) refuse(socket, wireError('INVALID_REQUEST', 'The request is not valid HTTP.'), log)
  })
  await listen(server, host, options.port)
  const port = portOf(server)
  return {
    port,
    url: `http://${reachable(host)}:${port}`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await sockets.close()
      // What still runs is a stream, or an answer that nobody may wait for any more.
      server.closeAllConnections()
      await closed
    },
  }
}

function unauthorized({ headers }: IncomingMessage) {
  const hint = headers.authorization === undefined ? 'The token is missing' : 'The token is wrong'
  return wireError('UNAUTHORIZED', `${hint}. Send Authorization: Bearer with the token that toril serve printed.`)
}

function notHere(response: ServerResponse, path: string, isRead: boolean) {
  if (isRead) return wireError('NOT_FOUND', `There is no ${path}.`)
  response.setHeader('allow', 'GET, HEAD')
  return wireError('METHOD_NOT_ALLOWED', `Only GET is allowed on ${path}.`)
}

function urlOf(request: IncomingMessage): URL {
  // Not resolved against a base: a target such as `//evil` would then name another host.
  const target = `http://toril${request.url ?? '/'}`
  if (!URL.canParse(target)) throw wireError('INVALID_REQUEST', 'The address of the request is malformed.')
  return new URL(target)
}

async function sendHealth(response: ServerResponse, runner: Runner, version: string): Promise<void> {
  const { ready, reasons, queue, database } = await runner.health()
  send(response, 'application/json', JSON.stringify({ ready, reasons, queue, database, version }), ready ? 200 : 503)
}

function send(response: ServerResponse, type: string, body: string, status = 200): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': type, 'content-length': length, 'cache-control': 'no-store' })
  response.end(body)
}

/** Answers on a bare socket, where Node made no response. */
function refuse(socket: Duplex, error: unknown, log: Log): void {
  const problem = problemOf(coerceError(error, ['http'], log))
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen({ host, port }, resolve)
  })
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): TorilError {
  const messages: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is in use. Stop what uses it, or set TORIL_PORT to another port, 0 for any free one.`,
    EACCES: `Port ${port} may not be used by this user. Set TORIL_PORT to a port above 1023.`,
    EADDRNOTAVAIL: `TORIL_HOST ${host} is not an address of this machine.`,
    ENOTFOUND: `TORIL_HOST ${host} is not a name that can be resolved.`,
  }
  const message = messages[error.code ?? ''] ?? `Toril cannot listen on ${host}:${port}: ${error.message}.`
  return new TorilError('UNAVAILABLE', message, { cause: error })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
