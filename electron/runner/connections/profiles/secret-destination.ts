import * as z from 'zod'
import {
  tlsPartSchema,
  type ProfileSettings,
  type SecretPath,
  type TlsPart,
  type TunnelPart,
} from '../../../contract/connection-profile.ts'

// Objects, in which what is left out counts as nothing: passwords are sealed for these, and a field that comes to be
// later must not lock up those of profiles without it.
function tunnelPlace(tunnel: TunnelPart | undefined): object | null {
  if (tunnel === undefined) return null
  const { host, port, jump, sshConfig } = tunnel
  return { host, port, jump, sshConfig }
}

/** `sentinels`: themselves, and not the master that they name. */
function queuePlace({ queue }: ProfileSettings, of: 'servers' | 'sentinels'): object {
  switch (queue.kind) {
    case 'redis': {
      const { socket, host, port, tunnel } = queue
      return { ...(socket === undefined ? { host, port } : { socket }), tunnel: tunnelPlace(tunnel) }
    }
    case 'sentinel': {
      const { sentinels, masterName, tunnel } = queue
      return { sentinels, tunnel: tunnelPlace(tunnel), ...(of === 'servers' ? { masterName } : {}) }
    }
    case 'cluster':
      return { seeds: queue.seeds, natMap: queue.natMap, tunnel: tunnelPlace(queue.tunnel) }
    case 'embedded':
    case 'postgres':
    case 'managed-redis':
      return {}
  }
}

function historyPlace({ history }: ProfileSettings): object {
  if (history.kind === 'embedded') return {}
  const { host, port, tunnel } = history
  return { host, port, tunnel: tunnelPlace(tunnel) }
}

function destinationOf(path: SecretPath, settings: ProfileSettings): object | null {
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
function isLoosened(before: TlsPart | null, after: TlsPart | null): boolean {
  if (before === null) return false
  if (after === null) return true
  if (!before.verify) return false
  return !after.verify || before.caFile !== after.caFile || before.serverName !== after.serverName
}

/** Why a secret that goes elsewhere is refused, as the end of a sentence. */
export const mustBeGivenAgain =
  'must be given again, because it could now be sent to another server than the one it was entered for'

/** What a secret is for: where it may be sent, and the TLS that makes sure of who gets it there. */
const purposeSchema = z.object({ destination: z.unknown(), protections: z.array(tlsPartSchema.nullable()) })
export type Purpose = z.infer<typeof purposeSchema>

export function purposeOf(path: SecretPath, settings: ProfileSettings): Purpose {
  return {
    destination: destinationOf(path, settings),
    protections: protectionsOf(path, settings).map((tls) => tls ?? null),
  }
}

/** Undefined for what is none. */
export function readPurpose(value: unknown): Purpose | undefined {
  return purposeSchema.safeParse(value).data
}

/** Whether what may be done for the one purpose would, for the other, send the secret elsewhere or less safely. */
export function isAstray(before: Purpose, after: Purpose): boolean {
  if (JSON.stringify(before.destination) !== JSON.stringify(after.destination)) return true
  return before.protections.some((tls, index) => isLoosened(tls, after.protections[index] ?? null))
}

/**
 * Whether a stored secret would be sent to another server than the one it was entered for, or could be. Then it has
 * to be entered again: who may change a profile must not thereby learn its passwords.
 */
export function goesElsewhere(path: SecretPath, before: ProfileSettings, after: ProfileSettings): boolean {
  return isAstray(purposeOf(path, before), purposeOf(path, after))
}
