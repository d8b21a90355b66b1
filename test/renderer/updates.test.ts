import { describe, expect, test } from 'vitest'
import { createPanelStores } from '../../renderer/lib/panel-stores.ts'
import { clockOffset, followUpdates } from '../../renderer/lib/updates.ts'
import type { Update } from '../../electron/contract/updates.ts'
import { busy, at, patch, queue, row, snapshot, thread } from './samples.ts'

async function* stream(...updates: Update[]): AsyncIterable<Update> {
  for (const update of updates) yield await Promise.resolve(update)
}

describe('the stream of updates', () => {
  test('fills every store from the snapshot', async () => {
    const stores = createPanelStores()
    expect(await followUpdates(stores, stream(snapshot(1, { jobs: [row('1')], threads: [thread('T1')] })))).toBe(
      'ended',
    )
    expect(stores.queue.getState().value?.name).toBe('toril')
    expect(stores.threads.getState().value).toHaveLength(1)
    expect(stores.jobs.getState().rows.get('1')?.type).toBe('add-two-numbers')
    expect(stores.preferences.getState().value?.pool.maxThreads).toBe(4)
    expect(stores.system.getState().value?.host).toBe('here')
    expect(stores.connection.getState().asOf).toBeGreaterThan(0)
  })

  test('touches only what a patch carries', async () => {
    const stores = createPanelStores()
    await followUpdates(stores, stream(snapshot(1, { jobs: [row('1')] })))
    const before = { jobs: stores.jobs.getState(), threads: stores.threads.getState() }
    let drawn = 0
    stores.preferences.subscribe(() => (drawn += 1))
    await followUpdates(stores, stream(snapshot(2, { jobs: [row('1')] }), patch(3, { queue: queue({ paused: true }) })))
    expect(stores.queue.getState().value?.paused).toBe(true)
    expect(drawn).toBe(1)
    expect(stores.jobs.getState().rows).toEqual(before.jobs.rows)
    expect(stores.threads.getState()).toEqual(before.threads)
  })

  test('changes rows in place and forgets removed ones', async () => {
    const stores = createPanelStores()
    await followUpdates(
      stores,
      stream(
        snapshot(1, { jobs: [row('1'), row('2')] }),
        patch(2, { jobs: [row('1', { state: 'completed' }), row('3')], removedJobs: ['2'] }),
      ),
    )
    const { rows, removed } = stores.jobs.getState()
    expect([...rows.keys()]).toEqual(['1', '3'])
    expect(rows.get('1')?.state).toBe('completed')
    expect(removed.has('2')).toBe(true)
  })

  test('stops at a gap and applies nothing from after it', async () => {
    const stores = createPanelStores()
    const end = await followUpdates(stores, stream(snapshot(1), patch(2), patch(4, { queue: queue({ paused: true }) })))
    expect(end).toBe('gap')
    expect(stores.queue.getState().value?.paused).toBe(false)
  })

  test('does not take a patch before a snapshot', async () => {
    expect(await followUpdates(createPanelStores(), stream(patch(1)))).toBe('gap')
  })

  test('says when the job types changed', async () => {
    const stores = createPanelStores()
    await followUpdates(stores, stream(snapshot(1), patch(2, { jobTypesChanged: true })))
    expect(stores.ui.getState().jobTypesVersion).toBe(1)
  })

  test('draws what a thread did, and how it ended', async () => {
    const stores = createPanelStores()
    await followUpdates(
      stores,
      stream(
        snapshot(1, { threads: [busy('T1', '7', at - 5000)] }),
        patch(2, { threads: [thread('T1')], jobs: [row('7', { state: 'failed', thread: 'T1' })] }),
      ),
    )
    expect(stores.timeline.getState().lanes.get('T1')).toMatchObject([{ jobId: '7', from: at - 5000, state: 'failed' }])
    expect(stores.timeline.getState().lanes.get('T1')?.[0]?.until).toBeDefined()
  })
})

test('two clocks within a second count as one', () => {
  expect(clockOffset(400)).toBe(0)
  expect(clockOffset(-7_200_000.4)).toBe(-7_200_000)
})
