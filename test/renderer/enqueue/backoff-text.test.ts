import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backoffText, waitAfter } from '../../../renderer/components/backoff-text.ts'
import { durationOfText, durationText } from '../../../renderer/components/duration-text.ts'

describe('the waits between attempts, spelt out', () => {
  it.each([
    [1, 'exponential', 2000, 'Tried once. If that fails, the job has failed.'],
    [2, 'exponential', 2000, 'If every attempt fails: waits 2 s, then gives up.'],
    [3, 'exponential', 2000, 'If every attempt fails: waits 2 s and 4 s, then gives up.'],
    [5, 'exponential', 15_000, 'If every attempt fails: waits 15 s, 30 s, 1 m and 2 m, then gives up.'],
    [4, 'exponential', 45_000, 'If every attempt fails: waits 45 s, 1 m 30 s and 3 m, then gives up.'],
    [
      9,
      'exponential',
      1000,
      'If every attempt fails: waits 1 s, 2 s, 4 s, 8 s, 16 s and so on up to 2 m 8 s, then gives up.',
    ],
    [3, 'fixed', 5000, 'If every attempt fails: waits 5 s twice, then gives up.'],
    [6, 'fixed', 500, 'If every attempt fails: waits 500 ms 5 times, then gives up.'],
    [3, 'fixed', 0, 'Tried 3 times without a wait, then gives up.'],
  ] as const)('%i attempts, %s from %i ms', (attempts, type, delayMs, text) => {
    expect(backoffText(attempts, { type, delayMs })).toBe(text)
  })

  it('does not count to infinity', () => {
    expect(backoffText(1000, { type: 'exponential', delayMs: 2000 })).toContain('up to more than a century')
  })

  it('doubles, or stays', () => {
    expect([1, 2, 3].map((failed) => waitAfter(failed, { type: 'exponential', delayMs: 100 }))).toEqual([100, 200, 400])
    expect([1, 2, 3].map((failed) => waitAfter(failed, { type: 'fixed', delayMs: 100 }))).toEqual([100, 100, 100])
  })
})

describe('lengths of time as text', () => {
  it.each([
    ['15 s', 15_000],
    ['15', 15_000],
    ['1h30m', 5_400_000],
    ['1 h 30 m', 5_400_000],
    ['1.5 s', 1500],
    ['250ms', 250],
    ['2 days', 172_800_000],
    ['5 min', 300_000],
    ['0', 0],
    ['', undefined],
    ['soon', undefined],
    ['5 parsecs', undefined],
    ['-5 s', undefined],
    ['5 s later', undefined],
  ])('%j means %j', (text, ms) => {
    expect(durationOfText(text)).toBe(ms)
  })

  it('what is shown reads back as the same', () => {
    fc.assert(fc.property(fc.nat({ max: 10 ** 12 }), (ms) => void expect(durationOfText(durationText(ms))).toBe(ms)))
  })
})
