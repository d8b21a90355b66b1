import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRetryPace } from '../../electron/runner/queue/retry-pace.ts'

describe('when a server that is away is tried again', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('is quick at first, then ever further apart, and half a minute at most', () => {
    const pace = createRetryPace(() => 0.5)
    const waits = [pace.begin()]
    for (let n = 0; n < 10; n++) waits.push(pace.failed())
    expect(waits).toEqual([100, 200, 400, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
  })

  it('begins anew with each outage', () => {
    const pace = createRetryPace(() => 0.5)
    pace.begin()
    for (let n = 0; n < 5; n++) pace.failed()
    pace.end()
    expect(pace.down()).toBe(false)
    expect(pace.nextTryAt()).toBeUndefined()
    expect(pace.begin()).toBe(100)
  })

  it('differs from runner to runner, and never by more than a fifth', () => {
    const [early, late] = [createRetryPace(() => 0), createRetryPace(() => 1)]
    for (const pace of [early, late]) for (let n = 0; n < 4; n++) pace.failed()
    expect(early.failed()).toBe(3_200)
    expect(late.failed()).toBe(4_800)
    for (let n = 0; n < 5; n++) late.failed()
    expect(late.failed()).toBe(30_000)
  })

  it('lets the other connections follow the one that tries', () => {
    const pace = createRetryPace(() => 0)
    pace.begin()
    for (let n = 0; n < 7; n++) pace.failed()
    const next = (pace.nextTryAt() ?? 0) - Date.now()
    expect(next).toBe(12_800)
    expect(pace.follow(1)).toBe(next + 100)
    pace.trying()
    expect(pace.nextTryAt()).toBeUndefined()
    // While nothing is away, a connection that fails alone does not hurry either.
    expect(pace.follow(1)).toBe(100)
    expect(pace.follow(50)).toBe(2_000)
  })
})
