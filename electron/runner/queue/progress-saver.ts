import type { Progress } from '../../contract/job.ts'

export interface ProgressSaver {
  save(progress: Progress): void
  /** Drops what is not yet written: the job's end says more. */
  stop(): void
}

/**
 * Writes progress at most once per `everyMs`: the latest at the end of each interval. Also the first waits, because
 * most jobs end sooner, and a write would cost such a job more than all else. One write at a time, and a failed one
 * is let go: progress never fails a job.
 */
export function createProgressSaver(write: (progress: Progress) => Promise<void>, everyMs: number): ProgressSaver {
  let latest: Progress | undefined
  let timer: NodeJS.Timeout | undefined
  let writing = false
  let stopped = false

  function wait(): void {
    timer = setTimeout(flush, everyMs)
    timer.unref()
  }

  function flush(): void {
    timer = undefined
    if (stopped || latest === undefined || writing) return
    const progress = latest
    latest = undefined
    writing = true
    wait()
    write(progress)
      .catch(() => undefined)
      .finally(() => {
        writing = false
        // The interval may have passed while the write took long.
        if (timer === undefined) flush()
      })
  }

  return {
    save(progress) {
      latest = progress
      if (timer === undefined && !writing) wait()
    },
    stop() {
      stopped = true
      latest = undefined
      clearTimeout(timer)
    },
  }
}
