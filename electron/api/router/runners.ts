import type { Runner } from '../../runner/runner.ts'
import { api } from './implementer.ts'

export function runnersRouter({ runners }: Runner) {
  return api.runners.router({
    list: api.runners.list.handler(async () => ({ runners: await runners.list() })),
    pause: api.runners.pause.handler(({ input }) => runners.pause(input.id)),
    resume: api.runners.resume.handler(({ input }) => runners.resume(input.id)),
    drain: api.runners.drain.handler(({ input }) => runners.drain(input.id)),
    resize: api.runners.resize.handler(({ input }) => runners.resize(input.params.id, input.body)),
  })
}
