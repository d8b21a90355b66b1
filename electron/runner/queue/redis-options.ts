import type { RedisOptions } from 'ioredis'
import { TorilError } from '../../contract/errors.ts'

/** As the environment gives them: `url` is a host name or a redis:// / rediss:// URL. */
export interface RedisAddress {
  url: string
  port?: number
}

const defaultPort = 6379

/**
 * Reads REDIS_URL and REDIS_PORT. A port in the URL beats REDIS_PORT; a host may be a name, an IPv4 or an
 * IPv6 address, with or without brackets. User, password and database are percent-decoded.
 * Throws TorilError INVALID_PREFERENCES that never repeats a password.
 */
export function redisOptionsFrom(address: RedisAddress): RedisOptions {
  const text = address.url.trim()
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return fromUrl(text, address.port)
  return { ...hostAndPort(text, address.port) }
}

function fromUrl(text: string, port: number | undefined): RedisOptions {
  const url = parse(text)
  const secure = url.protocol === 'rediss:'
  if (!secure && url.protocol !== 'redis:') {
    throw refused(`starts with ${url.protocol}//, but must start with redis:// or rediss://`)
  }
  const host = withoutBrackets(decode(url.hostname, 'host name'))
  if (host === '') throw refused('names no host')
  const database = databaseOf(url)
  return {
    host,
    port: url.port === '' ? (port ?? defaultPort) : Number(url.port),
    ...(url.username === '' ? {} : { username: decode(url.username, 'user name') }),
    ...(url.password === '' ? {} : { password: decode(url.password, 'password') }),
    ...(database === undefined ? {} : { db: database }),
    ...(secure ? { tls: { servername: host } } : {}),
  }
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw refused('is not a valid URL. Percent-encode characters such as @ : / in user name and password')
  }
}

function databaseOf(url: URL): number | undefined {
  const text = url.pathname.replace(/^\//, '') || url.searchParams.get('db') || ''
  if (text === '') return undefined
  if (!/^\d{1,5}$/.test(text)) throw refused('has a database that is not a number, such as redis://host:6379/0')
  return Number(text)
}

function hostAndPort(text: string, port: number | undefined): { host: string; port: number } {
  if (text === '') throw refused('is empty')
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text)
  const plain = /^([^:\s/@]+)(?::(\d+))?$/.exec(text)
  const bareIpv6 = /^[0-9a-f:.]+(?:%\w+)?$/i.test(text) && text.split(':').length > 2
  const [host, given] = bareIpv6 ? [text, undefined] : [(bracketed ?? plain)?.[1], (bracketed ?? plain)?.[2]]
  if (host === undefined) throw refused('is neither a host name nor a redis:// or rediss:// URL')
  const number = given === undefined ? (port ?? defaultPort) : Number(given)
  if (number < 1 || number > 65_535) throw refused('has a port outside 1 to 65535')
  return { host, port: number }
}

function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refused(`has a ${what} with a wrong percent-encoding`)
  }
}

function refused(why: string): TorilError {
  return new TorilError('INVALID_PREFERENCES', `REDIS_URL ${why}.`, {
    issues: [{ path: ['REDIS_URL'], message: why }],
  })
}
