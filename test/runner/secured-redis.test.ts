import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ProfileDraft } from '../../electron/contract/connection-profile.ts'
import { leastRights } from '../queue/least-rights.ts'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis, type SentinelRedis } from '../support/redis-sentinel.ts'
import { startSecuredRedis } from '../support/redis-tls.ts'
import { startSshServer, tunnelThrough } from '../support/ssh.ts'
import { ProfileHome } from './profile-home.ts'

let home: ProfileHome
beforeEach(async () => {
  home = await ProfileHome.make()
})
afterEach(() => home.remove())

/** Runs a job on the profile as it is, and through an SSH server. */
async function worksBothWays(draft: Omit<ProfileDraft, 'name'>): Promise<void> {
  await home.hasWorked({ name: 'Direct', ...draft })
  const tunnel = await tunnelThrough(await home.server(startSshServer()), home.dataDir)
  await home.hasWorked({ name: 'Tunnelled', ...draft, queue: { ...draft.queue, tunnel } as ProfileDraft['queue'] })
}

function sentinelProfile({ sentinels, name, password, sentinelPassword }: SentinelRedis) {
  return {
    queue: { kind: 'sentinel', sentinels, masterName: name } as const,
    secrets: { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword },
  }
}

test('a Redis with TLS, client certificates and a user of least rights', async () => {
  const { port, user, certificates } = await home.server(startSecuredRedis(leastRights('bull')))
  const { ca, client } = certificates
  const tls = {
    caFile: home.pem('ca.pem', ca),
    certFile: home.pem('client.pem', client.cert),
    keyFile: home.pem('client.key', client.key),
  }
  const queue = { kind: 'redis', host: 'localhost', port, username: user.username, tls } as const
  await worksBothWays({ queue, secrets: { 'queue.password': user.password } })
})

test('sentinels with TLS and a user of their own, over servers with another authority and other users', async () => {
  const redis = await home.server(startSentinelRedis({ tls: 'both', named: true }))
  const { queue, secrets } = sentinelProfile(redis)
  const { users, certificates } = redis
  await worksBothWays({
    queue: {
      ...queue,
      username: users.server,
      sentinelUsername: users.sentinel,
      tls: { caFile: home.pem('servers.pem', certificates?.servers.ca ?? '') },
      sentinelTls: { caFile: home.pem('sentinels.pem', certificates?.sentinels.ca ?? '') },
    },
    secrets,
  })
})

test('sentinels without TLS over servers with it', async () => {
  const redis = await home.server(startSentinelRedis({ tls: 'servers' }))
  const { queue, secrets } = sentinelProfile(redis)
  const tls = { caFile: home.pem('servers.pem', redis.certificates?.servers.ca ?? '') }
  await worksBothWays({ queue: { ...queue, tls }, secrets })
})

test('a cluster with TLS, client certificates and a user of least rights', async () => {
  const rights = `${leastRights('{bull}')} +cluster|slots +cluster|info`
  const { nodes, user, certificates } = await home.server(startRedisCluster({ tls: 'mutual', rights }))
  const tls = {
    caFile: home.pem('ca.pem', certificates?.ca ?? ''),
    certFile: home.pem('client.pem', certificates?.client.cert ?? ''),
    keyFile: home.pem('client.key', certificates?.client.key ?? ''),
  }
  const queue = { kind: 'cluster', seeds: nodes, username: user.username, tls } as const
  await worksBothWays({ queue, secrets: { 'queue.password': user.password } })
})

test('a cluster whose nodes announce addresses that lead nowhere, with a NAT map', async () => {
  const { nodes, natMap } = await home.server(startRedisCluster({ announcesElsewhere: true }))
  await worksBothWays({ queue: { kind: 'cluster', seeds: nodes, natMap } })
})

test('a PostgreSQL with TLS behind SSH holds queue and history', async () => {
  const postgres = await home.server(startTlsPostgres())
  const { port, user, password, database, certificates } = postgres
  const tunnel = await tunnelThrough(await home.server(startSshServer()), home.dataDir)
  const tls = { caFile: home.pem('ca.pem', certificates.ca) }
  const history = { kind: 'postgres', host: 'localhost', port, user, database, tls, tunnel } as const
  const secrets = { 'history.password': password }
  await home.hasWorked({ name: 'Own', queue: { kind: 'postgres' }, history, secrets })
  await home.use({
    name: 'Misnamed',
    queue: { kind: 'postgres' },
    history: { ...history, tls: { ...tls, serverName: 'db.example.com' } },
    secrets,
  })
  await expect(home.start()).rejects.toThrow(/db\.example\.com/)
})
