import { Redis, type RedisOptions } from 'ioredis'
import { afterEach, describe, expect, it } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { RedisTarget } from '../../electron/runner/queue/queue-config.ts'
import { startAclRedis } from '../support/redis-acl.ts'
import { startRedisCluster } from '../support/redis-cluster.ts'
import { startSentinelRedis } from '../support/redis-sentinel.ts'
import { startTlsRedis } from '../support/redis-tls.ts'
import { startTestRedis } from '../support/redis.ts'
import { consume, hastyTiming, plain } from './contract/queue-bench.ts'
import { leastRights } from './least-rights.ts'
import { until } from './until.ts'

let stops: (() => unknown)[] = []
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
})

/** Started, and stopped after the case. */
async function using<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const started = await starting
  stops.push(() => started.stop())
  return started
}

async function open(backend: RedisTarget, problems: string[] = []): Promise<RunnerQueue> {
  const queue = await createJobQueue({
    name: 'lost',
    backend,
    runnerId: 'a',
    timing: { ...hastyTiming, answerMs: 2_000, pingMs: 200 },
    onProblem: (message) => problems.push(message),
  })
  stops.push(() => queue.close())
  return queue
}

function admin(options: Pick<RedisOptions, 'port' | 'username' | 'password' | 'tls'>): Redis {
  const client = new Redis({ host: '127.0.0.1', ...options })
  client.on('error', () => undefined)
  stops.push(() => client.disconnect())
  return client
}

const state = (queue: RunnerQueue, live: boolean) =>
  until(() => (queue.connection().state === 'live') === live, live ? 'it is live' : 'it is lost')

it('a certificate that has expired is told when a connection is made anew, and one that was renewed is taken', async () => {
  const redis = await using(startTlsRedis())
  const { ca, files } = redis.certificates
  const queue = await open({ kind: 'redis', options: { host: '127.0.0.1', port: redis.port, tls: { ca } } })
  const control = admin({ port: redis.port, tls: { ca, rejectUnauthorized: false } })
  await control.config('SET', 'tls-cert-file', files.expiredCert)
  expect((await queue.counts()).waiting).toBe(0)
  expect(queue.connection().state).toBe('live')
  await control.call('CLIENT', 'KILL', 'TYPE', 'NORMAL', 'SKIPME', 'YES')
  await until(
    () => /its certificate has expired/.test(queue.connection().message ?? ''),
    'the expired certificate is told',
  )
  await control.config('SET', 'tls-cert-file', files.serverCert)
  await state(queue, true)
})

describe('a password that is changed under way', () => {
  /** Changes the password and breaks the connections, which are only asked for it when they are made. */
  async function changed(queue: RunnerQueue, problems: string[], change: () => unknown, undo: () => unknown) {
    const finish = Promise.withResolvers<void>()
    const watched = await consume(queue, async () => {
      await finish.promise
      return { kind: 'complete', result: null }
    })
    const { id } = await queue.add('running', 1, plain)
    await until(() => watched.taken.length === 1, 'it runs')
    await change()
    await until(
      () => queue.connection().message?.endsWith(': user name or password is wrong. Correct them.') === true,
      'the reason is known',
    )
    await expect(queue.counts()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/password is wrong/) as string,
    })
    finish.resolve()
    await undo()
    await state(queue, true)
    await watched.when(id, 'completed')
    expect(problems.filter((problem) => /cannot be reached/.test(problem)).length).toBeLessThanOrEqual(2)
    expect(problems.filter((problem) => /worker|events/.test(problem))).toEqual([])
  }

  it('of the server is said, and heals when it is changed back', async () => {
    const redis = await using(startTestRedis({ password: 'first' }))
    const control = admin({ port: redis.port, password: 'first' })
    const problems: string[] = []
    const queue = await open(
      { kind: 'redis', options: { host: '127.0.0.1', port: redis.port, password: 'first' } },
      problems,
    )
    await changed(
      queue,
      problems,
      async () => {
        await control.config('SET', 'requirepass', 'second')
        await control.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      },
      () => control.config('SET', 'requirepass', 'first'),
    )
  })

  it('of the user is said, and heals when it is changed back', async () => {
    const redis = await using(startAclRedis(leastRights('bull')))
    const { port, user } = redis
    const control = admin({ port, ...redis.admin })
    const problems: string[] = []
    const queue = await open({ kind: 'redis', options: { host: '127.0.0.1', port, ...user } }, problems)
    await changed(
      queue,
      problems,
      async () => {
        await control.call('ACL', 'SETUSER', user.username, 'resetpass', '>another')
        await control.call('CLIENT', 'KILL', 'USER', user.username)
      },
      () => control.call('ACL', 'SETUSER', user.username, `>${user.password}`),
    )
  })
})

describe('a right that is taken away under way', () => {
  it('is said by the call that needs it, with its name', async () => {
    const redis = await using(startAclRedis(leastRights('bull')))
    const { port, user } = redis
    const control = admin({ port, ...redis.admin })
    const queue = await open({ kind: 'redis', options: { host: '127.0.0.1', port, ...user } })
    await control.call('ACL', 'SETUSER', user.username, '-evalsha', '-eval')
    await expect(queue.add('a', 1, plain)).rejects.toThrow(
      /refuses this: the user may not run the command eval(sha)?\. Add \+eval/,
    )
  })
})

describe('a master that is made a replica under way', () => {
  it('stays lost, however often it is tried, until it is a master again, and no job is lost', async () => {
    const redis = await using(startTestRedis())
    const control = admin({ port: redis.port })
    const queue = await open({ kind: 'redis', options: { host: '127.0.0.1', port: redis.port } })
    const finish = Promise.withResolvers<void>()
    const watched = await consume(queue, async ({ job }) => {
      if (job.type === 'running') await finish.promise
      return { kind: 'complete', result: job.input }
    })
    const { id } = await queue.add('running', 'kept', plain)
    await until(() => watched.taken.length === 1, 'it runs')
    const waiting = await queue.add('waiting', 1, plain)
    await control.call('REPLICAOF', '127.0.0.1', '1')
    await expect(queue.add('refused', 1, plain)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await until(() => queue.connection().message?.includes('it is a replica') === true, 'the reason is known')
    for (let tries = 0; tries < 4; tries++) {
      const { state: found, message } = await queue.tryNow()
      expect(found).not.toBe('live')
      expect(message).toMatch(/it is a replica, which takes no jobs/)
    }
    finish.resolve()
    await control.call('REPLICAOF', 'NO', 'ONE')
    await until(async () => (await queue.tryNow()).state === 'live', 'it is a master again')
    await watched.when(id, 'completed')
    await watched.when(waiting.id, 'completed')
    expect(watched.taken.map(({ job }) => job.id)).toEqual([id, waiting.id])
  })
})

/** Jobs that wait, one that runs while its master dies, and one that is added after: all of them complete. */
async function surviveFailover(queue: RunnerQueue, copied: () => Promise<unknown>, kill: () => Promise<void>) {
  const finish = Promise.withResolvers<void>()
  const watched = await consume(
    queue,
    async ({ job }) => {
      if (job.type === 'running') await finish.promise
      return { kind: 'complete', result: job.input }
    },
    2,
  )
  const running = await queue.add('running', 'kept', plain)
  await until(() => watched.taken.length === 1, 'it runs')
  await queue.pause()
  const ids = [running.id]
  for (let n = 0; n < 50; n++) ids.push((await queue.add('a', n, plain)).id)
  await copied()
  await kill()
  await state(queue, false)
  finish.resolve()
  // However long the others take to choose: the next try by itself may be half a minute away.
  await until(async () => (await queue.tryNow()).state === 'live', 'another master is found')
  await queue.resume()
  ids.push((await queue.add('after', 1, plain)).id)
  for (const id of ids) await watched.when(id, 'completed')
  expect(await queue.get(running.id)).toMatchObject({ state: 'completed', result: 'kept' })
  expect(watched.taken.filter(({ job }) => job.id === running.id)).toHaveLength(1)
}

describe('a master that dies', () => {
  it('under sentinels is followed by its replica, and no job is lost', async () => {
    const servers = await using(startSentinelRedis())
    const { sentinels, name, password, sentinelPassword, master } = servers
    const queue = await open({ kind: 'sentinel', options: { sentinels, name, password, sentinelPassword } })
    const control = admin({ port: master.port, password })
    await surviveFailover(
      queue,
      () => control.wait(1, 0),
      () => master.kill(),
    )
  })

  it('in a cluster is followed by its replica, and no job is lost', async () => {
    const servers = await using(startRedisCluster({ replicaOf: '{bull}' }))
    const { withReplica, nodes } = servers
    if (withReplica === undefined) throw new Error('There is no replica.')
    const queue = await open({ kind: 'cluster', nodes, options: {} })
    const control = admin({ port: withReplica.master.port })
    await surviveFailover(
      queue,
      () => control.wait(1, 0),
      () => withReplica.master.kill(),
    )
  })
})
