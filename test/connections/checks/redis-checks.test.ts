import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startAclRedis } from '../../support/redis-acl.ts'
import { startTlsRedis } from '../../support/redis-tls.ts'
import { freePort, startTestRedis, type TestRedis } from '../../support/redis.ts'
import { stopAll } from '../../support/stop-all.ts'
import { failureOf, statesOf, stepOf, TestFolder } from './testing.ts'

const folder = new TestFolder()
const stops: (() => Promise<unknown>)[] = []
let redis: TestRedis
beforeAll(async () => {
  redis = await startTestRedis()
})
afterAll(async () => {
  await redis.stop()
  await folder.remove()
})
afterEach(() => stopAll(stops.splice(0)))

async function server<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const started = await starting
  stops.push(() => started.stop())
  return started
}

function client(port: number, options: { username?: string; password?: string } = {}): Redis {
  const made = new Redis({ port, host: '127.0.0.1', ...options })
  made.on('error', () => undefined)
  stops.unshift(() => Promise.resolve(made.disconnect()))
  return made
}

test('a Redis that works passes every step, each with its time', async () => {
  const found = await folder.test({ queue: { kind: 'redis', port: redis.port } })
  expect(statesOf(found)).toEqual([
    ...['resolve', 'tcp', 'tls', 'auth', 'version', 'eviction', 'persistence'].map((step) => `queue.${step}: ok`),
    ...['rights', 'queues', 'round-trip'].map((step) => `queue.${step}: ok`),
    'history.program: ok',
  ])
  expect(found).toMatchObject({ over: true, ok: true })
  for (const { ms } of found.steps) expect(ms).toBeGreaterThanOrEqual(0)
  expect(stepOf(found, 'version').detail).toMatch(/^Redis \d+\.\d+/)
  expect(stepOf(found, 'eviction').detail).toBe('noeviction')
  expect(stepOf(found, 'persistence').detail).toBe('append-only file')
})

test('a test writes nothing: no command that changes anything is carried out', async () => {
  const monitored = client(redis.port)
  await monitored.hset('bull:orders:meta', 'version', 'bullmq:5.1.0')
  const monitor = await monitored.monitor()
  const seen: string[] = []
  monitor.on('monitor', (_time: string, args: string[]) => seen.push((args[0] ?? '').toLowerCase()))
  const found = await folder.test({ queue: { kind: 'redis', port: redis.port } })
  await monitored.echo('the end')
  while (!seen.includes('echo')) await once(monitor, 'monitor')
  monitor.disconnect()
  expect(found.ok).toBe(true)
  const reading = [
    'ping',
    'info',
    'config',
    'acl',
    'multi',
    'discard',
    'scan',
    'exists',
    'subscribe',
    'select',
    'hello',
    'echo',
  ]
  expect([...new Set(seen)].filter((name) => !reading.includes(name))).toEqual([])
  expect(seen).toContain('discard')
  expect(await monitored.dbsize()).toBe(1)
})

test('queues that are there are named', async () => {
  const other = client(redis.port)
  await other.hset('bull:orders:meta', 'version', 'bullmq:5.1.0')
  const found = await folder.test({ queue: { kind: 'redis', port: redis.port }, queueName: 'mail' })
  expect(stepOf(found, 'queues').detail).toBe('mail: new; also orders')
  const own = await folder.test({ queue: { kind: 'redis', port: redis.port }, queueName: 'orders' })
  expect(stepOf(own, 'queues').detail).toBe('orders: made by another program')
})

test('what is dangerous and works is warned of', async () => {
  const careless = await server(startTestRedis({ args: ['--appendonly', 'no', '--maxmemory-policy', 'allkeys-lru'] }))
  const found = await folder.test({ queue: { kind: 'redis', port: careless.port } })
  expect(found.ok).toBe(true)
  expect(stepOf(found, 'eviction')).toMatchObject({
    state: 'warning',
    detail: 'allkeys-lru',
    message: expect.stringMatching(/Set maxmemory-policy to noeviction\.$/) as string,
  })
  expect(stepOf(found, 'persistence')).toMatchObject({
    state: 'warning',
    message: expect.stringMatching(/all jobs are lost\. Set appendonly to yes\.$/) as string,
  })
})

test('it stops at the first failure and says what to change', async () => {
  const unknown = await folder.test({ queue: { kind: 'redis', host: 'nowhere.invalid' } })
  expect(failureOf(unknown)).toEqual(['resolve', expect.stringMatching(/host name/) as string])
  expect(unknown).toMatchObject({ over: true, ok: false })
  expect(statesOf(unknown)).toHaveLength(1)

  const closed = await folder.test({ queue: { kind: 'redis', port: await freePort() } })
  expect(failureOf(closed)).toEqual([
    'tcp',
    expect.stringMatching(/refused\. Start the server, or correct host and port\.$/) as string,
  ])

  const strange = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-nothing\r\n')).listen(
    0,
    '127.0.0.1',
  )
  await once(strange, 'listening')
  const { port } = strange.address() as AddressInfo
  const other = await folder.test({ queue: { kind: 'redis', port } })
  strange.close()
  expect(failureOf(other)[0]).toBe('auth')

  const number = await folder.test({ queue: { kind: 'redis', port: redis.port, database: 99 } })
  expect(failureOf(number)).toEqual(['auth', expect.stringMatching(/Choose a smaller number/) as string])
})

test('TLS is told with the name of the certificate and its end', async () => {
  const secure = await server(startTlsRedis({ clientCertificates: true }))
  const { ca, client: own } = secure.certificates
  const [caFile, certFile, keyFile] = [
    folder.pem('ca.pem', ca),
    folder.pem('client.pem', own.cert),
    folder.pem('client.key', own.key),
  ]
  const { port } = secure
  const works = await folder.test({ queue: { kind: 'redis', port, tls: { caFile, certFile, keyFile } } })
  expect(works.ok).toBe(true)
  expect(stepOf(works, 'tls')).toMatchObject({
    state: 'warning',
    detail: expect.stringMatching(/^TLS 1\.3, .+, valid for \d days?$/) as string,
    message: expect.stringMatching(/expires on \d{4}-\d\d-\d\d\. Renew it\.$/) as string,
  })
  const untrusted = await folder.test({ queue: { kind: 'redis', port, tls: { certFile, keyFile } } })
  expect(failureOf(untrusted)).toEqual(['tls', expect.stringMatching(/CA certificate/) as string])
  const nameless = await folder.test({ queue: { kind: 'redis', port, tls: { caFile } } })
  expect(failureOf(nameless)).toEqual(['tls', expect.stringMatching(/client certificate/) as string])
  const named = await folder.test({
    queue: { kind: 'redis', port, tls: { caFile, certFile, keyFile, serverName: 'other.example' } },
  })
  expect(failureOf(named)).toEqual(['tls', expect.stringMatching(/another host name/) as string])
  const careless = await folder.test({ queue: { kind: 'redis', port, tls: { certFile, keyFile, verify: false } } })
  expect(stepOf(careless, 'tls')).toMatchObject({
    state: 'warning',
    message: expect.stringMatching(/not verified/) as string,
  })
  const missing = await folder.test({ queue: { kind: 'redis', port, tls: { caFile: '/nowhere/ca.pem' } } })
  expect(failureOf(missing)).toEqual(['tls', expect.stringMatching(/\/nowhere\/ca\.pem/) as string])
  const without = await folder.test({ queue: { kind: 'redis', port } })
  expect(failureOf(without)).toEqual(['tls', expect.stringMatching(/Turn TLS on/) as string])
  const plain = await folder.test({ queue: { kind: 'redis', port: redis.port, tls: { caFile } } })
  expect(failureOf(plain)).toEqual(['tls', expect.stringMatching(/Turn TLS off/) as string])
})

const least =
  'resetchannels ~bull:* &bull:* -@all +@read +@write +@scripting +@transaction +@connection +@pubsub -@dangerous +info +time'

test('the least rights of the documentation pass', async () => {
  const acl = await server(startAclRedis(least))
  const { username, password } = acl.user
  const queue = { kind: 'redis', port: acl.port, username } as const
  const found = await folder.test({ queue, secrets: { 'queue.password': password } })
  expect(failureOf(found)[0]).toMatch(/^none/)
  expect(stepOf(found, 'rights')).toMatchObject({ state: 'ok' })
  const wrong = await folder.test({ queue, secrets: { 'queue.password': 'wrong' } })
  expect(failureOf(wrong)).toEqual(['auth', expect.stringMatching(/password is wrong/) as string])
  expect(JSON.stringify(found)).not.toContain(password)
})

test.each([
  [`${least} -zadd -xadd`, /may not run 2 commands \(zadd, xadd\)\. Give it .* ACL SETUSER toril \+zadd \+xadd\.$/],
  [`${least} resetkeys ~other:*`, /may not use the keys bull:\*\. Give it .* ~bull:\*\.$/],
])('a right that is missing is named: %s', async (rights, message) => {
  const acl = await server(startAclRedis(rights))
  const { username, password } = acl.user
  const draft = {
    queue: { kind: 'redis', port: acl.port, username },
    secrets: { 'queue.password': password },
  } as const
  const found = await folder.test(draft)
  expect(failureOf(found)).toEqual(['rights', expect.stringMatching(message) as string])
  // Whoever only looks does not need it.
  expect(stepOf(await folder.test({ ...draft, readOnly: true }), 'rights').state).toBe('warning')
  const admin = client(acl.port, acl.admin)
  expect(await admin.dbsize()).toBe(0)
})

test('without the channels a runner works alone, which is a warning', async () => {
  const acl = await server(startAclRedis(`${least} resetchannels`))
  const { username, password } = acl.user
  const queue = { kind: 'redis', port: acl.port, username } as const
  const found = await folder.test({ queue, secrets: { 'queue.password': password } })
  expect(found.ok).toBe(true)
  expect(stepOf(found, 'rights')).toMatchObject({
    state: 'warning',
    message: expect.stringMatching(/channels bull:\*.*&bull:\*.*works alone\.$/) as string,
  })
})

test('a Redis that is not the kind of the profile is told apart', async () => {
  const replica = await server(startTestRedis({ args: ['--replicaof', '127.0.0.1', String(redis.port)] }))
  const found = await folder.test({ queue: { kind: 'redis', port: replica.port } })
  expect(failureOf(found)).toEqual(['version', expect.stringMatching(/it is a replica/) as string])
  const alone = await folder.test({ queue: { kind: 'cluster', seeds: [{ host: '127.0.0.1', port: redis.port }] } })
  expect(failureOf(alone)).toEqual(['version', expect.stringMatching(/not part of a cluster/) as string])
})

test.each([
  ['off', /may not run hset \(Redis issue 14541\)\. .*: ACL SETUSER default off nopass ~\* &\* \+@all\.$/],
  ['on >other ~other:* &* +@all', /may not use the key bull:toril:meta \(Redis issue 14541\)\. /],
  ['off nopass ~* &* +@all', undefined],
  ['off nopass ~* &* +@all -@dangerous', undefined],
])('a default user whose missing rights cost jobs at a restart is warned of: %s', async (ofDefault, message) => {
  const acl = await server(startAclRedis(`${least} +acl|dryrun +acl|getuser`, ofDefault))
  const { username, password } = acl.user
  const queue = { kind: 'redis', port: acl.port, username } as const
  const found = await folder.test({ queue, secrets: { 'queue.password': password } })
  expect(failureOf(found)[0]).toMatch(/^none/)
  expect(stepOf(found, 'persistence')).toMatchObject(
    message === undefined
      ? { state: 'ok', detail: 'append-only file' }
      : { state: 'warning', message: expect.stringMatching(message) as string },
  )
})

test('who may not look at rights is not warned of what cannot be seen', async () => {
  const acl = await server(startAclRedis(least, 'off'))
  const { username, password } = acl.user
  const queue = { kind: 'redis', port: acl.port, username } as const
  const found = await folder.test({ queue, secrets: { 'queue.password': password } })
  expect(stepOf(found, 'persistence')).toMatchObject({ state: 'ok', detail: 'append-only file' })
})
