import type { RedisOptions } from 'ioredis'
import { Redis } from '../../queue/ioredis.ts'
import { stepMs, type TestContext } from './check.ts'

/** Replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

/**
 * A connection for questions that is closed with the test. It is made once and never again. Rejects with what the
 * server said.
 */
export async function openRedis(options: RedisOptions, { stops }: Pick<TestContext, 'stops'>): Promise<Redis> {
  const all: LegacyOptions = {
    ...options,
    replyMapping: 'legacy',
    lazyConnect: true,
    connectTimeout: stepMs,
    commandTimeout: stepMs,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    enableOfflineQueue: true,
    disableClientInfo: true,
  }
  const client = new Redis(all)
  stops.add(() => client.disconnect())
  // The rejection of connect() says only "Connection is closed."; the reason comes as an event before it.
  let reason: Error | undefined
  client.on('error', (error: Error) => (reason ??= error))
  try {
    await client.connect()
    await client.ping()
  } catch (error) {
    throw reason ?? error
  }
  // A refused SELECT is only an event; the connection then works on database 0.
  if (reason !== undefined) throw reason
  return client
}
