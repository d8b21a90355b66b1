import { join } from 'node:path'
import type { ConnectionProfile, ProfileSecrets, TunnelPart } from '../../contract/connection-profile.ts'
import { TorilError } from '../../contract/errors.ts'
import { unverifiedParts } from '../../contract/unverified-tls.ts'
import type { QueueBackend, SystemInfo } from '../../contract/runner.ts'
import type { Environment } from '../environment.ts'
import type { QueueTarget } from '../queue/queue-config.ts'
import { StopStack } from '../stop-stack.ts'
import { changedSince } from './changed-since.ts'
import { describeQueue, placeOfHistory, placeOfQueue, placeOfUrl, tunnelWords } from './place-names.ts'
import type { OwnServers } from './own-servers.ts'
import { postgresTarget } from './postgres/postgres-target.ts'
import type { PostgresAddress } from './postgres-tls.ts'
import { wantedConnections, type WantedConnections } from './profiles/environment-profile.ts'
import { builtInId } from './profiles/profile-records.ts'
import type { ProfileStore } from './profiles/profile-store.ts'
import { redisTarget } from './redis/redis-target.ts'
import { openTunnel, type Tunnel } from './tunnel/tunnel.ts'
import { waitForPostgres } from './wait-for-postgres.ts'

/** Where jobs and their history live, with what leads there running. */
export interface OpenConnections {
  /** `isOwn`: on a server that Toril runs itself. */
  queue: { target: QueueTarget; name: string; prefix: string; isOwn: boolean }
  database: PostgresAddress
  /** Names the queue in the history: ids of other queues may be the same. The same however it is reached. */
  source: string
  /** The profile as it was when it was opened. */
  opened: ConnectionProfile
  /** As the profile says now: its name or colour may be changed while it is in use. */
  profile(): SystemInfo['profile']
  environment: SystemInfo['environment']
  notices: SystemInfo['notices']
  /** Told whenever an SSH tunnel stands again. Returns a function that stops listening. */
  onTunnelBack(listener: () => void): () => void
  /** Tunnels that are down are tried now. Resolves when all of them have been. */
  tryTunnels(): Promise<void>
  stop(): Promise<void>
}

export interface ConnectionOptions {
  dataDir: string
  environment: Environment
  profiles: ProfileStore
  /** The current one unless given. */
  profileId?: string
  servers: OwnServers
  onProblem: (message: string) => void
}

interface Opening {
  options: ConnectionOptions
  wanted: WantedConnections
  stops: StopStack
  notices: SystemInfo['notices']
  embedded?: Promise<PostgresAddress>
  tunnels: Map<string, Promise<Tunnel>>
  onTunnelBack: Set<() => void>
}

/** One server for both, when both want it. */
function embeddedPostgres(opening: Opening): Promise<PostgresAddress> {
  const hold = async (): Promise<PostgresAddress> => {
    const { server, release } = await opening.options.servers.postgres.hold()
    opening.stops.add(release)
    opening.notices.push(...server.notices)
    return { url: server.url }
  }
  return (opening.embedded ??= hold())
}

async function managedRedis({ options, stops }: Opening): Promise<QueueTarget> {
  const { server, release } = await options.servers.redis.hold()
  stops.add(release)
  return { kind: 'redis', options: { ...server.place } }
}

/** Queue and history may be behind the same SSH server: then one tunnel leads to both. */
async function tunnelFor(
  { options, stops, tunnels, onTunnelBack }: Opening,
  part: TunnelPart | undefined,
  field: 'queue' | 'history',
  secrets: ProfileSecrets,
): Promise<Tunnel | undefined> {
  if (part === undefined) return undefined
  const [password, keyPassphrase] = [secrets[`${field}.tunnel.password`], secrets[`${field}.tunnel.keyPassphrase`]]
  const key = JSON.stringify([part, password, keyPassphrase])
  const start = async (): Promise<Tunnel> => {
    const tunnel = await openTunnel({
      ...part,
      ...(password === undefined ? {} : { password }),
      ...(keyPassphrase === undefined ? {} : { keyPassphrase }),
      knownHostsFile: join(options.dataDir, 'known_hosts'),
    })
    stops.add(() => tunnel.close())
    tunnel.onState(({ up, message }) => {
      if (message !== undefined) options.onProblem(message)
      else if (up) for (const listener of onTunnelBack) listener()
    })
    return tunnel
  }
  const opening = tunnels.get(key) ?? start()
  tunnels.set(key, opening)
  return opening
}

async function openDatabase(opening: Opening): Promise<PostgresAddress> {
  const { wanted } = opening
  const { history, historySetting: setting } = wanted
  if (history.kind === 'embedded') return embeddedPostgres(opening)
  let address: PostgresAddress
  if (history.kind === 'url') address = { url: history.url, setting }
  else {
    const secrets = wanted.historySecrets()
    address = await postgresTarget(history, {
      secrets,
      tunnel: await tunnelFor(opening, history.tunnel, 'history', secrets),
      setting,
    })
  }
  await waitForPostgres(address)
  return address
}

async function openQueue(opening: Opening, database: PostgresAddress): Promise<QueueTarget> {
  const { wanted } = opening
  const { queue } = wanted
  switch (queue.kind) {
    case 'embedded':
      return { kind: 'postgres', ...(await embeddedPostgres(opening)) }
    case 'postgres':
      return { kind: 'postgres', ...database }
    case 'managed-redis':
      return managedRedis(opening)
    case 'redis':
    case 'sentinel':
    case 'cluster': {
      const secrets: ProfileSecrets = wanted.queueSecrets()
      return redisTarget(queue, {
        secrets,
        tunnel: await tunnelFor(opening, queue.tunnel, 'queue', secrets),
        setting: wanted.queueSetting,
      })
    }
  }
}

function placeOf(history: WantedConnections['history']): string {
  return history.kind === 'url' ? placeOfUrl(history.url) : placeOfHistory(history)
}

function describeHistory(history: WantedConnections['history']): string {
  switch (history.kind) {
    case 'embedded':
      return 'Embedded database'
    case 'url':
      return `PostgreSQL at ${placeOfUrl(history.url)}`
    case 'postgres': {
      const { tunnel, ...direct } = history
      return `PostgreSQL at ${placeOfHistory(direct)}${tunnelWords(tunnel)}`
    }
  }
}

/** The queue's place and its own name; the prefix only where it is not the usual one. */
function sourceOf(wanted: WantedConnections, backend: QueueBackend): string {
  const { queue, history, queueName, prefix } = wanted
  const place = queue.kind === 'postgres' ? placeOf(history) : placeOfQueue(queue)
  const key = backend === 'redis' && prefix !== 'bull' ? `${prefix}:` : ''
  return `${backend}:${place}:${key}${queueName}`
}

function describe(wanted: WantedConnections): string {
  const { queue, history } = wanted
  const kept = describeHistory(history)
  if (queue.kind === 'postgres' || (queue.kind === 'embedded' && history.kind === 'embedded')) return kept
  if (queue.kind === 'embedded') return `Embedded queue, history: ${kept}`
  return `${describeQueue(queue)}, history: ${kept}`
}

/** Said for as long as the connection is used, and not only where it is set up. */
function unverifiedNotices({ queue, history, queueSetting, historySetting }: WantedConnections): SystemInfo['notices'] {
  const parts = unverifiedParts({ queue, history: history.kind === 'url' ? { kind: 'embedded' } : history })
  const notice = (server: string, setting: string) => ({
    code: 'TLS_NOT_VERIFIED',
    message: `The certificate of the ${server} is not verified, so whoever sits in between can read its password and change everything. Give its authority as tls.caFile in ${setting}, and verify it.`,
  })
  const byUrl = history.kind === 'url' && /[?&]sslmode=no-verify(&|$)/.test(history.url)
  return [
    ...(parts.includes('queue') ? [notice("queue's server", queueSetting)] : []),
    ...(parts.includes('history') ? [notice("history's server", historySetting)] : []),
    ...(byUrl
      ? [notice("history's server", 'a profile, or sslmode=verify-full with sslrootcert in DATABASE_URL')]
      : []),
  ]
}

/**
 * Starts or finds the servers of the profile in use. Rejects with one clear TorilError, having ended what it had
 * started.
 */
export async function openConnections(options: ConnectionOptions): Promise<OpenConnections> {
  const { profiles, environment, profileId } = options
  const profile = profileId === undefined ? profiles.current() : profiles.get(profileId)
  const wanted = wantedConnections(profile, profiles, environment)
  const stops = new StopStack()
  const notices: SystemInfo['notices'] = unverifiedNotices(wanted)
  const onTunnelBack = new Set<() => void>()
  const opening: Opening = { options, wanted, stops, notices, tunnels: new Map(), onTunnelBack }
  try {
    const database = await openDatabase(opening)
    const target = await openQueue(opening, database)
    const backend = target.kind === 'postgres' ? 'postgres' : 'redis'
    const { id } = profile
    const byEnvironment = wanted.queueSetting.startsWith('REDIS_')
    return {
      queue: {
        target,
        name: wanted.queueName,
        prefix: wanted.prefix,
        isOwn: wanted.queue.kind === 'embedded' || wanted.queue.kind === 'managed-redis',
      },
      database,
      source: sourceOf(wanted, backend),
      opened: profile,
      profile() {
        const now = profiles.get(id)
        const { name, folder, colour, environment: tag, readOnly } = now
        return {
          id,
          // "This computer" would be wrong of a Redis elsewhere.
          name: byEnvironment && id === builtInId ? 'Redis' : name,
          ...(folder === undefined ? {} : { folder }),
          colour,
          environment: tag,
          readOnly,
          ...(!byEnvironment && changedSince(profile, now) ? { changed: true } : {}),
          description: describe(wanted),
          backend,
        }
      },
      environment: wanted.environment,
      notices,
      onTunnelBack(listener) {
        onTunnelBack.add(listener)
        return () => onTunnelBack.delete(listener)
      },
      async tryTunnels() {
        await Promise.all([...opening.tunnels.values()].map(async (tunnel) => (await tunnel).tryNow()))
      },
      stop: () => stops.run(),
    }
  } catch (error) {
    await stops.run().catch(() => undefined)
    throw withWayOut(error, options)
  }
}

/** A runner that does not start cannot be asked to use another profile, so the error says how. */
function withWayOut(error: unknown, { profiles, environment, profileId }: ConnectionOptions): unknown {
  if (profileId !== undefined) return error
  const { id, name } = profiles.current()
  if (!(error instanceof TorilError) || id === builtInId || environment.TORIL_PROFILE !== undefined) return error
  const { code, message, issues } = error
  const way = `To start without the profile ${name}, set TORIL_PROFILE to the name of another one.`
  return new TorilError(code, `${message} ${way}`, { cause: error, ...(issues === undefined ? {} : { issues }) })
}
