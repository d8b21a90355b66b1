import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { postgresTarget } from '../../../electron/runner/connections/postgres/postgres-target.ts'
import { waitForPostgres } from '../../../electron/runner/connections/wait-for-postgres.ts'
import { startTlsPostgres } from '../../support/postgres-tls.ts'
import { startRedisCluster } from '../../support/redis-cluster.ts'
import { startSentinelRedis } from '../../support/redis-sentinel.ts'
import { startTestRedis } from '../../support/redis.ts'
import { startSshServer, tunnelThrough, wayThrough } from '../../support/ssh.ts'
import { failureOf, stepOf, TestFolder } from './testing.ts'

let folder: TestFolder
beforeEach(() => {
  folder = new TestFolder()
})
afterEach(() => folder.remove())

test('each sentinel is asked, and the master they name is looked at', async () => {
  const { sentinels, name, password, sentinelPassword, master } = await folder.server(startSentinelRedis())
  const queue = { kind: 'sentinel', sentinels, masterName: name } as const
  const secrets = { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword }
  const works = await folder.test({ queue, secrets })
  expect(failureOf(works)[0]).toMatch(/^none/)
  expect(stepOf(works, 'sentinels').detail).toBe(`3 of 3, ${name} is at 127.0.0.1:${master.port}`)
  expect(stepOf(works, 'version').detail).toMatch(/1 replica$/)

  const partly = await folder.test({
    queue: { ...queue, sentinels: [...sentinels, { host: '127.0.0.1', port: 1 }] },
    secrets,
  })
  expect(partly.ok).toBe(true)
  expect(stepOf(partly, 'sentinels')).toMatchObject({
    state: 'warning',
    message: expect.stringMatching(/:1 /) as string,
  })
  const unknown = await folder.test({ queue: { ...queue, masterName: 'other' }, secrets })
  expect(failureOf(unknown)).toEqual(['sentinels', expect.stringMatching(/no master|master named other/) as string])
  const locked = await folder.test({ queue, secrets: { 'queue.password': password } })
  expect(failureOf(locked)).toEqual(['sentinels', expect.stringMatching(/password/) as string])
})

test('every node of a cluster is reached, also through a tunnel, and one that is gone is named', async () => {
  const cluster = await folder.server(startRedisCluster())
  const ssh = await folder.server(startSshServer())
  const queue = { kind: 'cluster', seeds: cluster.nodes } as const
  const tunnel = await tunnelThrough(ssh, folder.dataDir)
  for (const each of [queue, { ...queue, tunnel }]) {
    const works = await folder.test({ queue: each })
    expect(failureOf(works)[0]).toMatch(/^none/)
    expect(stepOf(works, 'cluster').detail).toBe('3 masters, 3 of 3 nodes, 16384 slots')
  }
  await cluster.masters[2]?.kill()
  const broken = await folder.test({ queue })
  expect(failureOf(broken)).toEqual(['cluster', expect.stringMatching(/node 127|state is fail/) as string])
})

test('an SSH host key that is not known is told, and accepted by its fingerprint alone', async () => {
  const [redis, ssh] = [await folder.server(startTestRedis()), await folder.server(startSshServer())]
  const tunnel = wayThrough(ssh)
  const queue = { kind: 'redis', port: redis.port, tunnel } as const
  const first = await folder.test({ queue })
  expect(failureOf(first)).toEqual(['tunnel', expect.stringContaining(ssh.hostFingerprint) as string])
  expect(stepOf(first, 'tunnel').hostKey).toMatchObject({ keyType: 'ssh-ed25519', fingerprint: ssh.hostFingerprint })
  expect(failureOf(await folder.test({ queue }, 'SHA256:another'))[0]).toBe('tunnel')
  const accepted = await folder.test({ queue }, ssh.hostFingerprint)
  expect(failureOf(accepted)[0]).toMatch(/^none/)
  expect(readFileSync(join(folder.dataDir, 'known_hosts'), 'utf8')).toContain(ssh.hostKey)
  expect((await folder.test({ queue })).ok).toBe(true)
  const gone = await folder.test({ queue: { ...queue, port: 1 } })
  expect(failureOf(gone)).toEqual(['tcp', expect.stringMatching(/from there 127\.0\.0\.1:1 cannot be/) as string])
})

test('a PostgreSQL with TLS passes, and a right that is missing is named', async () => {
  const postgres = await folder.server(startTlsPostgres())
  const { host, port, user, password, database, certificates } = postgres
  const tls = { caFile: folder.pem('ca.pem', certificates.ca) }
  const history = { kind: 'postgres', host, port, user, database, tls } as const
  const draft = { queue: { kind: 'postgres' }, history, secrets: { 'history.password': password } } as const
  const works = await folder.test(draft)
  expect(failureOf(works)[0]).toMatch(/^none/)
  expect(stepOf(works, 'tls', 'history').detail).toMatch(/^TLS 1\.3/)
  expect(stepOf(works, 'version', 'history').detail).toMatch(/^PostgreSQL \d+/)
  expect(stepOf(works, 'rights').detail).toBe('may make the schema bullmq')

  const admin = new pg.Client({ host, port, user, password, database, ssl: { ca: certificates.ca } })
  await admin.connect()
  await admin.query("CREATE ROLE visitor LOGIN PASSWORD 'visitor'")
  await admin.end()
  const visitor = { ...draft, history: { ...history, user: 'visitor' }, secrets: { 'history.password': 'visitor' } }
  expect(failureOf(await folder.test(visitor))).toEqual([
    'rights',
    `The user visitor of PostgreSQL at ${host}:${port} may not keep the history there. Give it the right: GRANT CREATE ON DATABASE "${database}" TO "visitor".`,
  ])
  const wrong = await folder.test({ ...draft, secrets: { 'history.password': 'wrong' } })
  expect(failureOf(wrong)).toEqual(['auth', expect.stringMatching(/wrong user or password/) as string])
  const untrusted = await folder.test({ ...draft, history: { ...history, tls: {} } })
  expect(failureOf(untrusted)).toEqual(['tls', expect.stringMatching(/certificate/) as string])
  const { tls: _tls, ...plain } = history
  expect(failureOf(await folder.test({ ...draft, history: plain }))).toEqual([
    'auth',
    `PostgreSQL at ${host}:${port} wants TLS. Switch TLS on in the profile Draft.`,
  ])
})

test('a PostgreSQL whose certificate has expired is to be given a new one, by the test and by a start', async () => {
  const { host, port, user, password, database, certificates } = await folder.server(
    startTlsPostgres({ expired: true }),
  )
  const tls = { caFile: folder.pem('ca.pem', certificates.ca), verify: true }
  const history = { kind: 'postgres', host, port, user, database, tls } as const
  const secrets = { 'history.password': password }
  const sentence = /its certificate has expired\. Renew the certificate of the server\.$/
  expect(failureOf(await folder.test({ history, secrets }))).toEqual(['tls', expect.stringMatching(sentence) as string])
  const address = await postgresTarget(history, { secrets, setting: 'the profile Old' })
  await expect(waitForPostgres(address)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(sentence) as string,
  })
})

test('a managed Redis and the embedded PostgreSQL are looked at without being started', async () => {
  const found = await folder.test({ queue: { kind: 'managed-redis' } })
  expect(found.ok).toBe(true)
  expect(stepOf(found, 'program').detail).toMatch(/^(Redis|Valkey) \d/)
  expect(stepOf(found, 'program', 'history').detail).toMatch(/^PostgreSQL \d+/)
})
