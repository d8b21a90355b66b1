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

test('a reader that is too slow for the lines is told how many it missed', async () => {
  const board = new JobBoard()
  const { signal } = new AbortController()
  const events = jobEvents({ board, get: () => Promise.resolve(job('active')), id: '1', signal })
  const next = async (): Promise<JobEvent> => (await events.next()).value as JobEvent
  await next()
  const line = (seq: number) => ({
    seq,
    at: job('active').createdAt,
    level: 'info' as const,
    attempt: 1,
    text: `${seq}`,
  })
  const lines = Array.from({ length: 2_500 }, (_, index) => line(index + 1))
  board.emit('1', { kind: 'log', lines: lines.slice(0, 1_999) })
  board.emit('1', { kind: 'log', lines: lines.slice(1_999, 2_400) })
  board.emit('1', { kind: 'log', lines: lines.slice(2_400) })
  const told = await next()
  const text = '500 lines dropped: this reader is too slow. The log has them'
  expect(told).toEqual({ kind: 'log', lines: [...lines.slice(0, 2_000), { ...line(2_001), level: 'warn', text }] })
  await events.return(undefined)
})

test('progress that came after a change of the job is not taken back by it', async () => {
  const board = new JobBoard()
  const { signal } = new AbortController()
  const events = jobEvents({ board, get: () => Promise.resolve(job('waiting')), id: '1', signal })
  const next = async (): Promise<JobEvent> => (await events.next()).value as JobEvent
  await next()
  const running = job('active')
  board.changed(running)
  board.progressed(running, { ratio: 0.5 })
  expect([await next(), await next()]).toMatchObject([
    { kind: 'progress', progress: { ratio: 0.5 } },
    { kind: 'job', job: { state: 'active', progress: { ratio: 0.5 } } },
  ])
  await events.return(undefined)
})
