import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { TorilError } from '../../contract/errors.ts'
import type { Runner } from '../../runner/runner.ts'
import { addressOf } from '../address.ts'
import { logToStandardError, type Log } from '../context.ts'
import { coerceError, wireError } from '../errors.ts'
import { createDoors, type Doors } from '../http/doors.ts'
import { createOriginCheck, isLoopback } from '../http/origin.ts'
import { securityHeaders } from '../http/page.ts'
import { problemOf, sendProblem } from '../http/problem.ts'
import { sendHealth } from '../http/send.ts'
import { createSession, unauthorized } from '../http/session.ts'
import { createOpenApiDocument } from '../openapi/document.ts'

export interface HttpOptions {
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
  /** Lets in to the runner. Until then `/health` says that Toril is starting, and all else is UNAVAILABLE. */
  open(runner: Runner): void
  /** Ends streams and sockets, then resolves. */
  close(): Promise<void>
}

/**
 * Takes one port for REST, WebSocket, the panel, `/health` and `/metrics`: before there is a runner, so that a
 * port in use keeps nothing from being as it was. Rejects with one clear TorilError when port or host cannot be had.
 */
export async function listenHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, token, version, log = logToStandardError } = options
  if (!isLoopback(host) && !options.tokenIsGiven) {
    const message = `TORIL_HOST ${host} can be reached from other machines. Set TORIL_TOKEN to a token of your own first.`
    throw new TorilError('INVALID_PREFERENCES', message)
  }
  const checkOrigin = createOriginCheck(host)
  const session = createSession(token, () => portOf(server))
  const document = JSON.stringify(await createOpenApiDocument(version))
  let doors: Doors | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    checkOrigin(request.headers, request.method ?? 'GET')
    const url = urlOf(request)
    if (doors !== undefined) return doors.answer(request, response, url)
    if (url.pathname !== '/health') throw starting()
    sendHealth(
      response,
      { ready: false, reasons: [startingText], queue: 'unreachable', database: 'unreachable' },
      version,
    )
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
      if (doors === undefined) throw starting()
      doors.sockets.accept(request, socket, head)
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
    url: addressOf(host, port),
    open(runner) {
      doors = createDoors(runner, { ...options, session, document, log })
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      await doors?.sockets.close()
      // What still runs is a stream, or an answer that nobody may wait for any more.
      server.closeAllConnections()
      await closed
    },
  }
}

const startingText = 'Toril is starting.'

function starting() {
  return wireError('UNAVAILABLE', `${startingText} Try again in a moment.`)
}

function urlOf(request: IncomingMessage): URL {
  // Not resolved against a base: a target such as `//evil` would then name another host.
  const target = `http://toril${request.url ?? '/'}`
  if (!URL.canParse(target)) throw wireError('INVALID_REQUEST', 'The address of the request is malformed.')
  return new URL(target)
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
  const isHostWrong = error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND'
  return new TorilError(isHostWrong ? 'INVALID_PREFERENCES' : 'UNAVAILABLE', message, { cause: error })
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0
}
