import type { RedisOptions } from 'ioredis'
import { Redis } from '../../queue/ioredis.ts'
import { stepMs, type TestContext } from './check.ts'

/** Replies in the form of RESP2. */
type LegacyOptions = RedisOptions & { replyMapping: 'legacy' }

/** Made once and never again; closed with the test. */
function connection(options: RedisOptions, { stops }: Pick<TestContext, 'stops'>): Redis {
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
  return client
}

async function connected<T>(client: Redis, ask: (client: Redis) => Promise<T>): Promise<T> {
  // The rejection of connect() says only "Connection is closed."; the reason comes as an event before it.
  let reason: Error | undefined
  client.on('error', (error: Error) => (reason ??= error))
  let answer: T
  try {
    await client.connect()
    answer = await ask(client)
  } catch (error) {
    throw reason ?? error
  }
  // A refused SELECT is only an event; the connection then works on database 0.
  if (reason !== undefined) throw reason
  return answer
}

/** The answer to one question. Rejects with what the server said. */
export function askRedis<T>(
  options: RedisOptions,
  context: Pick<TestContext, 'stops'>,
  ask: (client: Redis) => Promise<T>,
): Promise<T> {
  return connected(connection(options, context), ask)
}

/** A connection for questions. Rejects with what the server said. */
export async function openRedis(options: RedisOptions, context: Pick<TestContext, 'stops'>): Promise<Redis> {
  const client = connection(options, context)
  await connected(client, () => client.ping())
  return client
}
