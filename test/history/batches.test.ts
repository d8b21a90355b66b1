import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBatchedWriter } from '../../electron/runner/history/batched-writer.ts'
import type { Database } from '../../electron/runner/history/database.ts'
import { sampleJob } from './sample-jobs.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A database that takes its time: each batch is there when it is told so. */
function scene() {
  const written: (() => void)[] = []
  const query = vi.fn(() => new Promise<void>((resolve) => written.push(resolve)))
  const database = { schema: 'toril', pool: { query } } as unknown as Database
  const writer = createBatchedWriter(database, {
    sourceId: 1,
    onProblem: (message) => expect.fail(message),
    onConnection: () => undefined,
  })
  const confirm = async (): Promise<void> => {
    written.shift()?.()
    await vi.advanceTimersByTimeAsync(0)
  }
  return { writer, query, confirm }
}

test('what is saved while a batch is written waits for others, and is not a small batch of its own', async () => {
  const { writer, query, confirm } = scene()
  writer.saveJob(sampleJob('1'))
  await vi.advanceTimersByTimeAsync(50)
  expect(query).toHaveBeenCalledTimes(1)
  writer.saveJob(sampleJob('2'))
  await confirm()
  writer.saveJob(sampleJob('3'))
  await vi.advanceTimersByTimeAsync(49)
  expect(query).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(query).toHaveBeenCalledTimes(2)
  await confirm()
  expect(writer.isPending('3')).toBe(false)
})

test('whoever waits for what is saved, or a full batch, does not wait for others', async () => {
  const { writer, query, confirm } = scene()
  writer.saveJob(sampleJob('1'))
  await vi.advanceTimersByTimeAsync(50)
  writer.saveJob(sampleJob('2'))
  const flushed = writer.flush()
  await confirm()
  expect(query).toHaveBeenCalledTimes(2)
  await confirm()
  await flushed
  writer.saveJob(sampleJob('3'))
  await vi.advanceTimersByTimeAsync(50)
  for (let id = 4; id < 504; id += 1) writer.saveJob(sampleJob(String(id)))
  await confirm()
  expect(query).toHaveBeenCalledTimes(4)
})
