import type { ProfileSettings, SecretPath, TunnelPart } from '../../../contract/connection-profile.ts'

function tunnelPlace(tunnel: TunnelPart | undefined): unknown {
  return tunnel === undefined ? null : [tunnel.host, tunnel.port, tunnel.jump, tunnel.sshConfig]
}

function queuePlace({ queue }: ProfileSettings): unknown {
  switch (queue.kind) {
    case 'redis':
      return [queue.socket ?? [queue.host, queue.port], tunnelPlace(queue.tunnel)]
    case 'sentinel':
      return [queue.sentinels, tunnelPlace(queue.tunnel)]
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
    case 'queue.sentinelPassword':
      return queuePlace(settings)
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

/**
 * Whether a stored secret would be sent to another server than the one it was entered for. Then it has to be
 * entered again: who may change a profile must not thereby learn its passwords.
 */
export function goesElsewhere(path: SecretPath, before: ProfileSettings, after: ProfileSettings): boolean {
  return JSON.stringify(destinationOf(path, before)) !== JSON.stringify(destinationOf(path, after))
}
