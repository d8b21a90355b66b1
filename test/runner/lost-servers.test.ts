import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { leastRights } from '../queue/least-rights.ts'
import { admin } from '../support/redis-acl.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startSshServer, tunnelThrough } from '../support/ssh.ts'
import { OutageWork } from './outage-work.ts'
import { ProfileHome } from './profile-home.ts'

const host = '127.0.0.1'
let home: ProfileHome
beforeEach(async () => {
  home = await ProfileHome.make()
})
afterEach(() => home.remove())

/** Asks a server something as its owner would. */
async function asOwner<Answer>(
  port: number,
  login: { username?: string; password?: string },
  ask: (client: Redis) => Promise<Answer>,
) {
  const client = new Redis({ host, port, ...login })
  try {
    return await ask(client)
  } finally {
    client.disconnect()
  }
}

test('the master under sentinels behind an SSH server is killed while jobs run: its replica has their results', async () => {
  const { sentinels, name, password, sentinelPassword, master, replica } = await home.server(startSentinelRedis())
  const tunnel = await tunnelThrough(await home.server(startSshServer()), home.dataDir)
  await home.use({
    name: 'Sentinels',
    queue: { kind: 'sentinel', sentinels, masterName: name, tunnel },
    secrets: { 'queue.password': password, 'queue.sentinelPassword': sentinelPassword },
  })
  const work = await OutageWork.begin(home)
  await asOwner(master.port, { password }, (client) => client.wait(1, 0))
  await master.kill()
  await work.goesThrough({
    reason: new RegExp(
      `toril-master .+ through 127.0.0.1 cannot be reached: .+ from there 127.0.0.1:${master.port} cannot`,
    ),
  })
  const role = await asOwner(replica.port, { password }, (client) => client.role())
  expect(role[0]).toBe('master')
})

test("the queue's master in a cluster is killed while jobs run: its replica has their results", async () => {
  const { nodes, withReplica } = await home.server(startRedisCluster({ replicaOf: '{bull}' }))
  await home.use({ name: 'Cluster', queue: { kind: 'cluster', seeds: nodes } })
  const work = await OutageWork.begin(home)
  if (withReplica === undefined) throw new Error('There is no replica.')
  await asOwner(withReplica.master.port, {}, (client) => client.wait(1, 0))
  await withReplica.master.kill()
  await work.goesThrough({ reason: /cannot be reached: / })
})

test("the queue's master in a cluster is killed, and started again where there is no replica", async () => {
  const { nodes, masterOf, whole } = await home.server(startRedisCluster())
  await home.use({ name: 'Cluster', queue: { kind: 'cluster', seeds: nodes } })
  const work = await OutageWork.begin(home)
  const master = await masterOf('{bull}')
  await master.kill()
  await work.goesThrough({
    reason: /cannot be reached: /,
    async comesBack() {
      await master.restart()
      await whole()
    },
  })
})

test('the managed Redis is killed while jobs run, and is there again by itself', async () => {
  await home.use({ name: 'Own', queue: { kind: 'managed-redis' } })
  const work = await OutageWork.begin(home)
  const server = JSON.parse(readFileSync(join(home.dataDir, 'redis', 'server.json'), 'utf8')) as { pid: number }
  process.kill(server.pid, 'SIGKILL')
  await work.goesThrough({ reason: /^The managed Redis stopped: it was ended by SIGKILL/ })
})

test('the password of the user of a cluster is changed while jobs run, and changed back', async () => {
  const rights = `${leastRights('{bull}')} +cluster|slots +cluster|info`
  const { nodes, masters, user } = await home.server(startRedisCluster({ rights }))
  const { username, password } = user
  await home.use({
    name: 'Locked',
    queue: { kind: 'cluster', seeds: nodes, username },
    secrets: { 'queue.password': password },
  })
  const work = await OutageWork.begin(home)
  const onAll = async (...words: [string, ...string[]]) => {
    for (const { port } of masters) await asOwner(port, admin, (client) => client.call(...words))
  }
  await onAll('ACL', 'SETUSER', username, 'resetpass', '>another')
  expect((await work.connection()).state).toBe('live')
  await onAll('CLIENT', 'KILL', 'USER', username)
  // What the jobs answer meanwhile is not lost with the first connection that is refused.
  await work.goesThrough({
    reason: /: user name or password is wrong\. Correct them\.$/,
    comesBack: () => onAll('ACL', 'SETUSER', username, `>${password}`),
  })
})

test('the embedded PostgreSQL, queue and history in one, is killed while jobs run and is there again by itself', async () => {
  const work = await OutageWork.begin(home)
  const file = join(home.dataDir, 'postgres', 'data', 'postmaster.pid')
  process.kill(Number(readFileSync(file, 'utf8').split('\n')[0]), 'SIGKILL')
  await work.goesThrough({ reason: /^The embedded PostgreSQL stopped: / })
})
