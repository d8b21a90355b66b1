import type { ProfileSettings, SecretPath, TlsPart, TunnelPart } from '../../../contract/connection-profile.ts'

function tunnelPlace(tunnel: TunnelPart | undefined): unknown {
  return tunnel === undefined ? null : [tunnel.host, tunnel.port, tunnel.jump, tunnel.sshConfig]
}

/** `sentinels`: themselves, and not the master that they name. */
function queuePlace({ queue }: ProfileSettings, of: 'servers' | 'sentinels'): unknown {
  switch (queue.kind) {
    case 'redis':
      return [queue.socket ?? [queue.host, queue.port], tunnelPlace(queue.tunnel)]
    case 'sentinel':
      return [queue.sentinels, tunnelPlace(queue.tunnel), ...(of === 'servers' ? [queue.masterName] : [])]
    case 'cluster':
      return [queue.seeds, queue.natMap, tunnelPlace(queue.tunnel)]
    case 'embedded':
    case 'postgres':
    case 'managed-redis':
      return []
  }
}

function historyPlace({ history }: ProfileSettings): unknown {
  return history.kind === 'embedded' ? [] : [history.host, history.port, tunnelPlace(history.tunnel)]
}

function destinationOf(path: SecretPath, settings: ProfileSettings): unknown {
  switch (path) {
    case 'queue.password':
      return queuePlace(settings, 'servers')
    case 'queue.sentinelPassword':
      return queuePlace(settings, 'sentinels')
    case 'history.password':
      return historyPlace(settings)
    case 'queue.tunnel.password':
      return tunnelPlace('tunnel' in settings.queue ? settings.queue.tunnel : undefined)
    case 'history.tunnel.password':
      return tunnelPlace('tunnel' in settings.history ? settings.history.tunnel : undefined)
    case 'queue.tls.keyPassphrase':
    case 'queue.sentinelTls.keyPassphrase':
    case 'queue.tunnel.keyPassphrase':
    case 'history.tls.keyPassphrase':
    case 'history.tunnel.keyPassphrase':
      // It opens a file of this computer and is sent nowhere.
      return null
  }
}

/** The TLS that decides who gets a secret. Whoever stands in for a sentinel also names the master. */
function protectionsOf(path: SecretPath, { queue, history }: ProfileSettings): (TlsPart | undefined)[] {
  const sentinels = queue.kind === 'sentinel' ? [queue.sentinelTls] : []
  switch (path) {
    case 'queue.password':
      return ['tls' in queue ? queue.tls : undefined, ...sentinels]
    case 'queue.sentinelPassword':
      return sentinels
    case 'history.password':
      return ['tls' in history ? history.tls : undefined]
    default:
      return []
  }
}

/** Whether another server could now pass for the one that was meant. More protection than before is none of that. */
function isLoosened(before: TlsPart | undefined, after: TlsPart | undefined): boolean {
  if (before === undefined) return false
  if (after === undefined) return true
  if (!before.verify) return false
  return !after.verify || before.caFile !== after.caFile || before.serverName !== after.serverName
}

/** Why a secret that goes elsewhere is refused, as the end of a sentence. */
export const mustBeGivenAgain =
  'must be given again, because it could now be sent to another server than the one it was entered for'

/**
 * Whether a stored secret would be sent to another server than the one it was entered for, or could be. Then it has
 * to be entered again: who may change a profile must not thereby learn its passwords.
 */
export function goesElsewhere(path: SecretPath, before: ProfileSettings, after: ProfileSettings): boolean {
  if (JSON.stringify(destinationOf(path, before)) !== JSON.stringify(destinationOf(path, after))) return true
  const now = protectionsOf(path, after)
  return protectionsOf(path, before).some((tls, index) => isLoosened(tls, now[index]))
}
