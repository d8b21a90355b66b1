import type { AttemptProfile } from '../executors/executor.ts'

/** Waits until a recording is to end, and answers why. */
export async function recordUntil(until: {
  durationMs: number
  stop: AbortSignal
  jobEnded: Promise<unknown>
}): Promise<AttemptProfile['ended']> {
  const { promise, resolve } = Promise.withResolvers<AttemptProfile['ended']>()
  const timer = setTimeout(() => resolve('time'), until.durationMs)
  const stopped = (): void => resolve('stopped')
  until.stop.addEventListener('abort', stopped)
  if (until.stop.aborted) stopped()
  void until.jobEnded.then(() => resolve('job-ended'))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    until.stop.removeEventListener('abort', stopped)
  }
}
