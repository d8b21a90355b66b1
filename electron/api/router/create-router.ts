import type { Runner } from '../../runner/runner.ts'
import { api, orNever, streamOf } from './implementer.ts'
import { jobsRouter } from './jobs.ts'
import { runnersRouter } from './runners.ts'
import { readOnlyGuard } from './read-only-guard.ts'
import { profilesRouter } from './profiles.ts'
import { queueRouter } from './queue.ts'

/** Every operation of the contract over one runner. All transports serve this one router. */
export function createRouter(runner: Runner) {
  return api.use(readOnlyGuard(runner)).router({
    jobs: jobsRouter(runner),
    queue: queueRouter(runner),
    jobTypes: { list: api.jobTypes.list.handler(() => runner.jobTypes()) },
    preferences: {
      get: api.preferences.get.handler(() => runner.preferences.current()),
      update: api.preferences.update.handler(({ input }) => {
        // The one preference that is kept in the queue too, for all runners.
        if (input.queue?.rateLimit !== undefined) runner.safety.refuseReadOnly()
        return runner.preferences.update(input)
      }),
    },
    profiles: profilesRouter(runner),
    threads: { list: api.threads.list.handler(async () => ({ threads: await runner.measuredThreads() })) },
    runners: runnersRouter(runner),
    system: { info: api.system.info.handler(() => runner.system()) },
    updates: {
      watch: api.updates.watch.handler(({ input, signal }) => streamOf(runner.watch(orNever(signal), input))),
    },
  })
}

export type ApiRouter = ReturnType<typeof createRouter>
