import { TorilError } from '../../../contract/errors.ts'
import type { Hop } from './hops.ts'
import type { KnownKey } from './known-hosts.ts'
import type { HostPort } from '../../../contract/connection-profile.ts'
import type { UnknownHostKey } from './tunnel-config.ts'

/** A tunnel that cannot be had until somebody changes something: trying again soon would only annoy the server. */
export class TunnelRefused extends TorilError {
  constructor(message: string, cause?: unknown) {
    super('UNAVAILABLE', message, { cause })
  }
}

function fail(message: string, cause?: unknown): TorilError {
  return new TorilError('UNAVAILABLE', message, { cause })
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')

/** Why no connection to the server was made, before anybody logged in. */
export function unreachable(hop: Hop, error: unknown, via: Hop | undefined): TorilError {
  if (error instanceof TorilError) return error
  const { code, level } = error as { code?: string; level?: string }
  const place = via === undefined ? `SSH server ${hop.title}` : `SSH server ${hop.title} (behind ${via.title})`
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return fail(
        `The host of the ${place} cannot be found. Correct the host of the tunnel, or HostName in the SSH config.`,
        error,
      )
    case 'ECONNREFUSED':
      return fail(`The ${place} refused the connection. Start it, or correct host and port of the tunnel.`, error)
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return fail(
        `The ${place} cannot be reached (${code}). Check network, VPN and firewall, and the host of the tunnel.`,
        error,
      )
    default:
  }
  if (level === 'client-timeout') {
    return fail(
      `The ${place} did not answer in time. Check network, VPN and firewall, and the host of the tunnel.`,
      error,
    )
  }
  if (/no matching/i.test(textOf(error))) {
    return fail(
      `The ${place} and Toril know no common algorithm (${textOf(error)}). Allow a current one in its sshd_config.`,
      error,
    )
  }
  if (
    /before handshake|ECONNRESET|Invalid SSH|Expected identification|malformed/i.test(`${code ?? ''} ${textOf(error)}`)
  ) {
    return fail(
      `The ${place} ended the connection before the login (${textOf(error)}). Check that an SSH server listens there and lets this machine in.`,
      error,
    )
  }
  return fail(`The connection to the ${place} failed: ${textOf(error)}. Check the server and the tunnel.`, error)
}

/** The server took none of what Toril has. */
export function loginRefused(
  hop: Hop,
  tried: string[],
  leftOut: string[],
  accepted: string[],
  reason?: string,
): TunnelRefused {
  const takes = accepted.length === 0 ? '' : ` It takes ${accepted.join(', ')}.`
  const had = tried.length === 0 ? ' Toril has nothing of that to try' : ` Tried: ${tried.join(', ')}`
  const rest = leftOut.length === 0 ? '' : `; ${leftOut.join('; ')}`
  const why = reason === undefined ? '' : ` (${reason})`
  return new TunnelRefused(
    `The SSH server ${hop.title} refused the login${why}.${takes}${had}${rest}. Correct user, key or password of the tunnel.`,
  )
}

export function hostKeyRefused(
  hop: Hop,
  kind: 'changed' | 'revoked',
  at: KnownKey,
  fingerprint: string,
): TunnelRefused {
  const where = `${at.file}, line ${at.line}`
  return new TunnelRefused(
    kind === 'revoked'
      ? `The SSH server ${hop.title} shows a host key that is revoked in ${where} (${fingerprint}). Do not connect to it; ask who runs it.`
      : `The SSH server ${hop.title} shows another host key (${fingerprint}) than the one in ${where}. Somebody may be listening in. If the server was set up anew, remove that line and accept the new key.`,
  )
}

export function hostKeyUnknown(hop: Hop, key: UnknownHostKey): TunnelRefused {
  return new TunnelRefused(
    `The SSH server ${hop.title} is not known yet: its host key is ${key.keyType} ${key.fingerprint}. Compare it with the server's own, and accept it in the connection test, or add it to ${key.knownHostsFile}.`,
  )
}

/** Why the server did not open a way to the target. Reasons as in RFC 4254, 5.1. */
export function forwardRefused(hop: Hop, target: HostPort, error: unknown): TorilError {
  if (error instanceof TorilError) return error
  const place = `${target.host}:${target.port}`
  const { reason } = error as { reason?: number | string }
  const said = textOf(error).replace('(SSH) Channel open failure: ', '')
  if (reason === 1 || reason === 'ADMINISTRATIVELY_PROHIBITED') {
    return new TunnelRefused(
      `The SSH server ${hop.title} does not allow a tunnel to ${place} (${said}). Set AllowTcpForwarding and PermitOpen in its sshd_config.`,
      error,
    )
  }
  if (reason === 2 || reason === 'CONNECT_FAILED') {
    return fail(
      `The SSH server ${hop.title} was reached, but from there ${place} cannot be (${said}). Start the server there, or correct its host and port.`,
      error,
    )
  }
  return fail(
    `The SSH server ${hop.title} opened no way to ${place} (${said}). Try again, or look into its log.`,
    error,
  )
}
