import { execFile } from 'node:child_process'
import { once as onceEvent } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { startAclRedis } from '../support/redis-acl.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { startTestRedis } from '../support/redis.ts'
import { startSshServer, tunnelThrough } from '../support/ssh.ts'
import { untilTrue } from '../support/until-true.ts'
import { ProfileHome } from './profile-home.ts'
import { once, whenFinished } from './runner-under-test.ts'

let home: ProfileHome
beforeEach(async () => {
  home = await ProfileHome.make()
})
afterEach(() => home.remove())

test('a runner starts on the stored profile: Redis with TLS and a client certificate', async () => {
  const redis = await home.server(startTlsRedis({ clientCertificates: true }))
  const { ca, client } = redis.certificates
  const tls = {
    caFile: home.pem('ca.pem', ca),
    certFile: home.pem('client.pem', client.cert),
    keyFile: home.pem('client.key', client.key),
  }
  const queue = { kind: 'redis', host: 'localhost', port: redis.port, tls } as const
  const id = await home.use({
    name: 'Secure',
    folder: 'EU',
    colour: 'teal',
    environment: 'staging',
    queue,
    queueName: 'orders',
  })
  const { runner, system } = await home.works()
  expect(system.profile).toEqual({
    id,
    name: 'Secure',
    folder: 'EU',
    colour: 'teal',
    environment: 'staging',
    readOnly: false,
    description: `Redis at localhost:${redis.port}/0, history: Embedded database`,
    backend: 'redis',
  })
  expect((await runner.queue.info()).name).toBe('orders')
  await runner.profiles.update(id, { name: 'Safe', environment: 'production' })
  expect(runner.system().profile).toMatchObject({ name: 'Safe', environment: 'production' })
})

test('a certificate that is not verified is said for as long as the profile is used', async () => {
  const redis = await home.server(startTlsRedis())
  const queue = { kind: 'redis', host: 'localhost', port: redis.port, tls: { verify: false } } as const
  await home.use({ name: 'Careless', queue })
  const { system } = await home.works()
  expect(system.notices).toEqual([
    {
      code: 'TLS_NOT_VERIFIED',
      message: expect.stringMatching(
        /certificate of the queue's server is not verified.* in the profile Careless/,
      ) as string,
    },
  ])
})

test('a profile led elsewhere by hand sends its password there in no way', async () => {
  const told: string[] = []
  const thief = createServer((socket) => {
    socket.on('data', (bytes) => told.push(bytes.toString()))
    socket.on('error', () => undefined)
  }).listen(0, '127.0.0.1')
  await home.server(Promise.resolve({ stop: async () => void thief.close() }))
  await onceEvent(thief, 'listening')
  const { port } = thief.address() as AddressInfo
  const id = await home.use({
    name: 'Led',
    queue: { kind: 'redis', host: 'redis.example' },
    secrets: { 'queue.password': 'planted' },
  })
  const file = join(home.dataDir, 'profiles.json')
  const text = readFileSync(file, 'utf8').replace('redis.example', '127.0.0.1').replace('6379', String(port))
  writeFileSync(file, text)
  const refusal = { code: 'SECRETS_LOCKED', message: expect.stringMatching(/another server.*TORIL_PROFILE/) as string }
  await expect(home.start()).rejects.toMatchObject(refusal)
  const runner = await home.startWith({ TORIL_PROFILE: 'This computer' })
  const tried = async () => runner.profiles.test({ id }, new AbortController().signal)
  await expect(tried()).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  await expect(runner.profiles.queues(id)).rejects.toMatchObject({ code: 'SECRETS_LOCKED' })
  expect(runner.system().notices).toMatchObject([{ code: 'SECRETS_LOCKED' }])
  expect(told).toEqual([])
})

test('a user and a password that are stored sealed let it in', async () => {
  const redis = await home.server(startAclRedis('~* &* +@all'))
  const { username, password } = redis.user
  const queue = { kind: 'redis', port: redis.port, username } as const
  const id = await home.use({ name: 'Users', queue, secrets: { 'queue.password': password } })
  const { runner } = await home.works()
  await runner.stop({ graceMs: 0 })
  await runner.profiles.update(id, { secrets: { 'queue.password': 'wrong' } })
  const refused = home.start()
  await expect(refused).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/password/) as string,
  })
})

test('sentinels lead it to their master', async () => {
  const redis = await home.server(startSentinelRedis())
  const { sentinels, name, password, sentinelPassword } = redis
  const secrets = { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword }
  await home.use({ name: 'Sentinels', queue: { kind: 'sentinel', sentinels, masterName: name }, secrets })
  const { system } = await home.works()
  expect(system.profile.description).toBe(`Redis ${name} of ${sentinels.length} sentinels, history: Embedded database`)
})

test('a cluster is used with the prefix in braces', async () => {
  const redis = await home.server(startRedisCluster())
  await home.use({ name: 'Cluster', queue: { kind: 'cluster', seeds: redis.nodes }, prefix: 'shop' })
  const { system } = await home.works()
  expect(system.profile.backend).toBe('redis')
})

test('a PostgreSQL with TLS holds history and queue', async () => {
  const postgres = await home.server(startTlsPostgres())
  const { host, port, user, password, database, certificates } = postgres
  const tls = { caFile: home.pem('ca.pem', certificates.ca) }
  const history = { kind: 'postgres', host, port, user, database, tls } as const
  await home.use({ name: 'Own', queue: { kind: 'postgres' }, history, secrets: { 'history.password': password } })
  const { system } = await home.works()
  expect(system.profile).toMatchObject({
    backend: 'postgres',
    description: `PostgreSQL at ${host}:${port}/${database}`,
  })
})

test('behind one SSH tunnel it reaches Redis and PostgreSQL', async () => {
  const [redis, postgres, ssh] = [
    await home.server(startTestRedis()),
    await home.server(startTlsPostgres()),
    await home.server(startSshServer()),
  ]
  const { port, user, password, database, certificates } = postgres
  const tunnel = {
    host: ssh.host,
    port: ssh.port,
    user: ssh.username,
    auth: 'key',
    keyFile: ssh.privateKeyFile,
    sshConfig: false,
  } as const
  const tls = { caFile: home.pem('ca.pem', certificates.ca) }
  const places = {
    queue: { kind: 'redis', port: redis.port, tunnel },
    history: { kind: 'postgres', host: 'localhost', port, user, database, tls, tunnel },
  } as const
  await home.use({ name: 'Mistaken', ...places, secrets: { 'history.password': 'another' } })
  await expect(home.start()).rejects.toThrow(/host key/)
  const { stdout } = await promisify(execFile)('ssh-keyscan', ['-p', String(ssh.port), ssh.host])
  writeFileSync(join(home.dataDir, 'known_hosts'), stdout)
  // The server of the profile, and not the near end of the tunnel.
  await expect(home.start()).rejects.toThrow(
    `PostgreSQL at localhost:${port} through ${ssh.host} refused the user ${user}: wrong user or password. Correct the profile Mistaken.`,
  )
  await home.use({ name: 'Tunnel', ...places, secrets: { 'history.password': password } })
  const { system } = await home.works()
  expect(system.profile.description).toBe(
    `Redis at 127.0.0.1:${redis.port}/0 through ${ssh.host}, history: PostgreSQL at localhost:${port}/${database} through ${ssh.host}`,
  )
})

test('behind an SSH tunnel it reaches what sentinels and a cluster announce', async () => {
  const ssh = await home.server(startSshServer())
  const tunnel = await tunnelThrough(ssh, home.dataDir)
  const watched = await home.server(startSentinelRedis())
  const { sentinels, name: masterName, password, sentinelPassword } = watched
  const secrets = { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword }
  await home.use({ name: 'Sentinels', queue: { kind: 'sentinel', sentinels, masterName, tunnel }, secrets })
  const first = await home.works()
  await first.runner.stop({ graceMs: 0 })

  const { nodes: seeds } = await home.server(startRedisCluster())
  await home.use({ name: 'Cluster', queue: { kind: 'cluster', seeds, tunnel } })
  const { runner } = await home.works()
  // The connection breaks and comes back on the same ports: what is sent meanwhile is done.
  await ssh.cutConnections()
  await untilTrue('a job after the tunnel is back', async () => {
    const { id } = await runner.jobs.enqueue('add-two-numbers', { a: 20, b: 22 }, once)
    return (await whenFinished(runner, id)).state === 'completed'
  })
})

test('a Redis of its own comes and goes with it', async () => {
  await home.use({ name: 'Private', queue: { kind: 'managed-redis' } })
  const { runner, system } = await home.works()
  expect(system.profile).toMatchObject({
    backend: 'redis',
    description: 'Managed Redis, history: Embedded database',
  })
  const folder = join(home.dataDir, 'redis')
  const { pid } = JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as { pid: number }
  await runner.stop({ graceMs: 0 })
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(readdirSync(folder).sort()).toEqual(['appendonlydir', 'redis.conf'])
})

test('the environment beats the stored profile, and TORIL_PROFILE says which one', async () => {
  const redis = await home.server(startTestRedis())
  await home.use({ name: 'Nowhere', queue: { kind: 'redis', host: 'nowhere.invalid' }, queueName: 'orders' })
  const profile = JSON.stringify({ name: 'Given', queueName: 'given', queue: { kind: 'redis', port: redis.port } })
  for (const [variables, name, queueName] of [
    [{ REDIS_URL: redis.url }, 'Nowhere', 'orders'],
    [{ TORIL_PROFILE: profile }, 'Given', 'given'],
    [{ TORIL_PROFILE: 'this computer', TORIL_QUEUE: 'mine' }, 'This computer', 'mine'],
  ] as const) {
    const runner = await home.startWith(variables)
    const system = runner.system()
    expect(system.profile.name).toBe(name)
    expect((await runner.queue.info()).name).toBe(queueName)
    expect(system.environment.map(({ variable }) => variable)).toEqual([...Object.keys(variables), 'TORIL_JOBS_DIR'])
    expect(runner.profiles.list().fixedByEnvironment).toBe('TORIL_PROFILE' in variables)
    await runner.stop({ graceMs: 0 })
  }
})

test('a profile that cannot be used says so by its name, and how to start without it', async () => {
  await home.use({ name: 'Files', queue: { kind: 'redis', tls: { caFile: '/nowhere/ca.pem' } } })
  await expect(home.start()).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/\/nowhere\/ca\.pem .*the profile Files\. .*TORIL_PROFILE/) as string,
  })
})
