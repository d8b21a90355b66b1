import { createCore, type RunnerCore } from './core/create-core.ts'
import type { RunnerConfig } from './runner-config.ts'
import type { Runner } from './runner.ts'
import { openPlaces } from './session/open-places.ts'
import { startSession } from './session/start-session.ts'
import { SessionGate } from './switching/session-gate.ts'
import { createProfileSwitch } from './switching/switch-profile.ts'
import { switchingRunner } from './switching/switching-runner.ts'

export type { RunnerConfig } from './runner-config.ts'

/** Starts everything in order and answers when the runner takes jobs. Rejects with one clear TorilError. */
export async function createRunner(config: RunnerConfig): Promise<Runner> {
  const core = await createCore(config)
  try {
    return await startOn(core)
  } catch (error) {
    // What was started before the failure must not stay behind; what fails while stopping hides no cause.
    await core.stop().catch(() => undefined)
    throw error
  }
}

async function startOn(core: RunnerCore): Promise<Runner> {
  let shut = (): Promise<void> => Promise.resolve()
  const onIdle = () => shut()
  const gate = new SessionGate(await startSession(core, await openPlaces(core), onIdle))
  shut = () => gate.shut()
  // The phases are those of the start.
  const later: RunnerCore = { ...core, phase: () => undefined }
  const profileSwitch = createProfileSwitch({
    core,
    gate,
    open: (id) => openPlaces(later, id),
    start: (places) => startSession(later, places, onIdle),
  })
  return switchingRunner(core, gate, profileSwitch)
}
