import { describe, expect, test } from 'vitest'
import { describeLane, describeThreads, laneNote } from '../../renderer/features/threads/lane-words.ts'
import { axisMarks, fitsLabel, nowAt, placeOf, placeSegments } from '../../renderer/features/threads/place-segments.ts'
import { describePool } from '../../renderer/app/pool-strip.tsx'
import { at, busy, thread } from './samples.ts'

const segment = (from: number, until: number | undefined, more = {}) => ({
  jobId: `${from}`,
  type: 'render-report',
  from: at + from,
  until: until === undefined ? undefined : at + until,
  state: 'completed' as const,
  ...more,
})

describe('the timeline', () => {
  test('has now at ten elevenths', () => {
    expect(placeOf(at, at, 120_000)).toBeCloseTo(nowAt * 100)
    expect(placeOf(at - 120_000, at, 120_000)).toBe(0)
    expect(placeOf(at + 12_000, at, 120_000)).toBeCloseTo(100)
  })

  test('leaves out what ended before the window, and cuts what began before it', () => {
    const placed = placeSegments([segment(-300_000, -200_000), segment(-200_000, -60_000)], at, 120_000, 440)
    expect(placed).toHaveLength(1)
    expect(placed[0]?.left).toBe(0)
  })

  test('draws stretches that are too narrow to see as one', () => {
    const many = Array.from({ length: 500 }, (_, index) => segment(-60_000 + index * 100, -60_000 + index * 100 + 80))
    expect(placeSegments(many, at, 120_000, 440).length).toBeLessThan(5)
  })

  test('never hides a failure among them', () => {
    const lane = [segment(-900, -800), segment(-700, -600, { state: 'failed' }), segment(-500, -400)]
    expect(placeSegments(lane, at, 120_000, 440).some((one) => one.kind === 'failed')).toBe(true)
  })

  test('shows a label only where it fits whole', () => {
    const placed = placeSegments([segment(-120_000, -60_000), segment(-50_000, -49_000)], at, 120_000, 440)
    expect(placed.map((one) => one.label)).toEqual(['render-report', undefined])
    expect(fitsLabel('resize-images', 40)).toBe(false)
  })

  test('marks its axis in even steps', () => {
    expect(axisMarks(120_000).map((mark) => mark.label)).toEqual([
      '−2 min',
      '−100 s',
      '−80 s',
      '−1 min',
      '−40 s',
      '−20 s',
    ])
  })
})

describe('threads in words', () => {
  test('are counted by what they do', () => {
    const list = [busy('T1', '1', at), busy('T2', '2', at, { state: 'retiring' }), thread('T3', { state: 'starting' })]
    expect(describeThreads(list)).toBe('3 threads, 2 busy, 1 starting, 1 retiring')
    expect(describePool(list)).toBe('2 of 3 busy')
    expect(describePool([thread('T1')])).toBe('1 idle')
    expect(describePool([])).toBe('none yet')
  })

  test('say how long one is blocked', () => {
    const blocked = busy('T5', '7', at, { state: 'blocked', blockedMs: 12_000 })
    expect(describeLane(blocked)).toBe('T5, hash-folder 7, blocked for 12 s')
    expect(laneNote(blocked, undefined, at).tone).toBe('t-retry')
  })

  test('say when one that was asked to stop is killed, or how long ago it was asked', () => {
    const asked = busy('T6', '7', at, { state: 'cancelling' })
    expect(laneNote(asked, { askedAt: at - 4000, killAt: undefined }, at).text).toBe('asked to stop 4.0 s ago')
    expect(laneNote(asked, { askedAt: undefined, killAt: at + 6000 }, at).text).toBe('asked to stop, kill in 6 s')
    expect(laneNote(asked, undefined, at).text).toBe('asked to stop')
  })
})
