import { describe, expect, it } from 'vitest'
import type { Job } from '../../electron/contract/job.ts'
import type { Runner } from '../../electron/contract/runner.ts'
import { counted, lasting } from '../../electron/runner/counted.ts'
import { takersAmong } from '../../electron/runner/jobs/takers.ts'
import { waitingChecks } from '../../electron/runner/jobs/waiting-checks.ts'
import type { JobFacts, Taker, WaitingFacts } from '../../electron/runner/jobs/waiting-facts.ts'
import { presented } from '../../electron/runner/jobs/waiting-reason.ts'

const now = Date.parse('2026-11-24T14:03:27.000Z')
const at = (ms: number): string => new Date(now + ms).toISOString()

const self: Taker = {
  self: true,
  jobTypes: ['resize'],
  active: 0,
  limit: 2,
  limitedBy: 'queue.concurrency',
  busyThreads: 0,
  maxThreads: 4,
}

function factsWith(limits: Partial<WaitingFacts['limits']> = {}, takers: readonly Taker[] = [self]): WaitingFacts {
  return {
    now,
    limits: { paused: false, rateLimitedMs: 0, active: 0, ...limits },
    shared: false,
    takers: () => takers,
    resting: () => [],
    movedUntil: () => undefined,
    defaultsOf: () => ({}),
  }
}

function jobWith(more: Partial<Job> = {}): Job {
  return {
    id: 'j1',
    type: 'resize',
    state: 'waiting',
    input: {},
    attempts: [],
    options: {},
    createdAt: at(-1000),
    ...more,
  }
}

function failing(job: Job, facts: WaitingFacts, own: JobFacts = {}) {
  return waitingChecks(job, facts, own).filter((check) => !check.ok)
}

describe('the checks of a waiting job', () => {
  it('come in one order, and say of each whether it holds', () => {
    const checks = waitingChecks(jobWith(), factsWith({ concurrency: 9 }), { place: 0 })
    expect(checks.map(({ code, ok }) => [code, ok])).toEqual([
      ['NO_RUNNER', true],
      ['QUEUE_PAUSED', true],
      ['NO_RUNNER_FOR_TYPE', true],
      ['DELAYED_UNTIL', true],
      ['WAITING_FOR_CHILDREN', true],
      ['RATE_LIMITED', true],
      ['GLOBAL_CONCURRENCY', true],
      ['CONCURRENCY_LIMIT', true],
      ['ALL_THREADS_BUSY', true],
      ['NEXT_IN_LINE', true],
    ])
    for (const { message } of checks) expect(message).toMatch(/^[A-Z0-9].*\.$/)
  })

  it('name all that fails, the first first', () => {
    const busy = { ...self, active: 2, busyThreads: 4 }
    const limits = {
      paused: true,
      rate: { max: 5, durationMs: 60_000 },
      rateLimitedMs: 8_000,
      concurrency: 3,
      active: 3,
    }
    expect(failing(jobWith(), factsWith(limits, [busy]), { place: 12, endedPerMinute: 3 })).toMatchObject([
      { code: 'QUEUE_PAUSED', message: 'The queue is paused.', fix: { action: 'resume' } },
      {
        code: 'RATE_LIMITED',
        message: `The rate limit of 5 jobs in 1 min is reached. The next job starts at ${at(8_000)}.`,
        until: at(8_000),
        fix: { action: 'preferences', target: 'queue.rateLimit' },
      },
      { code: 'GLOBAL_CONCURRENCY' },
      { code: 'CONCURRENCY_LIMIT', fix: { target: 'queue.concurrency' } },
      { code: 'ALL_THREADS_BUSY', message: 'All 4 threads are busy.', fix: { target: 'pool.maxThreads' } },
      { code: 'NEXT_IN_LINE' },
    ])
  })

  it('tell a delay from a back-off, and when each ends', () => {
    const delayed = jobWith({ state: 'delayed', options: { delayMs: 60_000 } })
    const [delay] = failing(delayed, factsWith(), { delayUntil: now + 59_000 })
    expect(delay).toMatchObject({ code: 'DELAYED_UNTIL', until: at(59_000), fix: { action: 'promote' } })
    const attempt = { number: 1, executor: 'thread', runner: 'r', startedAt: at(-900), finishedAt: at(-500) } as const
    const again = jobWith({ state: 'delayed', attempts: [{ ...attempt, outcome: 'failed' }], options: { attempts: 5 } })
    const [backoff] = failing(again, factsWith(), { delayUntil: now + 7_400 })
    expect(backoff).toMatchObject({ code: 'BACKING_OFF', message: 'Retries in 8 s, attempt 2 of 5.', until: at(7_400) })
    const [long] = failing(again, factsWith(), { delayUntil: now + 589_100 })
    expect(long?.message).toBe('Retries in 10 min, attempt 2 of 5.')
  })

  it('name the runner that handles the type and takes no jobs', () => {
    const other = { ...self, jobTypes: ['mail'] }
    const one = { ...factsWith({}, [other]), resting: () => ['The runner on box (pid 7)'] }
    expect(failing(jobWith(), one)[0]).toMatchObject({
      code: 'NO_RUNNER_FOR_TYPE',
      message: 'The runner on box (pid 7) handles resize, but takes no jobs now. Resume it.',
    })
    const two = { ...one, resting: () => ['This runner', 'The runner on box (pid 7)'] }
    expect(failing(jobWith(), two)[0]?.message).toBe('2 runners handle resize, but take no jobs now. Resume one.')
  })

  it('say of a queue that others use too what holds for any worker first, and leave room for theirs', () => {
    const shared = { ...factsWith({}, []), shared: true }
    expect(failing(jobWith(), shared).slice(0, 2)).toMatchObject([
      { code: 'NO_RUNNER', message: 'No runner of Toril takes jobs. A worker of another program may.' },
      { code: 'NO_RUNNER_FOR_TYPE', message: 'No runner of Toril handles resize. A worker of another program may.' },
    ])
    const delayed = jobWith({ state: 'delayed', options: { delayMs: 60_000 } })
    expect(failing(delayed, shared, { delayUntil: now + 59_000 })[0]).toMatchObject({ code: 'DELAYED_UNTIL' })
    const parent = jobWith({ state: 'waiting-children' })
    expect(failing(parent, shared)[0]).toMatchObject({ code: 'WAITING_FOR_CHILDREN' })
  })

  it('say that no runner is on, and of a type nobody handles nothing about room', () => {
    expect(
      failing(jobWith(), factsWith({}, []))
        .map(({ code }) => code)
        .slice(0, 2),
    ).toEqual(['NO_RUNNER', 'NO_RUNNER_FOR_TYPE'])
    const other = { ...self, jobTypes: ['mail'] }
    const codes = waitingChecks(jobWith(), factsWith({}, [other]), { place: 0 }).map(({ code }) => code)
    expect(codes).not.toContain('CONCURRENCY_LIMIT')
    expect(codes).not.toContain('ALL_THREADS_BUSY')
  })

  it('count the room of all runners that handle the type, and of no other', () => {
    const busy = { ...self, active: 2 }
    const elsewhere = { ...self, self: false, active: 1 }
    const unable = { ...self, self: false, jobTypes: [] }
    expect(failing(jobWith(), factsWith({}, [busy, unable]), { place: 0 }).map(({ code }) => code)).toEqual([
      'CONCURRENCY_LIMIT',
    ])
    expect(failing(jobWith(), factsWith({}, [busy, elsewhere]), { place: 0 })).toEqual([])
  })

  it('name the memory class of the thread it needs, and that an inline job needs none', () => {
    const busy = { ...self, busyThreads: 4 }
    const [thread] = failing(jobWith({ options: { memoryMb: 512 } }), factsWith({}, [busy]), { place: 0 })
    expect(thread).toMatchObject({ message: 'All 4 threads are busy. It needs one with a heap of 512 MB.' })
    expect(failing(jobWith({ options: { executor: 'inline' } }), factsWith({}, [busy]), { place: 0 })).toEqual([])
  })

  it('point to the child that holds a parent up, a failed one first', () => {
    const parent = jobWith({ state: 'waiting-children' })
    const children = [
      { id: 'c1', queue: 'toril', state: 'waiting' as const },
      { id: 'c2', queue: 'toril', state: 'failed' as const },
    ]
    expect(failing(parent, factsWith(), { family: { pending: 2, children } })).toMatchObject([
      {
        code: 'WAITING_FOR_CHILDREN',
        message: 'Waits for 2 child jobs. c2 has failed, and must complete before this one runs.',
        fix: { action: 'job', target: 'c2' },
      },
    ])
  })

  it('estimate only from a pace that was seen, and never faster than the rate limit', () => {
    const own = { place: 30, endedPerMinute: 60 }
    expect(failing(jobWith(), factsWith(), own)).toMatchObject([{ code: 'NEXT_IN_LINE', estimateMs: 30_000 }])
    const limited = factsWith({ rate: { max: 1, durationMs: 10_000 } })
    expect(failing(jobWith(), limited, own)).toMatchObject([{ estimateMs: 300_000 }])
    const [unknown] = failing(jobWith(), factsWith(), { place: 30, endedPerMinute: 0 })
    expect(unknown?.estimateMs).toBeUndefined()
    expect(unknown?.message).toContain('cannot be told')
  })
})

describe('the reason in a row', () => {
  it('is the first check that fails, whatever the job waits for', () => {
    const paused = factsWith({ paused: true })
    for (const state of ['waiting', 'delayed', 'waiting-children'] as const) {
      const job = jobWith({ state, options: { delayMs: 60_000 } })
      const [first] = failing(job, paused)
      expect(presented(job, paused).waitingReason).toEqual({ code: first?.code, message: first?.message })
    }
  })

  it('is left as it is for a job that runs or has finished', () => {
    for (const state of ['active', 'completed', 'failed', 'cancelled'] as const) {
      const job = jobWith({ state })
      expect(presented(job, factsWith({ paused: true }))).toBe(job)
    }
  })

  it('shows a delayed job as waiting once its time has come, or when it was put aside for want of a runner', () => {
    const job = jobWith({ state: 'delayed', options: { delayMs: 60_000 } })
    expect(presented(job, factsWith()).state).toBe('delayed')
    expect(presented(job, factsWith(), { delayUntil: now }).state).toBe('waiting')
    const nobody = factsWith({}, [{ ...self, jobTypes: ['x'] }])
    const waitingReason = { code: 'NO_RUNNER_FOR_TYPE' }
    expect(presented(jobWith({ state: 'delayed' }), nobody)).toMatchObject({ state: 'waiting', waitingReason })
    // The worker of another program has moved it to a later time.
    const moved = { ...nobody, movedUntil: () => now + 60_000 }
    expect(presented(jobWith({ state: 'delayed' }), moved).state).toBe('delayed')
    // Its producer asked for the delay: its time has not come, whoever knows it.
    expect(presented(job, nobody)).toMatchObject({ state: 'delayed', waitingReason })
  })
})

describe('who takes jobs', () => {
  const runner: Runner = {
    id: 'r1',
    host: 'h',
    pid: 1,
    version: '0',
    self: true,
    kind: 'headless',
    state: 'taking',
    jobTypes: ['resize'],
    threads: 1,
    busyThreads: 1,
    concurrency: 50,
    active: 3,
    startedAt: at(0),
    lastSeenAt: at(0),
  }
  const own = { stopping: false, limit: 6, concurrency: 50, maxThreads: 4, waiting: 2 }

  it('is this runner with its true limit, threads promised to waiting jobs included', () => {
    expect(takersAmong([runner], own)).toMatchObject([
      { limit: 6, limitedBy: 'pool.maxQueue', busyThreads: 3, maxThreads: 4 },
    ])
    expect(takersAmong([runner], { ...own, limit: 50 })).toMatchObject([{ limitedBy: 'queue.concurrency' }])
  })

  it('is not a runner that is paused or drained', () => {
    const away = { ...runner, self: false }
    expect(takersAmong([runner, { ...away, state: 'paused' }, { ...away, state: 'drained' }], own)).toHaveLength(1)
    expect(takersAmong([{ ...away, maxThreads: 7 }], own)).toMatchObject([{ maxThreads: 7, busyThreads: 1 }])
  })

  it('is not a runner that stops', () => {
    expect(takersAmong([runner, { ...runner, self: false }], { ...own, stopping: true })).toMatchObject([
      { self: false },
    ])
  })
})

it('numbers and times are written for people', () => {
  expect([counted(1, 'job'), counted(0, 'job'), counted(1200, 'job')]).toEqual(['1 job', '0 jobs', '1,200 jobs'])
  expect([250, 1000, 8000, 60_000, 90_000, 300_000, 86_400_000].map(lasting)).toEqual([
    '250 ms',
    '1 s',
    '8 s',
    '1 min',
    '90 s',
    '5 min',
    '1 d',
  ])
})
