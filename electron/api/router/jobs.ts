import type { Runner } from '../../runner/runner.ts'
import { api, orNever, streamOf } from './implementer.ts'

export function jobsRouter({ jobs }: Runner) {
  return api.jobs.router({
    enqueue: api.jobs.enqueue.handler(({ input }) => jobs.enqueue(input.type, input.input, input.options)),
    enqueueType: api.jobs.enqueueType.handler(({ input }) => jobs.enqueue(input.params.type, input.body)),
    list: api.jobs.list.handler(({ input }) => jobs.list(input)),
    get: api.jobs.get.handler(({ input }) => jobs.get(input.id)),
    why: api.jobs.why.handler(({ input }) => jobs.why(input.id)),
    remove: api.jobs.remove.handler(({ input }) => jobs.remove(input.id)),
    logs: api.jobs.logs.handler(({ input }) => jobs.logs(input.id, input.after, input.limit)),
    events: api.jobs.events.handler(async ({ input, signal }) => {
      // Asked for first, so that an unknown job is an error of the call and not of a stream already begun.
      await jobs.get(input.id)
      return streamOf(jobs.events(input.id, orNever(signal)))
    }),
    cancel: api.jobs.cancel.handler(({ input: { id, ...options }, context }) =>
      jobs.cancel(id, { ...options, by: context.by }),
    ),
    // What it refuses is an error of the call, and not of a stream already begun.
    batch: api.jobs.batch.handler(async ({ input, signal, context }) =>
      streamOf(await jobs.batch(input, { by: context.by, signal: orNever(signal) })),
    ),
    retry: api.jobs.retry.handler(({ input }) => jobs.retry(input.id)),
    promote: api.jobs.promote.handler(({ input }) => jobs.promote(input.id)),
    stack: api.jobs.stack.handler(({ input }) => jobs.stack(input.id)),
    profile: api.jobs.profile.handler(({ input, signal }) => jobs.profile(input.id, input.durationMs, orNever(signal))),
    endProfile: api.jobs.endProfile.handler(({ input }) => jobs.endProfile(input.id)),
  })
}
