import { expect } from 'vitest'
import { createJobQueue, type RunnerQueue } from '../../electron/runner/queue/create-job-queue.ts'
import type { QueueTarget } from '../../electron/runner/queue/queue-config.ts'

/** Must be in no message. */
export const secret = 'not-to-be-shown'

function open(backend: QueueTarget): Promise<RunnerQueue> {
  const config = { name: 'q', backend, runnerId: 'a' }
  return createJobQueue({ ...config, timing: { answerMs: 4_000 } })
}

/** The one sentence with which a queue does not open; `it started` when it does. */
export async function refusal(backend: QueueTarget): Promise<string> {
  try {
    const queue = await open(backend)
    await queue.close()
    return 'it started'
  } catch (error) {
    expect(error).toMatchObject({ name: 'TorilError', code: 'UNAVAILABLE' })
    const { message } = error as Error
    expect(message).not.toContain(secret)
    return message
  }
}

/** What a queue that opens says all the same. */
export async function openNotices(backend: QueueTarget): Promise<ReturnType<RunnerQueue['notices']>> {
  const queue = await open(backend)
  await queue.close()
  return queue.notices()
}
