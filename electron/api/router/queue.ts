import type { Runner } from '../../runner/runner.ts'
import { api } from './implementer.ts'

export function queueRouter({ queue }: Runner) {
  return api.queue.router({
    get: api.queue.get.handler(() => queue.info()),
    pause: api.queue.pause.handler(() => queue.pause()),
    resume: api.queue.resume.handler(() => queue.resume()),
    reconnect: api.queue.reconnect.handler(() => queue.reconnect()),
    throughput: api.queue.throughput.handler(({ input }) => queue.throughput(input.range)),
  })
}
