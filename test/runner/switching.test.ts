import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import { createKeyFileBox } from '../../electron/runner/connections/profiles/key-file-box.ts'
import { createProfileStore } from '../../electron/runner/connections/profiles/create-profile-store.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'

const embedded = 'this-computer'
let home: RunnerHome
let redis: TestRedis
let runner: Runner
let redisProfile: string

beforeEach(async () => {
  ;[home, redis] = await Promise.all([RunnerHome.make({}), startTestRedis()])
  runner = await home.start()
  const queue = { kind: 'redis', port: redis.port } as const
  redisProfile = (await runner.profiles.create({ name: 'Redis', colour: 'teal', readOnly: false, queue })).id
})
afterEach(async () => {
  await home.remove()
  await redis.stop()
})

async function sum(): Promise<void> {
  const { id } = await runner.jobs.enqueue('add-two-numbers', { a: 20, b: 22 }, once)
  expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 42 })
}

/** A job that runs until its gate is opened. */
async function held(name: string): Promise<string> {
  const { id } = await runner.jobs.enqueue('hold', { release: home.gate(name) }, once)
  await whenStarted(runner, id)
  return id
}

const postmaster = (): string | undefined => {
  const file = join(home.dataDir, 'postgres', 'data', 'postmaster.pid')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined
}

async function collected(stream: AsyncIterable<Update>, into: Update[]): Promise<void> {
  for await (const update of stream) into.push(update)
}

describe('a runner moves to another profile', () => {
  test('and back while jobs run: those that finish in time finish, and watchers follow with a new snapshot', async () => {
    const pid = postmaster()
    expect(pid).toBeDefined()
    const stop = new AbortController()
    const updates: Update[] = []
    const watching = collected(runner.watch(stop.signal), updates)
    const id = await held('first')
    const events: string[] = []
    const following = (async () => {
      for await (const event of runner.jobs.events(id, stop.signal))
        if (event.kind === 'job') events.push(event.job.state)
    })()

    const moving = runner.profiles.use(redisProfile, { graceMs: 600_000 })
    await until(() => runner.system().moving?.step === 'finishing', 'the old session waits for its job')
    // The old session answers while its job goes on, but takes nothing new.
    expect(await runner.jobs.get(id)).toMatchObject({ state: 'active' })
    await expect(runner.jobs.enqueue('note', {}, once)).rejects.toMatchObject({ code: 'RUNNER_STOPPING' })
    await home.openGate('first')
    expect(await moving).toMatchObject({ id: redisProfile, name: 'Redis' })
    await following
    expect(events.at(-1)).toBe('completed')
    expect(runner.profiles.list().currentId).toBe(redisProfile)
    expect(runner.system()).toMatchObject({
      profile: { id: redisProfile, name: 'Redis', colour: 'teal', backend: 'redis' },
    })
    expect(runner.system().moving).toBeUndefined()
    await sum()
    expect((await runner.jobs.list({ limit: 10 })).jobs.map((job) => job.type)).toEqual(['add-two-numbers'])
    expect(postmaster()).toBe(pid)

    await runner.profiles.use(embedded)
    expect(postmaster()).toBe(pid)
    expect(await runner.jobs.get(id)).toMatchObject({
      state: 'completed',
      result: 'released',
      attempts: [{ number: 1 }],
    })
    await sum()

    await until(
      () => updates.some((update, at) => at > 0 && update.kind === 'snapshot' && update.system.profile.id === embedded),
      'the watcher sees the last profile',
    )
    stop.abort()
    await watching
    expect(updates.map((update) => update.seq)).toEqual(updates.map((_, index) => index + 1))
    const snapshots = updates.flatMap((update) => (update.kind === 'snapshot' ? [update.system.profile.id] : []))
    expect(snapshots).toEqual([embedded, redisProfile, embedded])
    const steps = new Set(
      updates.flatMap((update) => (update.system?.moving === undefined ? [] : [update.system.moving.step])),
    )
    expect(steps).toContain('finishing')
  })

  test('a job that does not finish in time goes back to wait, and is done once the runner is back', async () => {
    const id = await held('slow')
    const waiting = await Promise.all(
      [1, 2, 3].map((priority) => runner.jobs.enqueue('note', {}, { ...once, delayMs: 3_600_000, priority })),
    )
    await runner.profiles.use(redisProfile, { graceMs: 0 })
    await expect(runner.jobs.get(id)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' })
    expect((await runner.queue.info()).counts).toMatchObject({ waiting: 0, delayed: 0, active: 0 })
    await home.openGate('slow')
    await runner.profiles.use(embedded)
    const job = await whenFinished(runner, id)
    // Given back without using up its only attempt.
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts.map(({ outcome }) => outcome).at(-1)).toBe('completed')
    expect(job.attempts.filter(({ outcome }) => outcome === 'completed')).toHaveLength(1)
    expect((await runner.queue.info()).counts).toMatchObject({
      delayed: waiting.length,
      active: 0,
      completed: 1,
      failed: 0,
    })
  })

  test('an inline job stops with the session that ran it, and never runs twice at a time', async () => {
    const release = home.gate('alone')
    const { id } = await runner.jobs.enqueue('alone-inline', { release }, once)
    await until(() => existsSync(`${release}-begun-1`), 'its code runs')
    await runner.profiles.use(redisProfile, { graceMs: 0 })
    await runner.profiles.use(embedded)
    await until(() => existsSync(`${release}-begun-2`), 'its code runs again')
    await home.openGate('alone')
    const job = await whenFinished(runner, id)
    expect(job).toMatchObject({ state: 'completed', result: 'released' })
    expect(job.attempts).toMatchObject([
      { outcome: 'cancelled', error: { code: 'RUNNER_STOPPED' } },
      { outcome: 'completed' },
    ])
    expect(existsSync(`${release}-twice`)).toBe(false)
  })

  test('one that cannot be opened leaves the old one at work', async () => {
    const id = await held('meanwhile')
    const queue = { kind: 'redis', port: redis.port } as const
    const gone = await runner.profiles.create({ name: 'Gone', readOnly: false, queue })
    await redis.kill()
    await expect(runner.profiles.use(gone.id)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining('TORIL_PROFILE') as string,
    })
    expect(runner.profiles.list().currentId).toBe(embedded)
    expect(await runner.jobs.get(id)).toMatchObject({ state: 'active' })
    await sum()
    await home.openGate('meanwhile')
    expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', attempts: [{ number: 1 }] })
    await expect(runner.profiles.use('nobody')).rejects.toMatchObject({ code: 'PROFILE_NOT_FOUND' })
  })

  test('one that is lost at the last moment has the old one opened again', async () => {
    const id = await held('lost')
    const moving = runner.profiles.use(redisProfile, { graceMs: 0 }).catch((error: unknown) => error)
    await until(() => runner.system().moving?.step === 'finishing', 'the old session is left')
    await redis.kill()
    expect(await moving).toMatchObject({ code: 'UNAVAILABLE' })
    expect(runner.profiles.list().currentId).toBe(embedded)
    expect(runner.system()).toMatchObject({ profile: { id: embedded } })
    await home.openGate('lost')
    expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 'released' })
    await sum()
  })

  test('when neither can be opened, it goes on by itself as soon as the old one is back', async () => {
    const other = await startTestRedis()
    try {
      const queue = { kind: 'redis', port: other.port } as const
      const next = (await runner.profiles.create({ name: 'Next', readOnly: false, queue })).id
      await runner.profiles.use(redisProfile)
      const id = await held('both')
      const moving = runner.profiles.use(next, { graceMs: 0 }).catch((error: unknown) => error)
      await until(() => runner.system().moving?.step === 'finishing', 'the old session is left')
      await Promise.all([redis.kill(), other.kill()])
      expect(await moving).toMatchObject({ code: 'UNAVAILABLE' })
      expect(runner.profiles.list().currentId).toBe(redisProfile)
      await expect(runner.jobs.get(id)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(
          /^The profile Redis cannot be opened again: .* Trying again in \d+ s\./,
        ) as string,
      })
      expect(await runner.health()).toMatchObject({ ready: false })
      await redis.restart()
      await home.openGate('both')
      await until(() => runner.health().then(({ ready }) => ready), 'the runner is ready again')
      expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 'released' })
    } finally {
      await other.stop()
    }
  })

  test('when neither can be opened, a third one can be used', async () => {
    await runner.profiles.use(redisProfile)
    const other = await startTestRedis()
    const queue = { kind: 'redis', port: other.port } as const
    const next = (await runner.profiles.create({ name: 'Next', readOnly: false, queue })).id
    await held('third')
    const moving = runner.profiles.use(next, { graceMs: 0 }).catch((error: unknown) => error)
    await until(() => runner.system().moving?.step === 'finishing', 'the old session is left')
    await Promise.all([redis.kill(), other.stop()])
    expect(await moving).toMatchObject({ code: 'UNAVAILABLE' })
    await expect(runner.profiles.use(next)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await runner.profiles.use(embedded)).toMatchObject({ id: embedded })
    await sum()
  })

  test('a read-only one refuses changes from the first moment, and takes no jobs', async () => {
    const queue = { kind: 'redis', port: redis.port } as const
    const { id } = await runner.profiles.create({ name: 'Look', readOnly: true, queue })
    await runner.profiles.use(redisProfile)
    await sum()
    await runner.profiles.use(id)
    expect(() => runner.safety.refuseReadOnly()).toThrow('Look is read-only.')
    await expect(runner.queue.pause()).rejects.toMatchObject({ code: 'READ_ONLY' })
    expect(runner.system().profile).toMatchObject({ id, readOnly: true, takesNoJobs: true })
    await runner.profiles.use(embedded)
    runner.safety.refuseReadOnly()
    await sum()
  })

  test('two that use the Redis of its own have one server', async () => {
    const draft = { readOnly: false, queue: { kind: 'managed-redis' } } as const
    const first = await runner.profiles.create({ ...draft, name: 'Own' })
    const second = await runner.profiles.create({ ...draft, name: 'Own orders', queueName: 'orders' })
    const file = join(home.dataDir, 'redis', 'server.json')
    await runner.profiles.use(first.id)
    const server = readFileSync(file, 'utf8')
    await runner.profiles.use(second.id)
    expect(readFileSync(file, 'utf8')).toBe(server)
    await sum()
    await runner.profiles.use(embedded)
    expect(existsSync(file)).toBe(false)
  })

  test('one move at a time, and the profile that is moved to stays', async () => {
    const id = await held('long')
    const moving = runner.profiles.use(redisProfile, { graceMs: 600_000 })
    await expect(runner.profiles.use(embedded)).rejects.toMatchObject({
      code: 'PROFILE_CHANGING',
      message: 'The runner is already moving to the profile Redis. Wait until it is there.',
    })
    await expect(runner.profiles.remove(redisProfile)).rejects.toMatchObject({ code: 'PROFILE_IN_USE' })
    await until(() => runner.system().moving?.step === 'finishing', 'the old session waits')
    await home.openGate('long')
    await moving
    await runner.profiles.use(embedded)
    expect(await runner.jobs.get(id)).toMatchObject({ state: 'completed' })
  })

  test('a stop gives the move up, and the job goes back to wait where it was', async () => {
    const id = await held('stopped')
    const moving = runner.profiles.use(redisProfile, { graceMs: 600_000 })
    const refused = moving.catch((error: unknown) => error)
    await until(() => runner.system().moving?.step === 'finishing', 'the old session waits')
    await runner.stop({ graceMs: 0 })
    expect(await refused).toMatchObject({ code: 'RUNNER_STOPPING' })
    expect(postmaster()).toBeUndefined()
    await home.openGate('stopped')
    runner = await home.start()
    expect(runner.system().profile.id).toBe(embedded)
    expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 'released' })
  })

  test('a stop while the next one is being opened leaves nothing open', async () => {
    const moving = runner.profiles.use(redisProfile)
    const refused = moving.catch((error: unknown) => error)
    await runner.stop({ graceMs: 0 })
    expect(await refused).toMatchObject({ code: 'RUNNER_STOPPING' })
    expect(postmaster()).toBeUndefined()
  })

  test('the choice is kept for the next start', async () => {
    await runner.profiles.use(redisProfile)
    await runner.stop({ graceMs: 0 })
    runner = await home.start()
    expect(runner.system().profile.id).toBe(redisProfile)
    await sum()
  })

  test('used again after a change it is opened anew', async () => {
    await runner.profiles.update(embedded, { queueName: 'orders' })
    await runner.profiles.use(embedded)
    expect((await runner.queue.info()).name).toBe('orders')
    await sum()
  })
})

test('what the environment fixes cannot be switched', async () => {
  await runner.stop({ graceMs: 0 })
  const box = createKeyFileBox(join(home.dataDir, 'secrets.key'))
  const { profiles } = (await createProfileStore({ dataDir: home.dataDir, box })).list()
  const other = profiles.find(({ name }) => name === 'Redis')?.id ?? ''
  for (const [variable, value] of [
    ['TORIL_PROFILE', embedded],
    ['REDIS_URL', redis.url],
  ] as const) {
    const fixed = await home.startWith({ [variable]: value })
    await expect(fixed.profiles.use(other)).rejects.toMatchObject({
      code: 'SET_BY_ENVIRONMENT',
      message: expect.stringContaining(variable) as string,
    })
    await fixed.stop({ graceMs: 0 })
  }
})
