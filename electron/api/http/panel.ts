import { existsSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'
import sirv from 'sirv'
import { wireError } from '../errors.ts'
import { sendProblem } from './problem.ts'
import { sendPage, sendTokenPage } from './page.ts'
import type { Session } from './session.ts'

/** Serves the built panel; a path without an extension is one of its views. */
export type PanelDoor = (request: IncomingMessage, response: ServerResponse, url: URL) => void

/** `folder` holds the built panel with its index.html; where it is missing a page says so. */
export function createPanelDoor(folder: string | undefined, session: Session): PanelDoor {
  const built = folder !== undefined && existsSync(join(folder, 'index.html'))
  const files = built
    ? sirv(folder, {
        etag: true,
        setHeaders(response, path) {
          // The bundler names what is in assets/ by its content, so it never changes.
          const kept = path.startsWith('/assets/')
          response.setHeader('cache-control', kept ? 'public, max-age=31536000, immutable' : 'no-cache')
        },
      })
    : undefined

  return (request, response, url) => {
    const { pathname } = url
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      throw wireError('METHOD_NOT_ALLOWED', `${request.method ?? ''} is not allowed here. Use GET or HEAD.`)
    }
    const token = url.searchParams.get('token')
    if (token !== null) {
      if (!session.isToken(token.trim())) return sendTokenPage(response, pathname, true)
      url.searchParams.delete('token')
      // One slash at the start: `//name` would send the browser to another host.
      return session.signIn(response, `/${pathname.replace(/^\/+/, '')}${url.search}`)
    }
    const sendView = () => {
      if (!session.allows(request)) return sendTokenPage(response, pathname, false)
      if (files === undefined) {
        const body = '<p>The api answers, but the panel is not built. Run <code>npm run build</code>.</p>'
        return sendPage(response, 503, 'The panel is not built', body)
      }
      request.url = '/index.html'
      files(request, response)
    }
    // A file that vanished since the start, e.g. while a new build replaces it, must not end the runner.
    response.once('pipe', (source) => source.once('error', () => response.destroy()))
    // The files hold no data and are open; index.html stands for the panel, so it wants the token.
    if (files === undefined || pathname === '/' || pathname === '/index.html') return sendView()
    files(request, response, () => {
      // Whatever a browser opens that is no file is a view of the panel: a job's id may hold a dot.
      const opens = request.headers.accept?.includes('text/html') === true || extname(pathname) === ''
      if (opens && !pathname.startsWith('/assets/')) return sendView()
      sendProblem(response, wireError('NOT_FOUND', `There is no ${pathname}.`))
    })
  }
}
