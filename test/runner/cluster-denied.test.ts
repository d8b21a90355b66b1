import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Runner } from '../../electron/runner/runner.ts'
import { until } from '../queue/until.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { startAclRedis, type AclRedis } from '../support/redis-acl.ts'
import { once, RunnerHome, whenFinished, whenStarted } from './runner-under-test.ts'
import { addTestJob } from './test-jobs.ts'

/** What BullMQ needs, and what runners say to each other. */
const rights =
  'resetchannels ~bull:* &bull:toril:toril:relay* -@all +@read +@write +@scripting +@transaction +@connection +@pubsub -@dangerous +info +client|list +time'

describe('two runners with a history each, on a Redis whose user has few rights', () => {
  let redis: AclRedis
  let postgres: TestPostgres
  let homes: [RunnerHome, RunnerHome]
  let here: Runner
  let there: Runner
  const problems: [string[], string[]] = [[], []]

  beforeAll(async () => {
    ;[redis, postgres] = await Promise.all([startAclRedis(rights), startTestPostgres()])
    const { username, password } = redis.user
    const REDIS_URL = `redis://${username}:${password}@127.0.0.1:${redis.port}`
    const make = async (url: string) => RunnerHome.make({ REDIS_URL, DATABASE_URL: url })
    homes = [await make(postgres.url), await make(await postgres.createDatabase())]
    await addTestJob(homes[1].jobsDir, 'only-there')
    here = await homes[0].start({ onProblem: (message) => void problems[0].push(message) })
    there = await homes[1].start({ onProblem: (message) => void problems[1].push(message) })
    for (const runner of [here, there]) {
      await until(async () => (await runner.runners.list()).length === 2, 'they see each other')
    }
  })
  afterAll(async () => {
    await Promise.all((homes ?? []).map((home) => home.remove()))
    await redis?.stop()
    await postgres?.stop()
  })

  const denials = (of: 0 | 1): string[] => problems[of].filter((problem) => problem.includes('+@pubsub'))

  it('reach each other with the rights that the README names', async () => {
    expect(await here.runners.pause(there.id)).toMatchObject({ state: 'paused' })
    expect(await here.runners.resume(there.id)).toMatchObject({ state: 'taking' })
    expect([...denials(0), ...denials(1)]).toEqual([])
  })

  it('know how each job ended though nobody tells, and though the queue is to keep none', async () => {
    const admin = new Redis({ port: redis.port, ...redis.admin })
    await admin.acl('SETUSER', redis.user.username, '-@pubsub', 'resetchannels')
    admin.disconnect()
    await there.preferences.update({ queue: { keepCompleted: 0, keepFailed: 0, concurrency: 4 } })
    await here.runners.pause(here.id)
    const jobs = await Promise.all(Array.from({ length: 60 }, (_, n) => here.jobs.enqueue('quick', { n }, once)))
    for (const { id } of jobs) await whenFinished(there, id)
    const results = new Map<string, unknown>()
    for (const { id } of jobs) results.set(id, (await there.jobs.get(id)).result)
    for (const { id } of jobs) {
      const found = await until(async () => {
        const { jobs: kept } = await here.jobs.list({ type: 'quick', limit: 100 })
        return kept.find((job) => job.id === id && job.state === 'completed')
      }, `job ${id} is in the other history`)
      expect(found.result).toEqual(results.get(id))
    }
  })

  it('say once that they cannot reach each other, and refuse what needs it with the reason', async () => {
    await here.runners.pause(here.id)
    const { id } = await here.jobs.enqueue('hold', { release: homes[0].gate('denied') }, once)
    await whenStarted(there, id)
    const refusal = here.jobs.cancel(id, { by: 'test', then: 'retry' })
    await expect(refusal).rejects.toMatchObject({ code: 'RUNNING_ELSEWHERE' })
    await expect(refusal).rejects.toThrow(/\+@pubsub/)
    await expect(here.runners.pause(there.id)).rejects.toMatchObject({ code: 'RUNNER_SILENT' })
    await homes[0].openGate('denied')
    expect(await whenFinished(here, id)).toMatchObject({ state: 'completed', result: 'released' })
    await until(() => denials(1).length > 0, 'the other one has said so too')
    expect([denials(0).length, denials(1).length]).toEqual([1, 1])
  })

  it('run a job of a type that only one knows without using an attempt', async () => {
    await here.runners.resume(here.id)
    const { id } = await here.jobs.enqueue('only-there', {}, once)
    const { attempts, state } = await whenFinished(there, id)
    expect([state, attempts]).toMatchObject(['completed', [{ number: 1, runner: there.id, outcome: 'completed' }]])
  })
})
