import { request } from 'node:http'
import { listenHttp, type HttpOptions, type HttpServer } from '../../electron/api/transports/http.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { createRunnerDouble } from './runner-double.ts'

export const token = 'a-token-for-tests'

export interface Door extends HttpServer {
  lines: string[]
  /** Sends with the token; `headers` may take it away. */
  call(
    method: string,
    path: string,
    more?: { body?: string | Buffer; headers?: Record<string, string> },
  ): Promise<Answer>
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json: Record<string, unknown>
}

/** The HTTP door over a double on a free port. */
export async function openDoor(options: Partial<HttpOptions & { runner: Runner }> = {}): Promise<Door> {
  const { runner = createRunnerDouble(), ...rest } = options
  const door = await listenDoor(rest)
  door.open(runner)
  return door
}

/** The same before there is a runner. Not `fetch`: that one sets Host and Origin itself. */
export async function listenDoor(options: Partial<HttpOptions> = {}): Promise<Door> {
  const lines: string[] = []
  const server = await listenHttp({
    host: '127.0.0.1',
    port: 0,
    token,
    tokenIsGiven: true,
    version: '0.0.0',
    log: (line) => lines.push(line),
    ...options,
  })
  return {
    ...server,
    lines,
    call: (method, path, { body, headers } = {}) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          {
            host: '127.0.0.1',
            port: server.port,
            method,
            path,
            headers: { authorization: `Bearer ${token}`, ...headers },
          },
          (incoming) => {
            const chunks: Buffer[] = []
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
            incoming.on('end', () => {
              const text = Buffer.concat(chunks).toString()
              resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parse(text) })
            })
          },
        )
        outgoing.on('error', reject)
        outgoing.end(body)
      }),
  }
}

export const jsonHeaders = { 'content-type': 'application/json' }

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
