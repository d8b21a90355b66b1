import type { AttemptReport } from '../executors/executor.ts'

const exitPattern = /^worker exited with code: (-?\d+)$/

/** The outcome of an attempt whose thread died under it, with the limit or exit code named. */
export function reportDeath(error: unknown, memoryMb: number | undefined): AttemptReport {
  const { code, message, stack } = (
    typeof error === 'object' && error !== null ? error : { message: String(error) }
  ) as {
    code?: unknown
    message?: unknown
    stack?: unknown
  }
  if (code === 'ERR_WORKER_OUT_OF_MEMORY') {
    const limit = memoryMb === undefined ? 'the default heap limit of a thread' : `its memory limit of ${memoryMb} MB`
    return {
      outcome: 'out-of-memory',
      error: { code: 'OUT_OF_MEMORY', message: `The job needed more memory than ${limit}. Its thread was replaced.` },
      retryable: true,
    }
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
