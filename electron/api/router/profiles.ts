import type { Runner } from '../../runner/runner.ts'
import { api, orNever, streamOf } from './implementer.ts'

export function profilesRouter({ profiles, safety }: Runner) {
  return api.profiles.router({
    list: api.profiles.list.handler(() => profiles.list()),
    create: api.profiles.create.handler(({ input }) => profiles.create(input)),
    update: api.profiles.update.handler(({ input: { id, confirm, ...patch } }) => profiles.update(id, patch, confirm)),
    remove: api.profiles.remove.handler(({ input }) => profiles.remove(input.id)),
    queues: api.profiles.queues.handler(({ input }) => profiles.queues(input.id)),
    use: api.profiles.use.handler(({ input: { id, graceMs } }) => profiles.use(id, { graceMs })),
    export: api.profiles.export.handler(({ input }) => profiles.export(input)),
    import: api.profiles.import.handler(({ input }) => profiles.import(input.file, input.passphrase)),
    allowChanges: api.profiles.allowChanges.handler(({ input: { id, ...options } }) => safety.allow(id, options)),
    endChanges: api.profiles.endChanges.handler(({ input }) => safety.end(input.id)),
    test: api.profiles.test.handler(({ input, signal }) => profiles.test(input, orNever(signal))),
    watchTest: api.profiles.watchTest.handler(({ input, signal }) =>
      streamOf(profiles.watchTest(input, orNever(signal))),
    ),
  })
}
