import { describe, expect, test, vi } from 'vitest'
import { applyRowPatch, applySnapshotRows } from '../../renderer/stores/jobs.ts'
import { connectionKind } from '../../renderer/stores/connection.ts'
import { describeChange, recordPoolEvents } from '../../renderer/stores/pool-events.ts'
import { sampleQueue, sampleThreads } from '../../renderer/stores/samples.ts'
import { recordRows, recordThreads } from '../../renderer/stores/timeline.ts'
import { createToastsStore } from '../../renderer/stores/toasts.ts'
import { describeCancel } from '../../renderer/lib/report-cancels.ts'
import { at, busy, iso, queue, row, thread } from './samples.ts'

describe('rows of jobs', () => {
  test('of finished jobs are kept up to a thousand, the newest, and running ones always', () => {
    const many = Array.from({ length: 1500 }, (_, index) => row(`${index}`, { state: 'completed' }))
    const state = applyRowPatch(applySnapshotRows([row('running', { state: 'active' })]), { jobs: many })
    expect(state.rows.size).toBe(1001)
    expect(state.rows.has('running')).toBe(true)
    expect(state.rows.has('0')).toBe(false)
    expect(state.rows.has('1499')).toBe(true)
  })

  test('that were left out of a patch are counted as a sample', () => {
    expect(applyRowPatch(applySnapshotRows([]), { sampled: 900 }).sampledTimes).toBe(1)
  })
})

describe('the connection in one word', () => {
  test('is that of the worse of two', () => {
    const live = { state: 'live' as const, since: iso(at) }
    expect(connectionKind('connecting', undefined)).toBe('connecting')
    expect(connectionKind('open', live)).toBe('live')
    expect(connectionKind('open', { ...live, roundTripMs: 900 })).toBe('slow')
    expect(connectionKind('open', { ...live, state: 'offline' })).toBe('offline')
    expect(connectionKind('reconnecting', live)).toBe('reconnecting')
  })
})

describe('samples for the sparklines', () => {
  const none = { queue: [], threads: new Map() }

  test('are taken once a second at most', () => {
    const counts = { ...queue().counts, active: 3 }
    const first = sampleQueue(none, at, queue({ counts }))
    expect(sampleQueue(first, at + 500, queue())).toBe(first)
    expect(sampleQueue(first, at + 1000, queue()).queue.map((sample) => sample.active)).toEqual([3, 0])
  })

  test('of a thread that is gone are dropped', () => {
    const first = sampleThreads(none, at, [thread('T1', { cpu: 0.5 }), thread('T2')])
    const next = sampleThreads(first, at + 1000, [thread('T1', { cpu: 0.7 })])
    expect(next.threads.get('T1')?.map((sample) => sample.cpu)).toEqual([0.5, 0.7])
    expect(next.threads.has('T2')).toBe(false)
  })
})

describe('the timeline of a thread', () => {
  const empty = { lanes: new Map() }

  test('opens with a job and closes when the next begins', () => {
    const first = recordThreads(empty, at, [busy('T1', '1', at - 1000)])
    const second = recordThreads(first, at + 2000, [busy('T1', '2', at + 1500)])
    expect(second.lanes.get('T1')).toMatchObject([
      { jobId: '1', from: at - 1000, until: at + 1500 },
      { jobId: '2', from: at + 1500, until: undefined },
    ])
  })

  test('draws a job that came and went between two updates', () => {
    const done = row('5', {
      state: 'completed',
      thread: 'T1',
      attempt: 1,
      startedAt: iso(at - 900),
      finishedAt: iso(at - 300),
    })
    const state = recordRows(empty, at, [done])
    expect(state.lanes.get('T1')).toMatchObject([{ from: at - 900, until: at - 300, state: 'completed' }])
    expect(recordRows(state, at, [done])).toBe(state)
  })

  test('does not guess when an earlier attempt began', () => {
    const done = row('5', { state: 'completed', thread: 'T1', attempt: 2, startedAt: iso(at), finishedAt: iso(at + 1) })
    expect(recordRows(empty, at, [done])).toBe(empty)
  })

  test('forgets what is longer ago than the longest window', () => {
    const first = recordThreads(empty, at, [busy('T1', '1', at)])
    const closed = recordThreads(first, at + 1000, [thread('T1')])
    const later = recordThreads(closed, at + 20 * 60_000, [busy('T1', '2', at + 20 * 60_000)])
    expect(later.lanes.get('T1')).toHaveLength(1)
  })
})

describe('pool events', () => {
  test('are told in words, the newest first', () => {
    const before = [busy('T1', '7', at), thread('T2')]
    const after = [busy('T1', '7', at, { state: 'blocked' }), thread('T3')]
    const { events } = recordPoolEvents({ events: [] }, at, before, after)
    expect(events.map((event) => event.text).sort()).toEqual(['T1 stopped answering', 'T2 ended', 'T3 started'])
    expect(new Set(events.map((event) => event.id)).size).toBe(3)
  })

  test('name the job that a replaced thread ran', () => {
    expect(describeChange(busy('T1', '7', at), thread('T1', { startedAt: iso(at) }))).toBe('T1 was replaced, it ran #7')
  })

  test('are silent about starting and ending jobs', () => {
    expect(describeChange(thread('T1'), busy('T1', '7', at))).toBeUndefined()
    expect(recordPoolEvents({ events: [] }, at, [thread('T1')], [busy('T1', '7', at)]).events).toEqual([])
  })
})

describe('toasts', () => {
  test('are three at most, the newest, each with its own id', () => {
    const store = createToastsStore()
    for (const title of ['1', '2', '3', '4']) store.getState().show({ title })
    expect(store.getState().toasts.map((toast) => toast.title)).toEqual(['2', '3', '4'])
    const [first] = store.getState().toasts
    store.getState().dismiss(first?.id ?? 0)
    expect(store.getState().toasts.map((toast) => toast.title)).toEqual(['3', '4'])
  })
})

describe('what became of a cancel', () => {
  const cancel = { id: '7', type: 'hash-folder', askedAt: at, killAt: at + 10_000, runningSince: at - 60_000 }

  test('is that it stopped by itself, and how fast', () => {
    const job = row('7', { state: 'cancelled', finishedAt: iso(at + 2000) })
    expect(describeCancel(cancel, job).title).toBe('#7 stopped by itself in 2.0 s')
  })

  test('is that it was killed, and what is lost', () => {
    const said = describeCancel(cancel, row('7', { state: 'cancelled', finishedAt: iso(at + 10_080) }))
    expect(said).toMatchObject({ title: '#7 was killed', role: 'alert' })
    expect(said.detail).toMatch(/^Its work since .+ is lost\.$/)
  })

  test('is that it was done before it heard', () => {
    expect(describeCancel(cancel, row('7', { state: 'completed' })).title).toBe('#7 completed before it stopped')
  })

  test('of an inline job is never called killed', () => {
    const job = row('7', { state: 'cancelled', finishedAt: iso(at + 60_000) })
    expect(describeCancel({ ...cancel, killAt: undefined }, job).title).toContain('stopped by itself')
  })
})

test('a toast store of its own for each window', () => {
  const spy = vi.fn<() => void>()
  createToastsStore().subscribe(spy)
  createToastsStore().getState().show({ title: 'x' })
  expect(spy).not.toHaveBeenCalled()
})
