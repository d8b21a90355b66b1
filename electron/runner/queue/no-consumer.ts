import { TorilError } from '../../contract/errors.ts'
import type { Consumer } from './job-queue.ts'

/** What stands for the consumer of a read-only queue: it takes no job, and so holds none. */
export function createNoConsumer(): Consumer {
  return {
    setConcurrency: () => undefined,
    active: () => [],
    releaseJobsOf: () => Promise.resolve([]),
    takeOver: () => Promise.resolve(false),
    stopTaking: () => Promise.resolve(),
    start() {
      const message =
        'The profile was read-only when it was opened, so this runner takes no jobs. Use the profile anew.'
      return Promise.reject(new TorilError('READ_ONLY', message))
    },
    close: () => Promise.resolve(),
  }
}
