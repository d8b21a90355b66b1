import { createPostgresBackend, Queue } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scanLimits } from '../../electron/runner/queue/scan/scan-limits.ts'
import { isNamed, scanQueues } from '../../electron/runner/queue/scan/scan-queues.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startAclRedis } from '../support/redis-acl.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'

const names = { queueName: 'toril', prefix: 'bull' }

async function fill(queue: Queue): Promise<void> {
  await queue.add('send-mail', { to: 'a' })
  await queue.add('send-mail', { to: 'b' }, { priority: 3 })
  await queue.add('resize', 'text', { delay: 3_600_000 })
  await queue.pause()
}

const filled = {
  counts: { waiting: 2, delayed: 1, 'waiting-children': 0, active: 0, completed: 0, failed: 0 },
  paused: true,
  jobNames: ['resize', 'send-mail'],
}

async function closeAll(queues: readonly Queue[]): Promise<void> {
  await Promise.all(queues.map((queue) => queue.close()))
}

describe('looking for queues on Redis', () => {
  let redis: TestRedis
  let client: Redis
  beforeAll(async () => {
    redis = await startTestRedis()
    client = new Redis(redis.port, '127.0.0.1')
  })
  afterAll(async () => {
    client.disconnect()
    await redis.stop()
  })
  const target = () => ({ kind: 'redis', options: { host: '127.0.0.1', port: redis.port } }) as const

  it('finds none on an empty server, and leaves it empty', async () => {
    expect(await scanQueues(target(), names)).toEqual({ queues: [] })
    expect(await client.dbsize()).toBe(0)
  })

  it('tells prefix, name, counts, pause, job names and version of each, and writes nothing', async () => {
    const connection = { host: '127.0.0.1', port: redis.port }
    const queues = [new Queue('toril', { connection }), new Queue('mails', { connection, prefix: 'shop:eu' })]
    for (const queue of queues) await fill(queue)
    await closeAll(queues)
    await client.set('plain:meta', 'no hash')
    await client.hset('strange:meta', 'other', '1')
    const keys = async () => (await client.keys('*')).sort()
    const before = await keys()
    const { queues: found, ...rest } = await scanQueues(target(), names)
    expect(rest).toEqual({})
    expect(found).toEqual([
      { prefix: 'bull', name: 'toril', ...filled, bullmqVersion: '6.7.0' },
      { prefix: 'shop:eu', name: 'mails', ...filled, bullmqVersion: '6.7.0' },
    ])
    expect(found.map((queue) => isNamed(target(), queue, names))).toEqual([true, false])
    expect(await keys()).toEqual(before)
  })

  it('says when it ended before the whole server was looked through', async () => {
    const few = await scanQueues(target(), names, { ...scanLimits, queues: 1 })
    expect(few).toMatchObject({ queues: [{ name: 'toril' }], cut: 'Only 1 queues are shown; there are more.' })
    const short = await scanQueues(target(), names, { ...scanLimits, scanMs: -1 })
    expect(short.cut).toMatch(/looking ended after/)
  })

  it('says what a user may not read, and what the server refuses', async () => {
    const acl = await startAclRedis('~bull:* &* +@all')
    const admin = new Redis({ host: '127.0.0.1', port: acl.port, ...acl.admin })
    try {
      await admin.hset('bull:toril:meta', 'version', 'bullmq:5.0.0')
      await admin.hset('secret:q:meta', 'version', 'bullmq:5.0.0')
      const { queues, cut } = await scanQueues(
        { kind: 'redis', options: { host: '127.0.0.1', port: acl.port, ...acl.user } },
        names,
      )
      expect(queues).toMatchObject([{ name: 'toril', bullmqVersion: '5.0.0' }])
      expect(cut).toBe('The user of the profile may not read 1 further queue.')
    } finally {
      admin.disconnect()
      await acl.stop()
    }
    const gone = scanQueues({ kind: 'redis', options: { host: '127.0.0.1', port: 1 } }, names)
    await expect(gone).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

it('looks on every master of a cluster', async () => {
  const servers = await startRedisCluster()
  const connection = new Cluster(servers.nodes)
  try {
    const places = [
      ['{bull}', 'toril'],
      ['{other}', 'mails'],
      ['bull', '{tagged}'],
      ['{third}', 'posts'],
    ] as const
    const queues = places.map(([prefix, name]) => new Queue(name, { connection, prefix }))
    for (const queue of queues) await fill(queue)
    await closeAll(queues)
    const target = { kind: 'cluster', nodes: servers.nodes, options: {} } as const
    const { queues: found, cut } = await scanQueues(target, names)
    expect(cut).toBeUndefined()
    expect(found.map(({ prefix, name }) => `${prefix ?? ''} ${name}`).sort()).toEqual(
      places.map(([prefix, name]) => `${prefix} ${name}`).sort(),
    )
    expect(found.every(({ counts }) => counts.waiting === 2)).toBe(true)
    expect(found.filter((queue) => isNamed(target, queue, names))).toMatchObject([{ prefix: '{bull}', name: 'toril' }])
    const other = { queueName: '{tagged}', prefix: 'bull' }
    expect(found.filter((queue) => isNamed(target, queue, other))).toMatchObject([{ prefix: 'bull', name: '{tagged}' }])
  } finally {
    connection.disconnect()
    await servers.stop()
  }
})

describe('looking for queues on PostgreSQL', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startTestPostgres()
  })
  afterAll(() => postgres.stop())

  it('finds those of BullMQ, and makes no tables where there are none', async () => {
    const target = { kind: 'postgres', url: await postgres.createDatabase() } as const
    expect(await scanQueues(target, names)).toEqual({ queues: [] })
    expect(await scanQueues(target, names)).toEqual({ queues: [] })
    const connection = { connectionString: target.url, migrate: true }
    const queue = new Queue('mails', { connection }, createPostgresBackend) as unknown as Queue
    await fill(queue)
    await queue.close()
    const { queues } = await scanQueues(target, names)
    expect(queues).toEqual([{ name: 'mails', ...filled, bullmqVersion: '6.7.0' }])
    const [found] = queues
    if (found === undefined) throw new Error('none')
    expect(isNamed(target, found, names)).toBe(false)
    expect(isNamed(target, found, { queueName: 'mails', prefix: 'bull' })).toBe(true)
  })
})
