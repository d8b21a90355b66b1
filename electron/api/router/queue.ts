import type { Runner } from '../../runner/runner.ts'
import { api, orNever, streamOf } from './implementer.ts'

export function queueRouter({ queue }: Runner) {
  return api.queue.router({
    get: api.queue.get.handler(() => queue.info()),
    pause: api.queue.pause.handler(() => queue.pause()),
    resume: api.queue.resume.handler(() => queue.resume()),
    // What they refuse is an error of the call, and not of a stream already begun.
    drain: api.queue.drain.handler(async ({ input, signal, context: { by } }) =>
      streamOf(await queue.drain(input, { by, signal: orNever(signal) })),
    ),
    clean: api.queue.clean.handler(async ({ input, signal, context: { by } }) =>
      streamOf(await queue.clean(input, { by, signal: orNever(signal) })),
    ),
    obliterate: api.queue.obliterate.handler(async ({ input, signal, context: { by } }) =>
      streamOf(await queue.obliterate(input, { by, signal: orNever(signal) })),
    ),
    reconnect: api.queue.reconnect.handler(() => queue.reconnect()),
    throughput: api.queue.throughput.handler(({ input }) => queue.throughput(input.range)),
  })
}
