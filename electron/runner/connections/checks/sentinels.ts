import type { RedisOptions } from 'ioredis'
import type { HostPort } from '../../../contract/connection-profile.ts'
import type { RedisTarget } from '../../queue/queue-config.ts'
import { askSentinel, withSpeech } from '../../queue/redis-probe.ts'
import { about, stepMs, type Found, type TestContext } from './check.ts'
import { addressText } from './reach.ts'
import { askRedis } from './redis-session.ts'

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
      about(`The sentinel at ${addressText(place)}`, () => {
        const { host = '', port = 0 } = sentinels[index] ?? {}
        const options = { ...access, host, port }
        const asked = askRedis(options, context, (client) => askSentinel(client, name))
        return withSpeech(options, stepMs, asked)
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
