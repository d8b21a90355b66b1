import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../queue/until.ts'
import { startOutageProxy } from '../support/outage-proxy.ts'
import { startTlsPostgres } from '../support/postgres-tls.ts'
import { startTestRedis } from '../support/redis.ts'
import { startSshServer, tunnelThrough } from '../support/ssh.ts'
import { OutageWork } from './outage-work.ts'
import { ProfileHome } from './profile-home.ts'

const host = '127.0.0.1'
let home: ProfileHome
beforeEach(async () => {
  home = await ProfileHome.make()
})
afterEach(() => home.remove())

test('the network before Redis is cut while jobs run: nothing arrives and nothing is closed', async () => {
  const redis = await home.server(startTestRedis())
  const proxy = await home.server(startOutageProxy(() => ({ host, port: redis.port })))
  await home.use({ name: 'Far', queue: { kind: 'redis', port: proxy.port } })
  const work = await OutageWork.begin(home)
  proxy.freeze()
  await work.goesThrough({ reason: /: it did not answer in time/, comesBack: () => proxy.restore() })
})

test('the network before the PostgreSQL of queue and history is cut while jobs run', async () => {
  const postgres = await home.server(startTlsPostgres())
  const proxy = await home.server(startOutageProxy(() => ({ host, port: postgres.port })))
  const { user, password, database, certificates } = postgres
  const tls = { caFile: home.pem('ca.pem', certificates.ca) }
  await home.use({
    name: 'Far',
    queue: { kind: 'postgres' },
    history: { kind: 'postgres', host, port: proxy.port, user, database, tls },
    secrets: { 'history.password': password },
  })
  const work = await OutageWork.begin(home)
  proxy.freeze()
  await work.goesThrough({
    reason: /: it did not answer in time/,
    comesBack: () => proxy.restore(),
    withHistory: true,
  })
})

test('the SSH server of a tunnel is killed while jobs run, and started again', async () => {
  const redis = await home.server(startTestRedis())
  const ssh = await home.server(startSshServer())
  const tunnel = await tunnelThrough(ssh, home.dataDir)
  await home.use({ name: 'Tunnelled', queue: { kind: 'redis', port: redis.port, tunnel } })
  const work = await OutageWork.begin(home)
  await ssh.kill()
  await work.goesThrough({
    reason: new RegExp(
      `Redis at 127.0.0.1:${redis.port} through 127.0.0.1 cannot be reached: the SSH server .+ refused the connection`,
    ),
    comesBack: () => ssh.restart(),
  })
})

test('an SSH server that comes back with another host key is not gone through before somebody accepts it', async () => {
  const redis = await home.server(startTestRedis())
  const ssh = await home.server(startSshServer())
  const tunnel = await tunnelThrough(ssh, home.dataDir)
  await home.use({ name: 'Tunnelled', queue: { kind: 'redis', port: redis.port, tunnel } })
  const work = await OutageWork.begin(home)
  await ssh.restart({ otherHostKey: true })
  const reason =
    /shows another host key \(SHA256:.+\) than the one in .+known_hosts, line 1\. Somebody may be listening/
  const told = (problem: string) => reason.test(problem) && problem.endsWith('The next try is in about 30 s.')
  await until(() => work.problems.some(told), 'the console says so')
  await work.goesThrough({
    reason,
    async comesBack() {
      expect((await work.runner.queue.reconnect()).state).not.toBe('live')
      await tunnelThrough(ssh, home.dataDir)
      // Not half a minute later.
      expect((await work.runner.queue.reconnect()).state).toBe('live')
    },
  })
})
