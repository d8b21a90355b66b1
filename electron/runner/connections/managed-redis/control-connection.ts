import { setTimeout as delay } from 'node:timers/promises'
import type { RedisOptions } from 'ioredis'
import { Redis } from '../../queue/ioredis.ts'
import { TorilError } from '../../../contract/errors.ts'
import type { RedisPlace } from './server-files.ts'

/** By which the Toril that owns the server is known to another one. */
const ownerName = 'toril-owner'

/** The connection by which Toril owns its server, for as long as both live. */
export interface ControlConnection {
  /** Process of the server. */
  readonly pid: number
  /** Resolves when the connection is gone, whoever ended it. */
  readonly lost: Promise<void>
  /** Asks the server to write all it has and to end. */
  shutDown(): Promise<void>
  close(): void
}

function clientFor(place: RedisPlace): Redis {
  const options: RedisOptions & { replyMapping: 'legacy' } = {
    ...place,
    replyMapping: 'legacy',
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
  }
  const client = new Redis(options)
  // The reason is in the rejection; without a listener the event would be printed.
  client.on('error', () => undefined)
  return client
}

/** Whether a server takes commands there; `loading` while it still reads its data. */
export async function answersAt(place: RedisPlace): Promise<'yes' | 'loading' | 'no'> {
  const client = clientFor(place)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG' ? 'yes' : 'no'
  } catch (error) {
    return error instanceof Error && error.message.startsWith('LOADING') ? 'loading' : 'no'
  } finally {
    client.disconnect()
  }
}

/** Ids of the connections that have the owner's name. */
async function owners(client: Redis): Promise<number[]> {
  const list = String(await client.call('CLIENT', 'LIST'))
  return list
    .split('\n')
    .filter((line) => line.includes(` name=${ownerName} `))
    .map((line) => Number(/\bid=(\d+)/.exec(line)?.[1]))
}

/** Takes ownership. Rejects with TorilError UNAVAILABLE when another Toril has it. */
export async function takeControl(place: RedisPlace, dataDir: string): Promise<ControlConnection> {
  const client = clientFor(place)
  const lost = new Promise<void>((resolve) => client.once('end', () => resolve()))
  try {
    await client.connect()
    const own = Number(await client.call('CLIENT', 'ID'))
    await client.call('CLIENT', 'SETNAME', ownerName)
    // Who came first stays. The connection of a Toril that was just killed may need a moment to be noticed.
    for (let tries = 0; Math.min(...(await owners(client))) < own; tries++) {
      if (tries === 20) {
        const advice = 'Use that one, stop it first, or set TORIL_DATA_DIR to another folder.'
        throw new TorilError('UNAVAILABLE', `Another Toril is running on the data folder ${dataDir}. ${advice}`)
      }
      await delay(50)
    }
    const info = String(await client.call('INFO', 'server'))
    const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1])
    return {
      pid,
      lost,
      // The server ends the connection instead of an answer.
      shutDown: () =>
        client.call('SHUTDOWN').then(
          () => undefined,
          () => undefined,
        ),
      close: () => client.disconnect(),
    }
  } catch (error) {
    client.disconnect()
    throw error
  }
}
