import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { limitLoading, type MeasuredThread } from '../../electron/runner/catalog/loading-limit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A thread that spends its time as told, in ms of each second. */
function threadOf(share: { cpu: number; idle: number }): MeasuredThread {
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  return {
    cpuUsage: () => Promise.resolve({ user: share.cpu * seconds() * 1000, system: 0 }),
    performance: { eventLoopUtilization: () => ({ idle: share.idle * seconds(), active: 0, utilization: 0 }) },
  }
}

async function lateAfter(thread: MeasuredThread, ms: number): Promise<number | undefined> {
  let late: number | undefined
  const end = limitLoading(thread, 10_000, (afterMs) => (late = afterMs))
  await vi.advanceTimersByTimeAsync(ms)
  end()
  return late
}

test('a file that computes or waits for as long as the limit is late', async () => {
  expect(await lateAfter(threadOf({ cpu: 1000, idle: 0 }), 11_000)).toBe(10_000)
  expect(await lateAfter(threadOf({ cpu: 0, idle: 1000 }), 11_000)).toBe(10_000)
})

test('time in which a busy machine let the thread do nothing does not count, but not for ever', async () => {
  const starved = { cpu: 50, idle: 20 }
  expect(await lateAfter(threadOf(starved), 55_000)).toBeUndefined()
  expect(await lateAfter(threadOf(starved), 65_000)).toBe(60_000)
})

test('a thread that does not answer, as one that has not come up, is given up in the end', async () => {
  const mute: MeasuredThread = {
    cpuUsage: () => Promise.reject(new Error('not running')),
    performance: { eventLoopUtilization: () => ({ idle: 0, active: 0, utilization: 0 }) },
  }
  expect(await lateAfter(mute, 55_000)).toBeUndefined()
  expect(await lateAfter(mute, 65_000)).toBe(60_000)
})

test('nothing is late once the watch has ended', async () => {
  const late = vi.fn()
  limitLoading(threadOf({ cpu: 1000, idle: 0 }), 10_000, late)()
  await vi.advanceTimersByTimeAsync(100_000)
  expect(late).not.toHaveBeenCalled()
})
