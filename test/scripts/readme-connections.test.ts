import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startHeadless, type HeadlessRunner } from '../support/headless.ts'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { startTestRedis } from '../support/redis.ts'
import { startSshServer } from '../support/ssh.ts'
import { stopAll } from '../support/stop-all.ts'
import { untilTrue } from '../support/until-true.ts'
import { blocksOf } from './readme-blocks.ts'

const project = join(import.meta.dirname, '..', '..')
const examples = blocksOf('Connections').map(({ text }) => text.trim())

const passwords = { REDIS_PASSWORD: 'password-of-redis', SENTINEL_PASSWORD: 'password-of-sentinel' }
let folder: string
let runner: HeadlessRunner
const stops: (() => Promise<unknown>)[] = []
const used = new Set<string>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toril-readme-'))
  await mkdir(join(folder, '.ssh'), { mode: 0o700 })
  runner = await startHeadless({ env: { ...passwords, HOME: folder } })
})
afterEach(() => stopAll(stops.splice(0)))
afterAll(async () => {
  await runner?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function server<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
  const started = await starting
  stops.push(() => started.stop())
  return started
}

/** The example that holds these words. */
function example(words: string): string {
  const found = examples.filter((text) => text.includes(words))
  expect(found, `one example with ${words}`).toHaveLength(1)
  used.add(found[0] ?? '')
  return found[0] ?? ''
}

/** The example with the places of the test's own servers instead of those it names. */
function placed(text: string, places: Record<string, string>): string {
  let result = text
  for (const [shown, real] of Object.entries(places)) {
    expect(result).toContain(shown)
    result = result.replaceAll(shown, real)
  }
  expect(result).not.toMatch(/example\.com|internal|\/etc\/ssl|\/run\//)
  return result
}

/** Adds the profile as the README says, starts on it as the README says, and has a job done there. */
async function added(name: string, places: Record<string, string> = {}, env: Record<string, string> = {}) {
  const text = placed(example(`profiles add ${name} `), places)
  // What npx runs, without what npx does before.
  const direct = text.replaceAll('npx toril', `'${process.execPath}' scripts/toril.mjs`)
  const variables = { ...process.env, ...runner.env, ...env }
  await promisify(execFile)('bash', ['-euc', direct], { cwd: project, env: variables })
  await started(example('TORIL_PROFILE=Orders').replace('Orders', name), name)
}

async function started(line: string, name: string) {
  await runner.startBy(line)
  const system = await runner.call<{ profile: { name: string; readOnly: boolean } }>('GET', '/system')
  expect(system.profile).toMatchObject({ name, readOnly: false })
  const { id } = await runner.call<{ id: string }>('POST', '/jobs/add-two-numbers', { a: 20, b: 22 })
  await untilTrue('the job to be done', async () => {
    const job = await runner.call<{ state: string; result?: number }>('GET', `/jobs/${encodeURIComponent(id)}`)
    if (job.state === 'failed') throw new Error(JSON.stringify(job))
    return job.state === 'completed' && job.result === 42
  })
}

/** `bastion` of the user's own SSH configuration, whose key is known. */
async function bastion() {
  const ssh = await server(startSshServer())
  const config = ['Host bastion', `HostName ${ssh.host}`, `Port ${ssh.port}`, `User ${ssh.username}`]
  const write = (file: string, text: string) => writeFile(join(folder, '.ssh', file), text, { mode: 0o600 })
  await write('config', [...config, `IdentityFile ${ssh.privateKeyFile}`, ''].join('\n'))
  await write('known_hosts', `[${ssh.host}]:${ssh.port} ${ssh.hostKey}\n`)
}

test('embedded', () => added('Experiments'))

test('managed Redis', () => added('Private'))

test('Redis with TLS and a user that has the rights of docs/connections.md', async () => {
  const redis = await server(startTlsRedis())
  const ca = join(folder, 'redis-ca.pem')
  await writeFile(ca, redis.certificates.ca)
  await giveUser(new Redis({ port: redis.port, tls: { ca: redis.certificates.ca } }))
  await added('Orders', { 'redis.example.com:6380': `127.0.0.1:${redis.port}`, '/etc/ssl/redis-ca.pem': ca })
})

test('Redis with a client certificate', async () => {
  const redis = await server(startTlsRedis({ clientCertificates: true }))
  const { ca, client } = redis.certificates
  const files = { 'redis-ca.pem': ca, 'toril.pem': client.cert, 'toril.key': client.key }
  const places = Object.fromEntries(Object.keys(files).map((file) => [`/etc/ssl/${file}`, join(folder, file)]))
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text, { mode: 0o600 })
  await added('Guarded', { 'redis.example.com:6380': `127.0.0.1:${redis.port}`, ...places })
})

async function giveUser(client: Redis) {
  const docs = await readFile(join(project, 'docs', 'connections.md'), 'utf8')
  const line = /^ACL SETUSER (toril .+)$/m.exec(docs)?.[1] ?? ''
  const rights = line.replace('>password', `>${passwords.REDIS_PASSWORD}`).split(' ')
  try {
    await client.call('ACL', 'SETUSER', ...rights)
  } finally {
    client.disconnect()
  }
}

test('Redis by unix socket', async () => {
  const socket = join(folder, 'redis.sock')
  await server(startTestRedis({ args: ['--unixsocket', socket] }))
  await added('Local', { '/run/redis/redis.sock': socket })
  await started(placed(example('REDIS_URL=unix:'), { '/run/redis/redis.sock': socket }), 'Redis')
})

test('sentinels', async () => {
  const { sentinels, name } = await server(startSentinelRedis())
  const places = sentinels.map(({ port }, index): [string, string] => [
    `sentinel-${index + 1}.example.com:26379`,
    `127.0.0.1:${port}`,
  ])
  await added('Watched', { ...Object.fromEntries(places), 'masterName=orders': `masterName=${name}` })
})

test('a cluster', async () => {
  const { nodes } = await server(startRedisCluster())
  const places = nodes.map(({ port }, index): [string, string] => [
    `redis-${index + 1}.example.com:7000`,
    `127.0.0.1:${port}`,
  ])
  await added('Sharded', Object.fromEntries(places))
  const byVariable = { 'redis-1.example.com': '127.0.0.1', '7000': String(nodes[0]?.port) }
  await started(placed(example('{"kind": "cluster"'), byVariable), 'Environment')
})

test('Redis behind SSH, and by the environment', async () => {
  await bastion()
  const redis = await server(startTestRedis())
  await added('Staging', { 'redis.internal:6379': `127.0.0.1:${redis.port}` })
  await giveUser(new Redis({ port: redis.port }))
  const place = { 'redis.example.com:6379': `127.0.0.1:${redis.port}` }
  await started(placed(example('REDIS_URL="redis:'), place), 'Redis')
})

test('PostgreSQL with TLS, behind SSH, by URL, and by the environment', async () => {
  await bastion()
  const { port, user, password, database, certificates } = await server(startTlsPostgres())
  const ca = join(folder, 'db-ca.pem')
  await writeFile(ca, certificates.ca)
  const files = { '/etc/ssl/db-ca.pem': ca }
  const env = { DB_PASSWORD: password }
  const place = `127.0.0.1:${port}/${database}`
  await added('Archive', { 'toril@db.internal:5432/toril': `${user}@${place}`, ...files }, env)
  await added('Own', { 'toril@db.example.com:5432/toril': `${user}@${place}`, ...files }, env)
  const line = placed(example('DATABASE_URL='), {
    'toril:$DB_PASSWORD@db.example.com:5432/toril': `${user}:${encodeURIComponent(password)}@${place}`,
    ...files,
  })
  await started(line, 'This computer')
})

test('no example of the section is left out', () => {
  expect(examples.filter((text) => !used.has(text))).toEqual([])
})
