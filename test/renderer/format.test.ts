import { describe, expect, test } from 'vitest'
import {
  formatBytes,
  formatClock,
  formatCompact,
  formatCount,
  formatCountdown,
  formatCpu,
  formatDuration,
  formatElapsed,
  formatHour,
  formatId,
  formatIso,
  formatLogTime,
  formatLoop,
  formatPercent,
  formatRoundTrip,
  localizeTimes,
  plural,
} from '../../renderer/lib/format.ts'

const hour = 3_600_000

describe('a length of time', () => {
  test.each([
    [0, '0 ms'],
    [340, '340 ms'],
    [999.4, '999 ms'],
    [999.6, '0.9 s'],
    [4200, '4.2 s'],
    [9999, '9.9 s'],
    [34_000, '34 s'],
    [59_999, '59 s'],
    [72_000, '1 m 12 s'],
    [65_000, '1 m 05 s'],
    [3 * hour + 5 * 60_000, '3 h 05 m'],
    [52 * hour, '2 d 4 h'],
  ])('of %d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  test('that is not known is a dash, never 0', () => {
    expect(formatDuration(undefined)).toBe('–')
    expect(formatDuration(Number.NaN)).toBe('–')
  })

  test('that goes on stays in seconds, so that it does not jump between units', () => {
    expect(formatElapsed(400)).toBe('0.4 s')
    expect(formatElapsed(-5)).toBe('0.0 s')
  })

  test('to come is rounded up, so that 0 s means now', () => {
    expect(formatCountdown(5001)).toBe('6 s')
    expect(formatCountdown(0)).toBe('0 s')
    expect(formatCountdown(-100)).toBe('0 s')
    expect(formatCountdown(61_000)).toBe('1 m 01 s')
  })
})

describe('a point in time', () => {
  const now = new Date(2026, 10, 24, 14, 3, 27).getTime()

  test('today is a time of day', () => {
    expect(formatClock(now, now)).toBe('14:03:27')
    expect(formatHour(now, now)).toBe('14:03')
  })

  test('on another day has its date', () => {
    expect(formatClock(now, now + 2 * 24 * hour)).toBe('24 Nov 14:03')
    expect(formatHour(now, now + 2 * 24 * hour)).toBe('24 Nov')
  })

  test('of a log line has milliseconds', () => {
    expect(formatLogTime(new Date(2026, 10, 24, 14, 3, 2, 611).toISOString())).toBe('14:03:02.611')
  })

  test('in full is local and UTC', () => {
    const [local, utc] = formatIso('2026-11-24T14:03:27.120Z').split('\n')
    expect(utc).toBe('2026-11-24T14:03:27.120Z')
    expect(Date.parse(local ?? '')).toBe(Date.parse(utc ?? ''))
    expect(local).toMatch(/[+-]\d\d:\d\d$/)
  })

  test('that cannot be read is a dash', () => {
    expect(formatClock('yesterday')).toBe('–')
    expect(formatClock(undefined)).toBe('–')
  })
})

describe('a number', () => {
  test('has the separators of the locale', () => {
    expect(formatCount(7412, 'en')).toBe('7,412')
    expect(formatCount(undefined)).toBe('–')
  })

  test.each([
    [999, '999'],
    [7412, '7,412'],
    [106_400, '106k'],
    [2_130_000, '2.1M'],
    [21_900_000, '21M'],
  ])('%d is short in the sidebar: %s', (value, text) => {
    expect(formatCompact(value, 'en')).toBe(text)
  })

  test.each([
    [0, '0 %'],
    [0.0004, '< 0.1 %'],
    [0.003, '0.3 %'],
    [0.68, '68 %'],
    [0.999, '99 %'],
    [1, '100 %'],
    [1.5, '150 %'],
  ])('the share %d is %s: only what is whole reads 100 %%', (ratio, text) => {
    expect(formatPercent(ratio)).toBe(text)
  })

  test.each([
    [0, '0 B'],
    [48 * 1024, '48 KB'],
    [462 * 1024 ** 2, '462 MB'],
    [2.1 * 1024 ** 3, '2.1 GB'],
    [32 * 1024 ** 3, '32 GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })

  test('of a core is whole percent', () => {
    expect(formatCpu(0.0004)).toBe('0 %')
    expect(formatCpu(0.944)).toBe('94 %')
    expect(formatCpu(undefined)).toBe('–')
  })

  test('of the event loop has two decimals', () => {
    expect(formatLoop(0.708)).toBe('0.71')
    expect(formatLoop(undefined)).toBe('–')
  })

  test('of a round trip has a decimal only while it is small', () => {
    expect(formatRoundTrip(0.31)).toBe('0.3 ms')
    expect(formatRoundTrip(18.4)).toBe('18 ms')
  })

  test('of things agrees with its word', () => {
    expect(plural(1, 'job')).toBe('1 job')
    expect(plural(0, 'job')).toBe('0 jobs')
    expect(plural(2, 'process', 'processes')).toBe('2 processes')
  })
})

describe('an id', () => {
  test('is shown whole while it is short', () => {
    expect(formatId('48213')).toBe('#48213')
  })

  test('that is long is shown by the part that tells it apart', () => {
    expect(formatId('mwue82k6-bc40c31b5b')).toBe('#bc40c31b5b')
    expect(formatId('0123456789abcdef0123')).toBe('#0123456789a…')
  })
})

test('a sentence of the runner has its times as the clock here shows them', () => {
  const at = new Date()
  at.setHours(14, 5, 0, 0)
  expect(localizeTimes(`Starts at ${at.toISOString()}.`)).toBe('Starts at 14:05:00.')
  expect(localizeTimes('Retries in 8 s, attempt 3 of 5.')).toBe('Retries in 8 s, attempt 3 of 5.')
})
