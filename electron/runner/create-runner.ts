import { createCore } from './core/create-core.ts'
import type { RunnerConfig } from './runner-config.ts'
import type { Runner } from './runner.ts'
import { openPlaces } from './session/open-places.ts'
import { startSession } from './session/start-session.ts'

export type { RunnerConfig } from './runner-config.ts'

/** Starts everything in order and answers when the runner takes jobs. Rejects with one clear TorilError. */
export async function createRunner(config: RunnerConfig): Promise<Runner> {
  const core = await createCore(config)
  try {
    const session = await startSession(core, await openPlaces(core))
    return {
      ...session,
      async stop(options) {
        try {
          await session.stop(options)
        } finally {
          await core.stop()
        }
      },
    }
  } catch (error) {
    // What was started before the failure must not stay behind; what fails while stopping hides no cause.
    await core.stop().catch(() => undefined)
    throw error
  }
}
