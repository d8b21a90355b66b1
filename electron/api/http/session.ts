import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { wireError, type WireError } from '../errors.ts'

export interface Session {
  /** Whether the request carries the token: as bearer, or in the cookie that `signIn` set. */
  allows(request: IncomingMessage): boolean
  isToken(candidate: string): boolean
  /** Sets the cookie and sends the browser to `path`, which no longer shows the token. */
  signIn(response: ServerResponse, path: string): void
}

/**
 * The token, and the cookie that stands for it in a browser. Cookies are shared by all ports of a host,
 * so the cookie's name holds the port: two runners on one machine do not sign each other out.
 */
export function createSession(token: string, port: () => number): Session {
  const expected = digest(token)
  const isToken = (candidate: string) => timingSafeEqual(digest(candidate), expected)
  const cookieName = () => `toril-${port()}`

  return {
    isToken,
    allows(request) {
      const bearer = /^Bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')?.[1]
      // A wrong bearer is an error even beside a good cookie: the caller meant it.
      if (request.headers.authorization !== undefined) return bearer !== undefined && isToken(bearer)
      const cookie = readCookie(request.headers.cookie ?? '', cookieName())
      return cookie !== undefined && isToken(cookie)
    },
    signIn(response, path) {
      response.writeHead(303, {
        location: path,
        'set-cookie': `${cookieName()}=${encodeURIComponent(token)}; Path=/; HttpOnly; SameSite=Strict`,
        'cache-control': 'no-store',
      })
      response.end()
    },
  }
}

export function unauthorized({ headers }: IncomingMessage): WireError {
  const hint = headers.authorization === undefined ? 'The token is missing' : 'The token is wrong'
  return wireError('UNAUTHORIZED', `${hint}. Send Authorization: Bearer with the token that toril serve printed.`)
}

/** Digests have one length, so comparing them tells nothing, not even how long the token is. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function readCookie(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key, ...rest] = pair.split('=')
    if (key?.trim() !== name) continue
    try {
      return decodeURIComponent(rest.join('=').trim())
    } catch {
      return undefined
    }
  }
  return undefined
}
