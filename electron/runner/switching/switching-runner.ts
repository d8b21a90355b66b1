import type { BatchProgress } from '../../contract/batch.ts'
import type { JobEvent } from '../../contract/job.ts'
import { TorilError } from '../../contract/errors.ts'
import { testConnection, wholeTest } from '../connections/checks/test-connection.ts'
import type { RunnerCore } from '../core/create-core.ts'
import type { QueueEmptying } from '../emptying/create-emptying.ts'
import type { Emptying } from '../emptying/emptying-parts.ts'
import type { Health, Runner } from '../runner.ts'
import { whileAllowed } from '../safety/while-allowed.ts'
import type { ProfileSwitch } from './switch-profile.ts'
import type { SessionGate } from './session-gate.ts'

/** What happens to one job, until the session that knows it, or who reads, has gone. */
async function* eventsOf(gate: SessionGate, id: string, signal: AbortSignal): AsyncGenerator<JobEvent> {
  const { runner, ended } = await gate.enter()
  yield* runner.jobs.events(id, AbortSignal.any([signal, ended]))
}

async function healthOf(gate: SessionGate): Promise<Health> {
  try {
    return await gate.read((runner) => runner.health())
  } catch (error) {
    if (!(error instanceof TorilError)) throw error
    return { ready: false, reasons: [error.message], queue: 'unreachable', database: 'unreachable' }
  }
}

/** The runner as its shells see it, whichever session is in use. */
export function switchingRunner(core: RunnerCore, gate: SessionGate, profileSwitch: ProfileSwitch): Runner {
  const { profiles, preferences, used, safety, config } = core

  /** A dry run is allowed whatever the profile says. */
  function guarded(
    { dryRun }: { dryRun?: boolean | undefined },
    signal: AbortSignal,
    act: (until: AbortSignal) => Promise<AsyncIterable<BatchProgress>>,
  ): Promise<AsyncIterable<BatchProgress>> {
    return dryRun === true ? act(signal) : whileAllowed(core, signal, act)
  }

  /** Ends with the session that it empties the queue of. */
  function emptying<Act extends keyof QueueEmptying>(act: Act): QueueEmptying[Act] {
    const begin: Emptying<never> = async (input, { by, signal }) => {
      const { runner, ended } = gate.enterNow()
      const emptyNow: Emptying<never> = runner.queue[act]
      return guarded(input, AbortSignal.any([signal, ended]), (until) => emptyNow(input, { by, signal: until }))
    }
    return begin as QueueEmptying[Act]
  }

  return {
    id: core.runnerId,
    jobs: {
      enqueue: (type, input, options) => gate.change(({ jobs }) => jobs.enqueue(type, input, options)),
      list: (input) => gate.read(({ jobs }) => jobs.list(input)),
      get: (id) => gate.read(({ jobs }) => jobs.get(id)),
      why: (id) => gate.read(({ jobs }) => jobs.why(id)),
      remove: (id) => gate.change(({ jobs }) => jobs.remove(id)),
      logs: (id, after, limit) => gate.read(({ jobs }) => jobs.logs(id, after, limit)),
      events: (id, signal) => eventsOf(gate, id, signal),
      cancel: (id, options) => gate.change(({ jobs }) => jobs.cancel(id, options)),
      async batch(input, { by, signal }) {
        const { runner, ended } = gate.enterNow()
        return guarded(input, AbortSignal.any([signal, ended]), (until) =>
          runner.jobs.batch(input, { by, signal: until }),
        )
      },
      retry: (id) => gate.change(({ jobs }) => jobs.retry(id)),
      promote: (id) => gate.change(({ jobs }) => jobs.promote(id)),
      stack: (id) => gate.read(({ jobs }) => jobs.stack(id)),
      profile: (id, durationMs, signal) => gate.read(({ jobs }) => jobs.profile(id, durationMs, signal)),
      endProfile: (id) => gate.change(({ jobs }) => jobs.endProfile(id)),
    },
    queue: {
      info: () => gate.read(({ queue }) => queue.info()),
      pause: () => gate.change(({ queue }) => queue.pause()),
      resume: () => gate.change(({ queue }) => queue.resume()),
      drain: emptying('drain'),
      clean: emptying('clean'),
      obliterate: emptying('obliterate'),
      reconnect: () => gate.read(({ queue }) => queue.reconnect()),
      throughput: (range) => gate.read(({ queue }) => queue.throughput(range)),
    },
    preferences: { current: () => preferences.current(), update: (patch) => preferences.update(patch) },
    profiles: {
      // What the file says may be for the next start only.
      list: () => ({ ...profiles.list(), currentId: used.current().id }),
      create: (draft) => profiles.create(draft),
      async update(id, patch, confirm) {
        safety.refuseLessSafe(id, patch, confirm)
        return profiles.update(id, patch)
      },
      async remove(id) {
        if (id === profileSwitch.target) {
          const message = 'The runner is moving to this profile. Use another one before removing it.'
          throw new TorilError('PROFILE_IN_USE', message)
        }
        if (id === used.current().id) {
          const message = `The profile ${used.current().name} is in use. Use another one, then remove it.`
          throw new TorilError('PROFILE_IN_USE', message)
        }
        await profiles.remove(id)
      },
      use: (id, options) => profileSwitch.use(id, options),
      export: (options) => profiles.export(options),
      import: (file, passphrase) => profiles.import(file, passphrase),
      queues: (id) => gate.read((runner) => runner.findQueues(id)),
      test: (input, signal) => wholeTest(testConnection(profiles, input, config, signal)),
      watchTest: (input, signal) => testConnection(profiles, input, config, signal),
    },
    safety,
    jobTypes: () => gate.runner.jobTypes(),
    threads: () => gate.runner.threads(),
    measuredThreads: () => gate.read((runner) => runner.measuredThreads()),
    runners: {
      list: () => gate.read(({ runners }) => runners.list()),
      pause: (id) => gate.change(({ runners }) => runners.pause(id)),
      resume: (id) => gate.change(({ runners }) => runners.resume(id)),
      drain: (id) => gate.change(({ runners }) => runners.drain(id)),
      resize: (id, size) => gate.change(({ runners }) => runners.resize(id, size)),
    },
    system: () => gate.runner.system(),
    async *watch(signal, input) {
      let seq = 0
      for (;;) {
        const session = await gate.next(signal)
        if (session === undefined) return
        try {
          for await (const update of session.runner.watch(AbortSignal.any([signal, session.ended]), input)) {
            yield { ...update, seq: (seq += 1) }
          }
        } catch (error) {
          // Read while it was closed: the next session tells it anew.
          if (!session.ended.aborted) throw error
        }
        if (!session.ended.aborted) return
      }
    },
    activeCount: () => gate.runner.activeCount(),
    health: () => healthOf(gate),
    metrics: () => gate.read((runner) => runner.metrics()),
    async stop(options) {
      try {
        await profileSwitch.stop(options)
      } finally {
        await core.stop()
      }
    },
  }
}
