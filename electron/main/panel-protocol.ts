import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'

export const panelScheme = 'app'
export const panelHost = 'toril'
export const panelOrigin = `${panelScheme}://${panelHost}`

/**
 * Only the panel's own files run, and they talk to nobody: the api comes over a MessagePort.
 * Inline styles are what the component library needs; they cannot run code.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

/**
 * Answers `app://toril/…` from the folder of the built panel and from nowhere else. A path without an
 * extension is a route of the panel, so it gets index.html.
 */
export function createPanelHandler(folder: string): (request: Request) => Promise<Response> {
  const root = resolve(folder)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405)
    const file = fileOf(new URL(request.url), root)
    if (file === undefined) return plain(404)
    const body = await readFile(file).catch(() => undefined)
    if (body === undefined) return plain(404)
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), {
      headers: {
        'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-cache',
      },
    })
  }
}

/** The file a URL means, or undefined when it lies outside the folder or makes no sense. */
function fileOf(url: URL, root: string): string | undefined {
  if (url.host !== panelHost) return undefined
  let path: string
  try {
    path = decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
  if (path.includes('\0')) return undefined
  // The URL parser has removed plain `..`; encoded slashes and backslashes reach us and are judged here.
  const file = resolve(join(root, path))
  if (file !== root && !file.startsWith(root + sep)) return undefined
  return extname(file) === '' || file === root ? join(root, 'index.html') : file
}

function plain(status: 404 | 405): Response {
  return new Response(status === 404 ? 'Not found' : 'Method not allowed', {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-security-policy': contentSecurityPolicy },
  })
}
