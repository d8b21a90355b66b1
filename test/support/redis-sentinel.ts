import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'
import { makeCertificates, type Certificates } from './certificates.ts'
import { startChildServer } from './child-server.ts'
import { ownAccess, tlsArguments } from './redis-tls.ts'
import { freePort, startTestRedis, type TestRedis } from './redis.ts'
import { stopAll } from './stop-all.ts'
import { untilTrue } from './until-true.ts'

export interface SentinelSetup {
  /**
   * Master and replica speak TLS only. `both`: the sentinels too, with an authority of their own; `servers`: a client
   * speaks plainly with the sentinels.
   */
  tls?: 'servers' | 'both'
  /** Servers and sentinels let clients in by name, as `users` says, and by no password alone. */
  named?: boolean
  /** Of the user of the sentinels, as in ACL SETUSER, instead of the least that is needed. */
  sentinelRights?: string
}

export interface SentinelRedis {
  /** What a client is given. */
  readonly sentinels: { host: string; port: number }[]
  readonly name: string
  readonly password: string
  readonly sentinelPassword: string
  /** The one that was the master at the start. */
  readonly master: TestRedis
  readonly replica: TestRedis
  /** With `tls`: of the servers, and of the sentinels. */
  readonly certificates: { servers: Certificates; sentinels: Certificates } | undefined
  /** With `named`. */
  readonly users: { server: string; sentinel: string }
  stop(): Promise<void>
}

const host = '127.0.0.1'
const name = 'toril-master'
const password = 'password-of-redis'
const sentinelPassword = 'password-of-sentinel'
const users = { server: 'toril', sentinel: 'watcher' }
/** Between servers and sentinels themselves, where clients come by name. */
const innerPassword = 'password-among-servers'
const quorum = 2
/** Less than the documentation of Redis Sentinel says: all that is asked of a sentinel. */
const leastRights = '-@all +auth +sentinel|get-master-addr-by-name +sentinel|sentinels'

interface Security {
  certificates: SentinelRedis['certificates']
  /** Both authorities: sentinels and servers check each other's certificates. */
  trusted: string
}

async function makeSecurity(folder: string, { tls }: SentinelSetup): Promise<Security> {
  if (tls === undefined) return { certificates: undefined, trusted: '' }
  const [servers, sentinels] = await Promise.all(
    ['servers', 'sentinels'].map(async (whose) => {
      await mkdir(join(folder, whose))
      return makeCertificates(join(folder, whose))
    }),
  )
  if (servers === undefined || sentinels === undefined) throw new Error('no certificates')
  const trusted = join(folder, 'trusted.pem')
  const texts = await Promise.all([servers, sentinels].map(({ files }) => readFile(files.ca, 'utf8')))
  await writeFile(trusted, texts.join(''))
  return { certificates: { servers, sentinels }, trusted }
}

function serverArguments(port: number, { certificates, trusted }: Security, { named }: SentinelSetup): string[] {
  const auth = named === true ? innerPassword : password
  return [
    ...['--requirepass', auth, '--masterauth', auth, '--repl-diskless-sync-delay', '0'],
    ...(named === true ? ['--user', users.server, 'on', `>${password}`, '~*', '&*', '+@all'] : []),
    ...(certificates === undefined
      ? []
      : [
          ...tlsArguments(port, {
            trusted,
            cert: certificates.servers.files.serverCert,
            key: certificates.servers.files.serverKey,
            clientCertificates: false,
          }),
          ...['--tls-replication', 'yes'],
        ]),
  ]
}

async function startSentinel(folder: string, masterPort: number, security: Security, setup: SentinelSetup) {
  const port = await freePort()
  const file = join(folder, `sentinel-${port}.conf`)
  const { certificates, trusted } = security
  const tls =
    certificates === undefined
      ? [`port ${port}`]
      : [
          // Among each other they speak TLS in any case.
          ...(setup.tls === 'both' ? ['port 0', `tls-port ${port}`] : [`port ${port}`, `tls-port ${await freePort()}`]),
          ...[`tls-ca-cert-file ${trusted}`, `tls-cert-file ${certificates.sentinels.files.serverCert}`],
          ...[`tls-key-file ${certificates.sentinels.files.serverKey}`, 'tls-auth-clients no', 'tls-replication yes'],
        ]
  const inner = setup.named === true ? innerPassword : sentinelPassword
  // The sentinel writes what it learns into this file.
  await writeFile(
    file,
    [
      ...tls,
      'bind 127.0.0.1',
      `dir ${folder}`,
      'loglevel warning',
      ...(setup.named === true
        ? [`user ${users.sentinel} on >${sentinelPassword} ${setup.sentinelRights ?? leastRights}`]
        : []),
      `requirepass ${inner}`,
      `sentinel sentinel-pass ${inner}`,
      `sentinel monitor ${name} ${host} ${masterPort} ${quorum}`,
      `sentinel auth-pass ${name} ${setup.named === true ? innerPassword : password}`,
      `sentinel down-after-milliseconds ${name} 1000`,
      `sentinel failover-timeout ${name} 5000`,
      '',
    ].join('\n'),
  )
  const server = startChildServer('redis-server', [file, '--sentinel'])
  const own = certificates === undefined || setup.tls !== 'both' ? {} : { tls: ownAccess(certificates.sentinels) }
  return { port, server, access: { ...own, password: inner } }
}

async function ask(
  port: number,
  access: RedisOptions,
  question: (client: Redis) => Promise<boolean>,
): Promise<boolean> {
  const once = { ...access, port, host, lazyConnect: true, retryStrategy: () => null }
  const all: RedisOptions & { replyMapping: 'legacy' } = { ...once, replyMapping: 'legacy' }
  const client = new Redis(all)
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await question(client)
  } finally {
    client.disconnect()
  }
}

/** Each sentinel knows the replica and the other two: from then on they can choose another master. */
function knowsAll(port: number, access: RedisOptions): Promise<boolean> {
  return ask(port, access, async (client) => {
    const answer = (await client.call('SENTINEL', 'MASTER', name)) as string[]
    const value = (key: string): string | undefined => answer[answer.indexOf(key) + 1]
    return value('num-slaves') === '1' && value('num-other-sentinels') === '2' && value('flags') === 'master'
  })
}

/** A master with a replica, and three sentinels that watch them; failover takes a second or a few. */
export async function startSentinelRedis(setup: SentinelSetup = {}): Promise<SentinelRedis> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'toril-sentinel-'))
    stops.unshift(() => rm(folder, { recursive: true, force: true }))
    const security = await makeSecurity(folder, setup)
    const { certificates } = security
    const client: RedisOptions = {
      password: setup.named === true ? innerPassword : password,
      ...(certificates === undefined ? {} : { tls: ownAccess(certificates.servers) }),
    }
    const startServer = async (...more: string[]): Promise<TestRedis> => {
      const started = await startTestRedis({
        client,
        args: (port) => [...serverArguments(port, security, setup), ...more],
      })
      stops.unshift(() => started.stop())
      return started
    }
    const master = await startServer()
    const replica = await startServer('--replicaof', host, String(master.port))
    const sentinels: { host: string; port: number }[] = []
    const accesses: RedisOptions[] = []
    for (let count = 0; count < 3; count++) {
      const { port, server, access } = await startSentinel(folder, master.port, security, setup)
      stops.unshift(() => server.end())
      sentinels.push({ host, port })
      accesses.push(access)
    }
    for (const [index, { port }] of sentinels.entries()) {
      await untilTrue('the sentinels to know each other', () => knowsAll(port, accesses[index] ?? {}))
    }
    return {
      ...{ sentinels, name, password, sentinelPassword, master, replica, certificates, users },
      stop: () => stopAll(stops),
    }
  } catch (error) {
    await stopAll(stops).catch(() => undefined)
    throw error
  }
}
