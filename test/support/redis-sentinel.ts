import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { startChildServer } from './child-server.ts'
import { freePort, startTestRedis, type TestRedis } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface SentinelRedis {
  /** What a client is given. */
  readonly sentinels: { host: string; port: number }[]
  readonly name: string
  readonly password: string
  readonly sentinelPassword: string
  /** The one that was the master at the start. */
  readonly master: TestRedis
  readonly replica: TestRedis
  stop(): Promise<void>
}

const name = 'toril-master'
const password = 'password-of-redis'
const sentinelPassword = 'password-of-sentinel'
const quorum = 2

async function startSentinel(folder: string, masterPort: number) {
  const port = await freePort()
  const file = join(folder, `sentinel-${port}.conf`)
  // The sentinel writes what it learns into this file.
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      'loglevel warning',
      `requirepass ${sentinelPassword}`,
      `sentinel sentinel-pass ${sentinelPassword}`,
      `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${quorum}`,
      `sentinel auth-pass ${name} ${password}`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
      '',
    ].join('\n'),
  )
  const server = startChildServer('redis-server', [file, '--sentinel'])
  return { port, server }
}

async function ask(port: number, question: (client: Redis) => Promise<boolean>): Promise<boolean> {
  const client = new Redis({
    port,
    host: '127.0.0.1',
    password: sentinelPassword,
    lazyConnect: true,
    retryStrategy: () => null,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await question(client)
  } finally {
    client.disconnect()
  }
}

/** Each sentinel knows the replica and the other two: from then on they can choose another master. */
function knowsAll(port: number): Promise<boolean> {
  return ask(port, async (client) => {
    const answer = (await client.call('SENTINEL', 'MASTER', name)) as string[]
    const value = (key: string): string | undefined => answer[answer.indexOf(key) + 1]
    return value('num-slaves') === '1' && value('num-other-sentinels') === '2' && value('flags') === 'master'
  })
}

/** A master with a replica, and three sentinels that watch them; failover takes a second or a few. */
export async function startSentinelRedis(): Promise<SentinelRedis> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'toril-sentinel-'))
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const both = ['--masterauth', password, '--repl-diskless-sync-delay', '0']
    const master = await startTestRedis({ password, args: both })
    stops.unshift(() => master.stop())
    const replica = await startTestRedis({ password, args: [...both, '--replicaof', '127.0.0.1', String(master.port)] })
    stops.unshift(() => replica.stop())
    const sentinels: { host: string; port: number }[] = []
    for (let count = 0; count < 3; count++) {
      const { port, server } = await startSentinel(folder, master.port)
      stops.unshift(() => server.end())
      sentinels.push({ host: '127.0.0.1', port })
    }
    for (const { port } of sentinels) await untilTrue('the sentinels to know each other', () => knowsAll(port))
    return { sentinels, name, password, sentinelPassword, master, replica, stop: () => stopAll(stops) }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}
