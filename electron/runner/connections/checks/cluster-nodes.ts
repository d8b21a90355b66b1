import type { Redis, RedisOptions } from 'ioredis'
import type { HostPort } from '../../../contract/connection-profile.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { counted } from '../../counted.ts'
import { announcedError, mappedPlace, masterOfKey, slotCount, slotRanges } from '../../queue/cluster-slots.ts'
import { Refusal } from '../../queue/server-refusal.ts'
import { about, failure, type Found, type TestContext } from './check.ts'
import { addressText } from './reach.ts'
import { infoField, type RedisNode } from './redis-facts.ts'
import { openRedis } from './redis-session.ts'

interface LookedAt {
  found: Found
  /** The masters. */
  nodes: RedisNode[]
  /** The one that has the queue. */
  home: RedisNode
  homeOptions: RedisOptions
}

/** Whether the cluster is whole, and each of its nodes is reached and lets us in. */
export async function lookAtCluster(
  client: Redis,
  target: Extract<RedisTarget, { kind: 'cluster' }>,
  key: string,
  context: TestContext,
): Promise<LookedAt> {
  const info = await client.cluster('INFO')
  const state = infoField(info, 'cluster_state') ?? 'unknown'
  const covered = Number(infoField(info, 'cluster_slots_ok') ?? 0)
  const ranges = await slotRanges(client, client.options.host ?? '')
  const home = masterOfKey(ranges, key)
  if (home === undefined) {
    const message = `No node of the cluster has the slot of this queue, and ${covered} of ${slotCount} slots are served. Give each slot a master (redis-cli --cluster fix).`
    throw new TorilError('UNAVAILABLE', message)
  }
  const optionsOf = (place: HostPort): RedisOptions => ({
    ...target.options.redisOptions,
    ...mappedPlace(target.options, place),
  })
  const all = [...new Map(ranges.flatMap(({ nodes }) => nodes).map((place) => [addressText(place), place])).values()]
  const masters = new Set(ranges.map(({ nodes: [master] }) => (master === undefined ? '' : addressText(master))))
  const results = await Promise.allSettled(
    all.map((place) =>
      about(`The node ${addressText(place)} of the cluster`, async (): Promise<RedisNode> => {
        const node = await openRedis(optionsOf(place), context).catch((error: unknown) => {
          const told = announcedError(target, place, error)
          throw told instanceof Refusal ? failure('The cluster', told) : told
        })
        return { client: node, label: `Redis at ${addressText(place)}`, info: await node.info() }
      }),
    ),
  )
  const reached = new Map<string, RedisNode>()
  const errors: unknown[] = []
  for (const [index, result] of results.entries()) {
    const place = all[index]
    if (place === undefined) continue
    const name = addressText(place)
    if (result.status === 'fulfilled') reached.set(name, result.value)
    // Without a master there is no use; replicas are only needed when it dies.
    else if (masters.has(name)) throw result.reason
    else errors.push(result.reason)
  }
  const node = reached.get(addressText(home))
  if (node === undefined) throw new TorilError('UNAVAILABLE', 'The node of this queue is not reached.')
  const detail = `${counted(masters.size, 'master')}, ${reached.size} of ${all.length} nodes, ${covered} slots`
  const whole = state === 'ok' && covered === slotCount
  const warning = whole
    ? (errors[0] as Error | undefined)?.message
    : `The cluster says its state is ${state}, and ${covered} of ${slotCount} slots are served. Bring back the nodes that are missing (redis-cli --cluster check).`
  if (state !== 'ok' && warning !== undefined) throw new TorilError('UNAVAILABLE', warning)
  return {
    found: { detail, ...(warning === undefined ? {} : { warning }) },
    nodes: [...reached].filter(([name]) => masters.has(name)).map(([, master]) => master),
    home: node,
    homeOptions: optionsOf(home),
  }
}
