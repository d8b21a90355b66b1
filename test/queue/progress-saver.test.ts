import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Progress } from '../../electron/contract/job.ts'
import { createProgressSaver } from '../../electron/runner/queue/progress-saver.ts'

describe('saving progress', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('writes the latest of each interval, the first as well', async () => {
    const written: (number | undefined)[] = []
    const saver = createProgressSaver((progress) => {
      written.push(progress.done)
      return Promise.resolve()
    }, 250)
    for (let done = 1; done <= 10; done++) saver.save({ done })
    expect(written).toEqual([])
    await vi.advanceTimersByTimeAsync(250)
    expect(written).toEqual([10])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(written).toEqual([10])
    saver.save({ done: 11 })
    saver.save({ done: 12 })
    await vi.advanceTimersByTimeAsync(250)
    expect(written).toEqual([10, 12])
  })

  it('has one write under way at a time, and writes the latest after a slow one', async () => {
    const written: Progress[] = []
    const slow = Promise.withResolvers<void>()
    const saver = createProgressSaver((progress) => {
      written.push(progress)
      return slow.promise
    }, 250)
    saver.save({ done: 1 })
    await vi.advanceTimersByTimeAsync(250)
    saver.save({ done: 2 })
    await vi.advanceTimersByTimeAsync(5_000)
    expect(written).toEqual([{ done: 1 }])
    slow.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(written).toEqual([{ done: 1 }, { done: 2 }])
  })

  it('lets a failed write go', async () => {
    let writes = 0
    const saver = createProgressSaver(() => {
      writes++
      return Promise.reject(new Error('away'))
    }, 250)
    saver.save({ done: 1 })
    await vi.advanceTimersByTimeAsync(250)
    saver.save({ done: 2 })
    await vi.advanceTimersByTimeAsync(250)
    expect(writes).toBe(2)
  })

  it('writes nothing of a job that ends within the interval, and nothing after its end', async () => {
    let writes = 0
    const saver = createProgressSaver(() => {
      writes++
      return Promise.resolve()
    }, 250)
    saver.save({ done: 1 })
    saver.save({ done: 2 })
    saver.stop()
    saver.save({ done: 3 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(writes).toBe(0)
  })
})
