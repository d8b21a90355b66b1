import type { RedisOptions } from 'ioredis'
import type { HostPort } from '../../../contract/connection-profile.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { Refusal } from '../../queue/server-refusal.ts'
import { about, type Found, type TestContext } from './check.ts'
import { addressText } from './reach.ts'
import { openRedis } from './redis-session.ts'

/**
 * Asks each sentinel for the master. `places` are the sentinels as the profile names them, in the order of the
 * target, whose addresses may lead through a tunnel.
 */
export async function askSentinels(
  target: RedisTarget,
  places: readonly HostPort[],
  context: TestContext,
): Promise<Found & { master: HostPort }> {
  if (target.kind !== 'sentinel') throw new Error('no sentinels')
  const { sentinels = [], name = '', sentinelUsername, sentinelPassword, sentinelTLS } = target.options
  const access: RedisOptions = {
    ...(typeof sentinelUsername === 'string' ? { username: sentinelUsername } : {}),
    ...(typeof sentinelPassword === 'string' ? { password: sentinelPassword } : {}),
    ...(sentinelTLS === undefined ? {} : { tls: sentinelTLS }),
  }
  const results = await Promise.allSettled(
    places.map((place, index) =>
      about(`The sentinel at ${addressText(place)}`, async () => {
        const { host = '', port = 0 } = sentinels[index] ?? {}
        const client = await openRedis({ ...access, host, port }, context)
        const found = await client.call('SENTINEL', 'get-master-addr-by-name', name)
        if (!Array.isArray(found)) throw new Refusal('master-name', name)
        return { host: String(found[0]), port: Number(found[1]) }
      }),
    ),
  )
  const masters = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const errors = results.flatMap((result): unknown[] => (result.status === 'rejected' ? [result.reason] : []))
  const [master] = masters
  if (master === undefined) throw errors[0]
  const named = [...new Set(masters.map(addressText))]
  const detail = `${masters.length} of ${places.length}, ${name} is at ${addressText(master)}`
  if (named.length > 1) {
    const warning = `The sentinels name different masters (${named.join(', ')}). Wait for the failover to end, or make them watch the same one.`
    return { master, detail, warning }
  }
  return { master, detail, ...(errors.length === 0 ? {} : { warning: (errors[0] as Error).message }) }
}
