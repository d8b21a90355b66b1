import { describe, expect, it } from 'vitest'
import type { QueueInfo } from '../../../electron/contract/runner.ts'
import { checksOf } from '../../../renderer/features/connections/checks.ts'
import { masked } from '../../../renderer/features/connections/masked.ts'

describe('values of the environment', () => {
  it.each([
    ['REDIS_URL', 'redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
    ['REDIS_URL', 'rediss://user:pass@word@host:6380/0', 'rediss://user:••••@host:6380/0'],
    ['REDIS_URL', 'redis://:secret@host', 'redis://:••••@host'],
    ['DATABASE_URL', 'postgresql://u@host/db?password=secret&x=1', 'postgresql://u@host/db?password=••••&x=1'],
    ['TORIL_TOKEN', 'abcdefgh', '••••'],
    ['TORIL_JOBS_DIR', '/srv/jobs', '/srv/jobs'],
  ])('%s %s is shown as %s', (variable, value, shown) => {
    expect(masked(variable, value)).toBe(shown)
  })
})

describe('the way to the queue', () => {
  const queue: QueueInfo = {
    name: 'toril',
    backend: 'redis',
    paused: false,
    counts: { waiting: 0, delayed: 0, 'waiting-children': 0, active: 0, completed: 0, failed: 0, cancelled: 0 },
    rates: { enqueuedPerMinute: 0, completedPerMinute: 0, failedPerMinute: 0 },
    connection: { state: 'live', roundTripMs: 0.4, since: '2026-11-24T13:00:00.000Z' },
  }

  it('works from end to end', () => {
    const checks = checksOf('open', queue, [])
    expect(checks.map(({ title, state }) => [title, state])).toEqual([
      ['Panel to runner', 'ok'],
      ['Runner to Redis', 'ok'],
      ['Round trip', 'ok'],
      ['Runners on this queue', 'warn'],
      ['Queue', 'ok'],
    ])
  })

  it('says why it does not', () => {
    const checks = checksOf(
      'open',
      {
        ...queue,
        connection: { state: 'reconnecting', message: 'connect ECONNREFUSED', since: queue.connection.since },
      },
      undefined,
    )
    expect(checks[1]).toMatchObject({ state: 'warn', value: 'Reconnecting', detail: 'connect ECONNREFUSED' })
    // Nothing is green that cannot be known now.
    expect(checks.at(-1)).toMatchObject({ title: 'Queue', state: 'unknown' })
  })

  it('knows nothing for sure while the panel itself is cut off', () => {
    expect(checksOf('offline', queue, undefined).map(({ state }) => state)).toEqual([
      'bad',
      'unknown',
      'unknown',
      'unknown',
    ])
  })
})
