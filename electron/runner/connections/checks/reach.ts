import { lookup } from 'node:dns/promises'
import { connect, isIP } from 'node:net'
import { join } from 'node:path'
import type { HostPort, TunnelPart } from '../../../contract/connection-profile.ts'
import { planHops } from '../tunnel/hops.ts'
import { openTunnel, type Tunnel } from '../tunnel/tunnel.ts'
import type { TunnelConfig } from '../tunnel/tunnel-config.ts'
import { about, listed, stepMs, type Found, type TestContext } from './check.ts'

type Part = 'queue' | 'history'

function tunnelConfig(context: TestContext, field: Part, part: TunnelPart): TunnelConfig {
  const [password, keyPassphrase] = [
    context.secrets[`${field}.tunnel.password`],
    context.secrets[`${field}.tunnel.keyPassphrase`],
  ]
  return {
    ...part,
    ...(password === undefined ? {} : { password }),
    ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
    knownHostsFile: join(context.dataDir, 'known_hosts'),
    confirmHostKey(key) {
      const accepted = key.fingerprint === context.acceptHostKey
      if (!accepted) context.unknownHostKey = key
      return Promise.resolve(accepted)
    },
  }
}

async function addressesOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host
  const found = await about(`The host ${host}`, () => lookup(host, { all: true }))
  return listed(
    found.map(({ address }) => address),
    2,
  )
}

/** Behind a tunnel only the first SSH server is looked up from here. */
export async function resolveHosts(
  context: TestContext,
  field: Part,
  hosts: readonly string[],
  tunnel: TunnelPart | undefined,
): Promise<Found> {
  const first = tunnel === undefined ? undefined : (await planHops(tunnelConfig(context, field, tunnel)))[0]
  const wanted = first === undefined ? [...new Set(hosts)] : [first.host]
  const results = await Promise.allSettled(wanted.map(addressesOf))
  const found = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
  if (found.length === 0) throw errors[0]
  const detail = listed(found, 3)
  return errors.length === 0 ? { detail } : { detail, warning: (errors[0] as Error).message }
}

export async function makeTunnel(context: TestContext, field: Part, part: TunnelPart): Promise<Tunnel> {
  const opened = openTunnel(tunnelConfig(context, field, part))
  // Also one that is made after its time was up.
  context.stops.add(async () => (await opened.catch(() => undefined))?.close())
  return opened
}

/** Resolves when the port takes a connection. */
export function reachPort(place: HostPort | { path: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...place, timeout: stepMs })
    const end = (error?: Error): void => {
      socket.destroy()
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.on('connect', () => end())
    socket.on('timeout', () => end(new Error('timed out')))
    socket.on('error', (error) => end(error))
  })
}

export function addressText({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Tries all; some that do not answer are a warning, as long as one does. Answers the first that did. */
export async function reachAny(
  kind: string,
  places: readonly HostPort[],
  tunnel: Tunnel | undefined,
): Promise<Found & { first: HostPort }> {
  const reach = (place: HostPort) =>
    about(`${kind} at ${addressText(place)}`, () => (tunnel === undefined ? reachPort(place) : tunnel.reach(place)))
  const results = await Promise.allSettled(places.map(reach))
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
  const first = places[results.findIndex(({ status }) => status === 'fulfilled')]
  if (first === undefined) throw errors[0]
  const reached = places.length - errors.length
  const detail = places.length === 1 ? addressText(first) : `${reached} of ${places.length}`
  return { first, detail, ...(errors.length === 0 ? {} : { warning: (errors[0] as Error).message }) }
}
