import { createRouterClient, isProcedure } from '@orpc/server'
import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listRoutes } from '../../electron/api/http/routes.ts'
import { createRouter } from '../../electron/api/router/create-router.ts'
import type { Effect, OperationMeta } from '../../electron/contract/effect.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { startTestRedis, type TestRedis } from '../support/redis.ts'
import { stopAll } from '../support/stop-all.ts'
import { untilTrue } from '../support/until-true.ts'
import { reading } from './redis-reading.ts'
import { RunnerHome } from './runner-under-test.ts'

let home: RunnerHome
let redis: TestRedis
const stops: (() => Promise<unknown>)[] = []
beforeEach(async () => {
  redis = await startTestRedis()
  stops.push(() => redis.stop())
  home = await RunnerHome.make({})
  stops.push(() => home.remove())
})
afterEach(() => stopAll(stops.splice(0).reverse()))

interface Operation {
  name: string
  effect: Effect
  call: (input: unknown) => Promise<unknown>
}

/** Everything that the router serves, however deep it lies, and not only what has an address in REST. */
function operationsOf(runner: Runner): Operation[] {
  const router: unknown = createRouter(runner)
  const client: unknown = createRouterClient(createRouter(runner), { context: { by: 'test' } })
  const walk = (served: unknown, called: unknown, name: string): Operation[] => {
    if (isProcedure(served)) {
      const { effect = 'changes' }: OperationMeta = served['~orpc'].meta
      return [{ name, effect, call: called as Operation['call'] }]
    }
    return Object.entries(served as object).flatMap(([key, inner]) =>
      walk(inner, Reflect.get(called as object, key), name === '' ? key : `${name}.${key}`),
    )
  }
  return walk(router, client, '')
}

/** The whole answer; of a stream that never ends its beginning. */
async function answerOf({ name, call }: Operation, input: unknown): Promise<unknown> {
  const answer = await call(input)
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer
  let last: unknown
  for await (const told of answer as AsyncIterable<unknown>) {
    last = told
    if (name === 'updates.watch' || name === 'jobs.events') break
  }
  return last
}

test('every operation is refused through a read-only profile, or leaves the Redis as it is', async () => {
  const foreign = new Queue('toril', { connection: { port: redis.port } })
  await foreign.add('add-two-numbers', { a: 1, b: 2 }, { jobId: 'waits' })
  await foreign.close()
  const first = await home.start()
  const draft = {
    name: 'Production EU',
    environment: 'production',
    queue: { kind: 'redis', port: redis.port },
  } as const
  const { id } = await first.profiles.create(draft)
  const { id: spare } = await first.profiles.create({ name: 'Spare' })
  const file = await first.profiles.export({})
  await home.stopRunners()
  const runner = await home.startWith({ TORIL_PROFILE: id })
  await untilTrue('the job is in the history', async () => (await runner.jobs.list({ limit: 50 })).total === 1)

  const watcher = new Redis(redis.port)
  stops.push(async () => watcher.disconnect())
  const monitor = await watcher.monitor()
  stops.push(async () => monitor.disconnect())
  const commands: string[] = []
  monitor.on('monitor', (_time: string, [command = '']: string[]) => commands.push(command))

  /** What each needs that is not refused. A new one has to be added here, which is the moment to think of what it does. */
  const inputs: Record<string, unknown> = {
    'jobs.list': {},
    'jobs.get': { id: 'waits' },
    'jobs.why': { id: 'waits' },
    'jobs.logs': { id: 'waits' },
    'jobs.events': { id: 'waits' },
    'jobs.stack': { id: 'waits' },
    'jobs.profile': { id: 'waits' },
    'jobs.endProfile': { id: 'waits' },
    'jobs.batch': { action: 'remove' },
    'jobTypes.list': undefined,
    'queue.get': undefined,
    'queue.drain': { delayed: true },
    'queue.clean': { state: ['completed', 'failed', 'cancelled'], olderThanMs: 0 },
    'queue.obliterate': { force: true },
    'queue.reconnect': undefined,
    'queue.throughput': {},
    'preferences.get': undefined,
    'preferences.update': { queue: { keepCompleted: 0, keepFailed: 0, unknownType: 'fail' }, pool: { maxThreads: 2 } },
    'profiles.list': undefined,
    'profiles.create': { name: 'New' },
    'profiles.update': { id, colour: 'teal', readOnly: true },
    'profiles.remove': { id: spare },
    'profiles.queues': { id },
    'profiles.export': {},
    'profiles.import': { file },
    'profiles.test': { id },
    'profiles.watchTest': { id },
    'profiles.endChanges': { id },
    'threads.list': undefined,
    'runners.list': undefined,
    'system.info': undefined,
    'updates.watch': undefined,
  }
  /** These say in so many words that something may be changed from now on, or somewhere else. */
  const leaving = ['profiles.allowChanges', 'profiles.use']
  const operations = operationsOf(runner)
  expect(operations.map(({ name }) => name).toSorted()).toEqual(
    listRoutes()
      .map(({ operation }) => operation)
      .toSorted(),
  )

  for (const operation of operations) {
    const { name, effect, call } = operation
    if (leaving.includes(name)) continue
    if (effect === 'changes' || effect === 'destroys') {
      const some = { id: 'waits', type: 'add-two-numbers', params: { id: 'waits', type: 'add-two-numbers' }, body: {} }
      const refused = call(inputs[name] ?? some).then(
        () => 'done',
        (error: unknown) => (error as { code: string }).code,
      )
      expect([name, await refused]).toEqual([name, 'READ_ONLY'])
      if (effect === 'changes') continue
    }
    expect(Object.keys(inputs)).toContain(name)
    const input = effect === 'destroys' ? { ...(inputs[name] as object), dryRun: true } : inputs[name]
    const told = await answerOf(operation, input).catch((error: unknown) => (error as { code: string }).code)
    const running = ['jobs.stack', 'jobs.profile', 'jobs.endProfile'].includes(name)
    if (running) expect(['JOB_NOT_RUNNING', 'NOT_PROFILED']).toContain(told)
    else expect([name, typeof told]).not.toEqual([name, 'string'])
  }
  await home.stopRunners()
  expect(commands.length).toBeGreaterThan(20)
  expect([...new Set(commands)].filter((command) => !reading.test(command))).toEqual([])
})
