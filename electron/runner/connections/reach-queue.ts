import { join } from 'node:path'
import type { ConnectionProfile, TunnelPart } from '../../contract/connection-profile.ts'
import { TorilError } from '../../contract/errors.ts'
import type { QueueTarget } from '../queue/queue-config.ts'
import { postgresTarget } from './postgres/postgres-target.ts'
import type { ProfileStore } from './profiles/profile-store.ts'
import { redisTarget } from './redis/redis-target.ts'
import { openTunnel, type Tunnel } from './tunnel/tunnel.ts'

/** The server of a profile's queue, with the tunnel that leads there open until `stop`. */
export interface ReachedQueue {
  target: QueueTarget
  stop(): Promise<void>
}

export interface ReachOptions {
  dataDir: string
  profiles: Pick<ProfileStore, 'secretsOf'>
}

function ownServer(name: string, what: string): TorilError {
  const message = `The queues of the profile ${name} can be listed while it is in use: its ${what} runs only then.`
  return new TorilError('UNAVAILABLE', message)
}

/**
 * The way to the queue of a profile that is not in use. Starts no server. Rejects UNAVAILABLE with what is to be
 * changed, or SECRETS_LOCKED.
 */
export async function reachQueue(profile: ConnectionProfile, options: ReachOptions): Promise<ReachedQueue> {
  const { name, queue, history } = profile
  const setting = `the profile ${name}`
  let tunnel: Tunnel | undefined
  const open = async (part: TunnelPart | undefined, field: 'queue' | 'history'): Promise<Tunnel | undefined> => {
    if (part === undefined) return undefined
    const secrets = options.profiles.secretsOf(profile, field)
    const [password, keyPassphrase] = [secrets[`${field}.tunnel.password`], secrets[`${field}.tunnel.keyPassphrase`]]
    tunnel = await openTunnel({
      ...part,
      ...(password === undefined ? {} : { password }),
      ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
      knownHostsFile: join(options.dataDir, 'known_hosts'),
    })
    return tunnel
  }
  async function targetOf(): Promise<QueueTarget> {
    switch (queue.kind) {
      case 'embedded':
        throw ownServer(name, 'database')
      case 'managed-redis':
        throw ownServer(name, 'Redis')
      case 'postgres': {
        if (history.kind === 'embedded') throw ownServer(name, 'database')
        const way = {
          secrets: options.profiles.secretsOf(profile, 'history'),
          tunnel: await open(history.tunnel, 'history'),
        }
        return { kind: 'postgres', ...(await postgresTarget(history, { ...way, setting })) }
      }
      case 'redis':
      case 'sentinel':
      case 'cluster': {
        const way = { secrets: options.profiles.secretsOf(profile, 'queue'), tunnel: await open(queue.tunnel, 'queue') }
        return redisTarget(queue, { ...way, setting })
      }
    }
  }
  const stop = async (): Promise<void> => tunnel?.close()
  try {
    return { target: await targetOf(), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
