import type { IncomingHttpHeaders } from 'node:http'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { wireError } from '../errors.ts'

/** Whether an address is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

/**
 * Refuses with FORBIDDEN what a foreign page could send. The Host check stops DNS rebinding: a page of
 * another name that resolves here carries that name. A bare address cannot be rebound, so a runner that
 * listens beyond loopback answers to its addresses too.
 */
export function createOriginCheck(boundHost: string): (headers: IncomingHttpHeaders, method: string) => void {
  const names = new Set(['localhost', '127.0.0.1', '::1', boundHost.toLowerCase()])
  const open = !isLoopback(boundHost)
  if (open) names.add(hostname().toLowerCase())

  return (headers, method) => {
    const name = hostnameOf(headers.host)
    if (name === undefined || !(names.has(name) || (open && isIP(name) !== 0))) {
      throw wireError('FORBIDDEN', `Toril does not answer to the host name ${headers.host ?? '(none)'}.`)
    }
    const { origin } = headers
    if (origin !== undefined) {
      if (originHost(origin) !== headers.host?.toLowerCase()) {
        throw wireError('FORBIDDEN', `Requests from the origin ${origin} are not allowed.`)
      }
      return
    }
    // Without an Origin, e.g. an image or script of another page: the browser says so in these headers.
    const site = headers['sec-fetch-site']
    const foreign = site === 'cross-site' || site === 'same-site'
    const followsLink = headers['sec-fetch-mode'] === 'navigate' && method === 'GET'
    if (foreign && !followsLink) throw wireError('FORBIDDEN', 'Requests from other pages are not allowed.')
  }
}

function hostnameOf(host: string | undefined): string | undefined {
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined
  return new URL(`http://${host}`).hostname.toLowerCase().replace(/^\[|\]$/g, '')
}

/** `host:port` of an origin as the Host header writes it; `null` and nonsense have none. */
function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host.toLowerCase() : undefined
}
