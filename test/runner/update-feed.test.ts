import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Update } from '../../electron/contract/updates.ts'
import { watchUpdates, type FeedChange, type FeedSource } from '../../electron/runner/updates/update-feed.ts'
import { queueInfo, systemInfo } from '../api/runner-double.ts'
import { defaultPreferences } from '../../electron/contract/preferences.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A source whose watchers can be told of a change. */
function createSource() {
  const marks = new Set<(change: FeedChange) => void>()
  const source: FeedSource = {
    queueInfo: () => Promise.resolve(queueInfo),
    threads: () => [],
    runners: () => [],
    preferences: () => defaultPreferences,
    system: () => systemInfo,
    firstJobs: () => Promise.resolve([]),
    job: () => undefined,
    subscribe(mark) {
      marks.add(mark)
      return () => marks.delete(mark)
    },
  }
  return { source, marks, change: () => marks.forEach((mark) => mark({ kind: 'queue' })) }
}

/** What a watcher is told in two seconds with a change every 10 ms. */
async function toldInTwoSeconds(hidden: boolean): Promise<Update['kind'][]> {
  const { source, marks, change } = createSource()
  const stop = new AbortController()
  const told: Update['kind'][] = []
  const watching = (async () => {
    for await (const { kind } of watchUpdates(source, stop.signal, { hidden })) told.push(kind)
  })()
  for (let step = 0; step < 200; step += 1) {
    change()
    await vi.advanceTimersByTimeAsync(10)
  }
  stop.abort()
  await watching
  expect([marks.size, vi.getTimerCount()]).toEqual([0, 0])
  return told
}

test('whoever looks is told ten times a second at most, a hidden panel once, and both have a snapshot at once', async () => {
  const looking = await toldInTwoSeconds(false)
  expect(looking[0]).toBe('snapshot')
  expect(looking.length).toBeGreaterThan(15)
  expect(looking.length).toBeLessThanOrEqual(21)
  const hidden = await toldInTwoSeconds(true)
  expect(hidden[0]).toBe('snapshot')
  expect(hidden.length).toBeLessThanOrEqual(3)
})
