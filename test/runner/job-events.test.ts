import { expect, test, vi } from 'vitest'
import type { Job, JobEvent } from '../../electron/contract/job.ts'
import { JobBoard } from '../../electron/runner/jobs/job-board.ts'
import { jobEvents } from '../../electron/runner/jobs/job-events.ts'

const job = (state: Job['state']): Job => ({
  id: '1',
  type: 'add-two-numbers',
  state,
  input: {},
  progress: {},
  attempts: [],
  options: {},
  createdAt: '2026-11-24T14:03:27.120Z',
})

test('a job that ends while a batch is gathered is told at once, not when the time of the batch is over', async () => {
  // Time stands still: what waits for a timer waits for ever.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const board = new JobBoard()
  const { signal } = new AbortController()
  const events = jobEvents({ board, get: () => Promise.resolve(job('waiting')), id: '1', signal })
  const states: string[] = []
  try {
    const reading = (async () => {
      for await (const event of events as AsyncIterable<JobEvent>) {
        if (event.kind !== 'job') continue
        states.push(event.job.state)
        if (states.length === 1) {
          queueMicrotask(() => board.changed(job('active')))
          setImmediate(() => setImmediate(() => board.changed(job('completed'))))
        }
      }
    })()
    await reading
    expect(states).toEqual(['waiting', 'completed'])
  } finally {
    vi.useRealTimers()
  }
})
