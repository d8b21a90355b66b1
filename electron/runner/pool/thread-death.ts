import type { AttemptReport } from '../executors/executor.ts'

const exitPattern = /^worker exited with code: (-?\d+)$/

/** `mb` is what V8 was told; `ofJob` when the job or its type asked for it. */
export interface MemoryLimit {
  mb: number | undefined
  ofJob: boolean
}

export function outOfMemoryMessage({ mb, ofJob }: MemoryLimit): string {
  const size = mb === undefined ? '' : ` of ${mb} MB`
  const limit = ofJob ? `its memory limit${size}` : `the default limit of a thread${size}`
  return `The job needed more memory than ${limit}. Its thread was replaced.`
}

/** The outcome of an attempt whose thread died under it, with the limit or exit code named. */
export function reportDeath(error: unknown, limit: MemoryLimit): AttemptReport {
  const { code, message, stack } = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as {
    code?: unknown
    message?: unknown
    stack?: unknown
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const error = { code: 'OUT_OF_MEMORY', message: outOfMemoryMessage(limit) }
    return { outcome: 'out-of-memory', error, retryable: true }
  }
  const text = typeof message === 'string' ? message : String(message)
  const exitCode = exitPattern.exec(text)?.[1]
  return {
    outcome: 'crashed',
    error: {
      code: 'THREAD_CRASHED',
      message:
        exitCode === undefined
          ? `An error that the job did not catch ended its thread: ${text}`
          : `The thread ended with exit code ${exitCode} while the job ran.`,
      // Of an exit there is only Piscina's own stack, which says nothing of the job.
      ...(exitCode === undefined && typeof stack === 'string' ? { stack } : {}),
    },
    retryable: true,
  }
}
