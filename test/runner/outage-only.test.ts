import { expect, test, vi } from 'vitest'
import { TorilError } from '../../electron/contract/errors.ts'
import type { Relay } from '../../electron/runner/cluster/relay.ts'
import { createTellRemoved } from '../../electron/runner/cluster/tell-removed.ts'
import type { History } from '../../electron/runner/history/history.ts'
import { createGoneJobs } from '../../electron/runner/jobs/gone-jobs.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { unlessAway } from '../../electron/runner/outage.ts'

const away = new TorilError('UNAVAILABLE', 'The queue cannot be reached.')
const fault = new TypeError('nothing of this kind')

test('an outage is passed over, anything else is told, once while it goes on', () => {
  const problems: string[] = []
  const failed = unlessAway((message) => problems.push(message), 'It could not be done')
  for (const error of [away, fault, fault, new TorilError('RUNNER_SILENT', 'It may not speak.')]) failed(error)
  expect(problems).toEqual(['It could not be done: nothing of this kind'])
})

test.each([
  [away, []],
  [fault, [expect.stringContaining('nothing of this kind')]],
])('other runners that cannot be told of removed jobs: %s', async (error, expected) => {
  const problems: string[] = []
  const relay: Pick<Relay, 'tell' | 'hear'> = { tell: () => Promise.reject(error), hear: () => undefined }
  const telling = createTellRemoved({
    relay,
    board: new JobBoard(),
    history: 'h',
    hasOthers: () => true,
    onProblem: (message) => problems.push(message),
  })
  telling.tell(['7'])
  await telling.close()
  expect(problems).toEqual(expected)
})

test.each([
  [away, []],
  [fault, [expect.stringContaining('nothing of this kind')]],
])('a removed job that cannot be looked after: %s', async (error, expected) => {
  vi.useFakeTimers()
  try {
    const problems: string[] = []
    const history = { reader: { states: () => Promise.reject(error) } } as unknown as History
    const gone = createGoneJobs({
      board: new JobBoard(),
      history,
      queue: { get: () => Promise.resolve(undefined) },
      onProblem: (message) => problems.push(message),
    })
    gone.heard('7')
    await vi.runAllTimersAsync()
    gone.close()
    expect(problems).toEqual(expected)
  } finally {
    vi.useRealTimers()
  }
})
