import { describe, expect, test } from 'vitest'
import { leftToOthers, type Attempt, type Job, type LogLine } from '../../electron/contract/job.ts'
import { attemptSpans, timeLeft } from '../../renderer/features/job-detail/attempt-spans.ts'
import { cancelWords, ownError } from '../../renderer/features/job-detail/cancel-words.ts'
import { ownFrame, placeOf } from '../../renderer/features/job-detail/attempts-tab.tsx'
import { filterLines, mergeLines } from '../../renderer/features/job-detail/log-lines.ts'
import { describeProgress, describeRow, progressRatio } from '../../renderer/features/jobs/row-words.ts'
import { isSecretName, toLines } from '../../renderer/components/json-view.tsx'
import { at, iso, row } from './samples.ts'

const attempt = (number: number, from: number, until?: number): Attempt => ({
  number,
  executor: 'thread',
  runner: 'r1',
  startedAt: iso(at + from),
  ...(until === undefined ? {} : { finishedAt: iso(at + until), outcome: 'failed' as const }),
})

const job = (more: Partial<Job>): Job => ({
  id: '7',
  type: 'hash-folder',
  state: 'active',
  input: {},
  attempts: [],
  options: {},
  createdAt: iso(at),
  ...more,
})

describe('how a job spent its time', () => {
  test('is waiting, attempts, the pauses between, and the rest', () => {
    const spans = attemptSpans(job({ attempts: [attempt(1, 3000, 44_000), attempt(2, 59_000)] }), at + 100_000, 34_000)
    expect(spans.map((span) => [span.kind, span.ms])).toEqual([
      ['wait', 3000],
      ['attempt', 41_000],
      ['back-off', 15_000],
      ['attempt', 41_000],
      ['rest', 34_000],
    ])
  })

  test('of a job that waits goes on waiting', () => {
    expect(attemptSpans(job({ state: 'waiting' }), at + 5000, undefined)).toEqual([{ kind: 'wait', ms: 5000 }])
  })

  test('ends with a finished job', () => {
    const spans = attemptSpans(job({ state: 'failed', attempts: [attempt(1, 0, 10)] }), at + 99_000, undefined)
    expect(spans).toHaveLength(1)
  })
})

test('the time left is not guessed too early', () => {
  expect(timeLeft(0.68, at - 68_000, at)).toBeCloseTo(32_000, -2)
  expect(timeLeft(0.01, at - 68_000, at)).toBeUndefined()
  expect(timeLeft(0.5, at - 1000, at)).toBeUndefined()
  expect(timeLeft(undefined, at - 68_000, at)).toBeUndefined()
})

describe('log lines', () => {
  const line = (seq: number, level: LogLine['level'] = 'info', text = `line ${seq}`): LogLine => ({
    seq,
    at: iso(at),
    level,
    attempt: 1,
    text,
  })

  test('come together once each, in order, however they arrive', () => {
    const known = mergeLines([], [line(3), line(4)])
    expect(mergeLines(known, [line(1), line(2), line(3)]).map((one) => one.seq)).toEqual([1, 2, 3, 4])
    expect(mergeLines(known, [])).toBe(known)
  })

  test('are narrowed by level and text', () => {
    const lines = [line(1, 'debug'), line(2, 'warn', 'Disk full'), line(3, 'error')]
    expect(filterLines(lines, '', 'debug')).toBe(lines)
    expect(filterLines(lines, '', 'warn').map((one) => one.seq)).toEqual([2, 3])
    expect(filterLines(lines, 'disk', 'debug').map((one) => one.seq)).toEqual([2])
  })
})

test('the frame shown of a stack is the first of our own', () => {
  const stack =
    'Error: x\n    at open (node:fs:1:1)\n    at lib (/a/node_modules/b.js:2:2)\n    at run (jobs/a.job.ts:88:19)'
  expect(ownFrame(stack)).toBe('run (jobs/a.job.ts:88:19)')
  expect(ownFrame('Error: x\n    at open (node:fs:1:1)')).toBe('open (node:fs:1:1)')
  expect(ownFrame(undefined)).toBeUndefined()
})

describe('progress', () => {
  test('is told by its message, else in its own unit, else as a share', () => {
    expect(describeProgress({ message: '34 of 50 images', ratio: 0.68 })).toBe('34 of 50 images')
    expect(describeProgress({ done: 220, total: 1000 })).toMatch(/^220 of 1.?000$/)
    expect(describeProgress({ ratio: 0.68 })).toBe('68 %')
    expect(describeProgress(undefined)).toBeUndefined()
  })

  test('has a share only when that is known', () => {
    expect(progressRatio({ done: 5, total: 10 })).toBe(0.5)
    expect(progressRatio({ done: 15, total: 10 })).toBe(1)
    expect(progressRatio({ done: 5 })).toBeUndefined()
  })
})

describe('the row of a job', () => {
  test('says why it is not running', () => {
    const waits = row('1', { waitingReason: { code: 'BACKING_OFF', message: 'Retries in 8 s, attempt 3 of 5.' } })
    expect(describeRow(waits, undefined)).toEqual({ text: 'Retries in 8 s, attempt 3 of 5.', tone: 'sec' })
    const unknown = row('1', { waitingReason: { code: 'NO_RUNNER_FOR_TYPE', message: 'No runner handles `x`.' } })
    expect(describeRow(unknown, undefined).tone).toBe('t-failed')
    const message = `No runner of Toril handles x. ${leftToOthers}`
    const theirs = row('1', { waitingReason: { code: 'NO_RUNNER_FOR_TYPE', message } })
    expect(describeRow(theirs, undefined)).toEqual({ text: message, tone: 'sec' })
  })

  test('says that its thread is blocked before anything else', () => {
    const active = row('1', { state: 'active', progress: { ratio: 0.5 } })
    expect(describeRow(active, { state: 'blocked', blockedMs: 12_000 }).text).toBe('Thread blocked for 12 s')
  })
})

describe('a JSON value on screen', () => {
  test('masks the text of members with secret names only', () => {
    const pieces = toLines(JSON.stringify({ password: 'hunter2', user: 'ana', list: ['x'] }, null, 2)).flat()
    expect(pieces.filter((piece) => piece.secret).map((piece) => piece.text)).toEqual(['"hunter2"'])
  })

  test('knows secret names when it sees them', () => {
    expect(['password', 'apiKey', 'access_token', 'clientSecret'].every(isSecretName)).toBe(true)
    expect(['tokens', 'path', 'passenger'].some(isSecretName)).toBe(false)
  })

  test('keeps every character of the text', () => {
    const text = JSON.stringify({ a: [1, true, null, 'x\ny'], b: {} }, null, 2)
    expect(
      toLines(text)
        .map((line) => line.map((piece) => piece.text).join(''))
        .join('\n'),
    ).toBe(text)
  })
})

test('an attempt says where it ran only as far as that is known', () => {
  const attempt = { number: 1, runner: 'r', startedAt: '2026-01-01T00:00:00.000Z' }
  expect(placeOf({ ...attempt, executor: 'thread', thread: 'T3' })).toBe('on T3')
  expect(placeOf({ ...attempt, executor: 'inline' })).toBe('inline')
  expect(placeOf({ ...attempt, executor: 'thread' })).toBeUndefined()
  expect(placeOf({ ...attempt, executor: 'thread', thread: 'T3' }, 'office-1')).toBe('on T3 of office-1')
  expect(placeOf({ ...attempt, executor: 'inline' }, 'office-1')).toBe('inline on office-1')
  expect(placeOf({ ...attempt, executor: 'thread' }, 'office-1')).toBe('on office-1')
})

describe('an attempt that somebody cancelled', () => {
  const attempt = { number: 1, executor: 'thread', runner: 'r', startedAt: '2026-01-01T00:00:00.000Z' } as const
  const error = (message: string) => ({ code: 'CANCELLED', message })

  test('says who it was, and why if that was said', () => {
    const words = (cancelledBy: string, cancelReason?: string) =>
      cancelWords({ ...attempt, cancelledBy, ...(cancelReason === undefined ? {} : { cancelReason }) })
    expect(words('cli', 'No longer wanted.')).toBe('Cancelled from the CLI: No longer wanted.')
    expect(words('panel', 'Cancelled from the panel.')).toBe('Cancelled from the panel.')
    expect(words('panel on web-1', 'Cancelled from the panel.')).toBe('Cancelled from the panel on web-1.')
    expect(cancelWords(attempt)).toBeUndefined()
  })

  test('has an error beside it only where that says more', () => {
    const by = { ...attempt, cancelledBy: 'rest', cancelReason: 'Too dear.' }
    expect(ownError({ ...by, outcome: 'cancelled', error: error('Too dear.') })).toBeUndefined()
    expect(ownError({ ...by, outcome: 'cancelled', error: error('The file is half written') })?.message).toMatch(/half/)
    expect(ownError({ ...by, outcome: 'crashed', error: error('Too dear.') })).toBeDefined()
    expect(ownError({ ...attempt, outcome: 'completed', error: error('Old') })).toBeUndefined()
  })
})
