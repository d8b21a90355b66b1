import { describe, expect, it } from 'vitest'
import type { JobType } from '../../../electron/contract/job-type.ts'
import type { Job } from '../../../electron/contract/job.ts'
import type { QueueInfo, Runner } from '../../../electron/contract/runner.ts'
import type { Client } from '../../../renderer/lib/client.ts'
import { expectedStart } from '../../../renderer/features/enqueue/expected-start.ts'
import { recentTypes, rememberType } from '../../../renderer/features/enqueue/recent-types.ts'
import { deletePayload, savedPayloads, savePayload } from '../../../renderer/features/enqueue/saved-payloads.ts'
import { inputIssues, submitJobs } from '../../../renderer/features/enqueue/submit-jobs.ts'
import { groupTypes } from '../../../renderer/features/enqueue/type-groups.ts'
import { visibleProblems } from '../../../renderer/features/enqueue/visible-problems.ts'

function memory(): { getItem(key: string): string | null; setItem(key: string, value: string): void } {
  const values = new Map<string, string>()
  return { getItem: (key) => values.get(key) ?? null, setItem: (key, value) => void values.set(key, value) }
}

describe('saved inputs', () => {
  it('are kept by type and name, replaced and deleted', () => {
    const store = memory()
    savePayload(store, 'a', { name: 'one', input: 1 })
    savePayload(store, 'a', { name: 'two', input: { x: null } })
    savePayload(store, 'a', { name: 'one', input: 3 })
    savePayload(store, 'b', { name: 'one', input: 4 })
    expect(savedPayloads(store, 'a')).toEqual([
      { name: 'one', input: 3 },
      { name: 'two', input: { x: null } },
    ])
    deletePayload(store, 'a', 'one')
    expect(savedPayloads(store, 'a').map(({ name }) => name)).toEqual(['two'])
    expect(savedPayloads(store, 'b')).toHaveLength(1)
  })

  it('that are broken count as none, and a full store says so', () => {
    const broken = {
      getItem: () => '{nonsense',
      setItem: () => {
        throw new Error('QuotaExceededError')
      },
    }
    expect(savedPayloads(broken, 'a')).toEqual([])
    expect(savePayload(broken, 'a', { name: 'x', input: 1 })).toBe(false)
    expect(savedPayloads({ ...broken, getItem: () => '[1, {"name": 2}, {"name": "ok", "input": 5}]' }, 'a')).toEqual([
      { name: 'ok', input: 5 },
    ])
  })
})

describe('the list of types', () => {
  const types = ['send-receipt', 'add-two-numbers', 'hash-folder'].map((name): JobType => ({
    name,
    title: `Title of ${name}`,
    source: 'built-in',
    inputSchema: {},
    defaults: {},
  }))

  it('puts recent ones first, newest first, and the others by name', () => {
    const store = memory()
    for (const name of ['hash-folder', 'send-receipt', 'hash-folder', 'gone']) rememberType(store, name)
    const groups = groupTypes(types, recentTypes(store), '')
    expect(groups.recent.map(({ name }) => name)).toEqual(['hash-folder', 'send-receipt'])
    expect(groups.others.map(({ name }) => name)).toEqual(['add-two-numbers'])
  })

  it('finds every word in name, title or description', () => {
    expect(groupTypes(types, [], 'NUMBERS title').others.map(({ name }) => name)).toEqual(['add-two-numbers'])
    expect(groupTypes(types, [], 'nothing').others).toEqual([])
  })
})

describe('when a job would start', () => {
  const now = Date.parse('2026-11-24T14:00:00Z')
  const queue = (change: Partial<QueueInfo> = {}, waiting = 0): QueueInfo => ({
    name: 'toril',
    backend: 'postgres',
    paused: false,
    counts: { waiting, delayed: 0, 'waiting-children': 0, active: 2, completed: 0, failed: 0, cancelled: 0 },
    rates: { enqueuedPerMinute: 0, completedPerMinute: 10, failedPerMinute: 0 },
    connection: { state: 'live', since: '2026-11-24T13:00:00.000Z' },
    ...change,
  })
  const runner = (active: number): Runner => ({
    id: 'r',
    host: 'h',
    pid: 1,
    version: '1',
    self: true,
    kind: 'headless',
    state: 'taking',
    jobTypes: [],
    threads: 2,
    busyThreads: active,
    concurrency: 2,
    active,
    startedAt: '2026-11-24T13:00:00.000Z',
    lastSeenAt: '2026-11-24T13:00:00.000Z',
  })
  const start = (facts: Partial<Parameters<typeof expectedStart>[0]>) =>
    expectedStart({ queue: queue(), threads: undefined, runners: [runner(0)], delayMs: undefined, now, ...facts })

  it.each([
    ['unknown', { queue: undefined }, undefined],
    ['free', {}, 'Starts at once'],
    ['paused', { queue: queue({ paused: true }) }, 'The queue is paused, so it will wait'],
    [
      'offline',
      { queue: queue({ connection: { state: 'offline', since: '2026-11-24T13:00:00.000Z' } }) },
      'The queue cannot be reached just now',
    ],
    ['without a runner', { runners: [] }, 'No runner is on, so it will wait'],
    [
      'with none that takes jobs',
      { runners: [{ ...runner(0), state: 'paused' as const }] },
      'No runner takes jobs now, so it will wait',
    ],
    ['busy', { queue: queue({}, 4), runners: [runner(2)] }, '2 threads busy, 4 jobs wait, starts in about 30 s'],
  ])('%s', (_name, facts, text) => {
    expect(
      start({
        threads: [{}, {}].map((_, index) => ({
          id: `T${index}`,
          runner: 'r',
          state: 'busy' as const,
          job: { id: '1', type: 'x', attempt: 1, since: '' },
          jobsDone: 0,
          startedAt: '',
        })),
        ...facts,
      }),
    ).toBe(text)
  })

  it('with a delay names the time', () => {
    expect(start({ delayMs: 300_000 })).toMatch(/^Starts at \d\d:05/)
  })
})

describe('sending copies', () => {
  const request = { type: 'x', input: {}, options: {} }
  function client(refuseAfter: number): { client: Client; calls: () => number } {
    let calls = 0
    const enqueue = (): Promise<Job> => {
      calls += 1
      return calls > refuseAfter
        ? Promise.reject(Object.assign(new Error('The queue is full.'), { code: 'UNAVAILABLE' }))
        : Promise.resolve({ id: String(calls) } as Job)
    }
    return { client: { jobs: { enqueue } } as unknown as Client, calls: () => calls }
  }

  it('sends as many as asked', async () => {
    const result = await submitJobs(client(100).client, request, 23)
    expect(result.jobs).toHaveLength(23)
    expect(result.error).toBeUndefined()
  })

  it('stops at a refusal and says what was taken', async () => {
    const { client: refusing, calls } = client(12)
    const result = await submitJobs(refusing, request, 100)
    expect(result.jobs).toHaveLength(12)
    expect(result.error).toMatchObject({ code: 'UNAVAILABLE', message: 'The queue is full.' })
    expect(calls()).toBe(20)
  })

  it('puts issues of the runner at the fields of the input', () => {
    const issues = [{ path: ['input', 'path'], message: 'must be a folder' }]
    expect(inputIssues({ code: 'INVALID_INPUT', message: '', issues }, { path: '' })).toEqual([
      { path: ['path'], message: 'must be a folder' },
    ])
    expect(inputIssues({ code: 'INVALID_INPUT', message: '', issues }, { input: {} })).toEqual(issues)
    expect(inputIssues({ code: 'UNKNOWN_JOB_TYPE', message: '', issues }, {})).toEqual([])
  })
})

describe('problems shown', () => {
  const missing = { path: ['a'], message: 'is required', missing: true }
  const wrong = { path: ['b', 0], message: 'must be text', missing: false }
  const none: ReadonlySet<string> = new Set()

  it('a field not yet visited does not nag, one being typed into waits until it is left', () => {
    expect(visibleProblems([missing, wrong], { touched: none, typing: undefined, attempted: false })).toEqual([wrong])
    expect(visibleProblems([missing, wrong], { touched: none, typing: '/b', attempted: false })).toEqual([])
    expect(visibleProblems([missing, wrong], { touched: new Set(['/a']), typing: '/b', attempted: false })).toEqual([
      missing,
    ])
  })

  it('trying to enqueue shows all', () => {
    expect(visibleProblems([missing, wrong], { touched: none, typing: '/b', attempted: true })).toHaveLength(2)
  })
})
