import type { Redis } from 'ioredis'
import { counted } from '../../counted.ts'
import { readInfo, versionRefusal } from '../../queue/redis-info.ts'
import { Refusal } from '../../queue/server-refusal.ts'
import { deniedOnReplay } from './replay-rights.ts'
import { isDenied, listed, type Found } from './check.ts'

/** A server of the profile: one Redis, or one master of a cluster. */
export interface RedisNode {
  client: Redis
  /** For sentences. */
  label: string
  /** What INFO answered. */
  info: string
}

export function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(info)?.[1]?.trim()
}

/** What the server is, from INFO. Throws a Refusal for one that will not do. */
export function redisVersion(info: string, cluster: boolean): Found {
  const refusal = versionRefusal(info)
  if (refusal !== undefined) throw new Refusal('version', refusal)
  const { isCluster, isReplica } = readInfo(info)
  if (cluster && !isCluster) throw new Refusal('no-cluster')
  if (!cluster && isCluster) throw new Refusal('is-cluster')
  if (!cluster && isReplica) throw new Refusal('replica')
  const valkey = infoField(info, 'valkey_version')
  const dragonfly = infoField(info, 'dragonfly_version')
  const name = valkey !== undefined ? 'Valkey' : dragonfly !== undefined ? 'Dragonfly' : 'Redis'
  const version = valkey ?? dragonfly ?? infoField(info, 'redis_version') ?? 'of an unknown version'
  const replicas = Number(infoField(info, 'connected_slaves') ?? 0)
  return { detail: `${name} ${version}${replicas > 0 ? `, ${counted(replicas, 'replica')}` : ''}` }
}

/** The same question to each; the first one that is warned of is told. */
export async function ofEach(nodes: readonly RedisNode[], ask: (node: RedisNode) => Promise<Found>): Promise<Found> {
  const found: Found[] = []
  for (const node of nodes) found.push(await ask(node))
  const details = [...new Set(found.map(({ detail }) => detail))]
  const warning = found.find((each) => each.warning !== undefined)?.warning
  return { detail: listed(details, 3), ...(warning === undefined ? {} : { warning }) }
}

export function evictionPolicy({ info, label }: RedisNode): Found {
  const policy = infoField(info, 'maxmemory_policy')
  if (policy === undefined) return { detail: 'not told by the server' }
  if (policy === 'noeviction') return { detail: policy }
  const warning = `${label} may throw jobs away when its memory is full. Set maxmemory-policy to noeviction.`
  return { detail: policy, warning }
}

/** Whether snapshots are taken; undefined where the user may not ask. */
async function snapshots(client: Redis): Promise<boolean | undefined> {
  try {
    const answer = (await client.config('GET', 'save')) as string[]
    return answer[1] !== undefined && answer[1] !== ''
  } catch (error) {
    if (isDenied(error)) return undefined
    throw error
  }
}

/** What of the jobs survives when the server is restarted. `key` is one of the queue. */
export async function persistence({ client, info, label }: RedisNode, key: string): Promise<Found> {
  const failing = ['aof_last_write_status', 'rdb_last_bgsave_status'].some((name) => infoField(info, name) === 'err')
  if (failing) {
    return { detail: 'failing', warning: `${label} could not write to its disk the last time. Look into its log.` }
  }
  if (infoField(info, 'aof_enabled') === '1') {
    const denied = await deniedOnReplay(client, key)
    if (denied === undefined) return { detail: 'append-only file' }
    const warning = `When ${label} restarts, it may drop what scripts wrote, and so jobs, because its user default may not ${denied} (Redis issue 14541). Switch that user off without taking its rights away: ACL SETUSER default off nopass ~* &* +@all.`
    return { detail: 'append-only file', warning }
  }
  const saves = await snapshots(client)
  if (saves === undefined) {
    const warning = `${label} keeps no append-only file, so jobs may be lost when it restarts. Set appendonly to yes, unless whoever runs it keeps the data otherwise.`
    return { detail: 'no append-only file', warning }
  }
  const [detail, lost] = saves ? ['snapshots only', 'what came since the last snapshot is'] : ['none', 'all jobs are']
  return { detail, warning: `When ${label} restarts, ${lost} lost. Set appendonly to yes.` }
}

/** More are not looked at: a large server must not be kept busy by a test. */
const mostKeys = 200_000
const keysAtOnce = 1_000

async function queueNames(client: Redis, prefix: string): Promise<{ names: string[]; all: boolean }> {
  const names = new Set<string>()
  const pattern = `${prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}:*:meta`
  let cursor = '0'
  for (let seen = 0; seen < mostKeys; seen += keysAtOnce) {
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern, 'COUNT', keysAtOnce)
    for (const key of keys) names.add(key.slice(prefix.length + 1, -':meta'.length))
    cursor = next
    if (cursor === '0') break
  }
  return { names: [...names].toSorted(), all: cursor === '0' }
}

/** Which queues there are below the prefix, ours and those of others. */
export async function queuesOf(home: Redis, nodes: readonly RedisNode[], prefix: string, own: string): Promise<Found> {
  const found = new Set<string>()
  let all = true
  try {
    for (const { client } of nodes) {
      const answer = await queueNames(client, prefix)
      for (const name of answer.names) found.add(name)
      all &&= answer.all
    }
  } catch (error) {
    if (!isDenied(error)) throw error
    return { detail: 'may not be looked for' }
  }
  const key = `${prefix}:${own}`
  const [there, toril] = await Promise.all([home.exists(`${key}:meta`), home.exists(`${key}:toril:runners`)])
  if (there === 1) found.add(own)
  const others = [...found].filter((name) => name !== own)
  const state = there === 0 ? 'new' : toril === 1 ? 'used by Toril' : 'made by another program'
  const more = others.length === 0 ? '' : `; also ${listed(others, 3)}`
  return { detail: `${own}: ${state}${more}${all ? '' : '; more were not looked at'}` }
}

/** Of a few pings, in ms. */
const tries = 5
const slowMs = 100

export async function roundTrip(ask: () => Promise<unknown>, label: string): Promise<Found> {
  const times: number[] = []
  for (let count = 0; count < tries; count++) {
    const from = performance.now()
    await ask()
    times.push(performance.now() - from)
  }
  const median = times.toSorted((a, b) => a - b)[Math.floor(tries / 2)] ?? 0
  const detail = `${median < 10 ? median.toFixed(1) : Math.round(median)} ms`
  if (median < slowMs) return { detail }
  return {
    detail,
    warning: `Each question to ${label} takes ${detail}, and a job needs several. Run Toril nearer to it.`,
  }
}
