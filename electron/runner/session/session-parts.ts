import type { Catalog } from '../catalog/catalog.ts'
import type { RunnerCore } from '../core/create-core.ts'
import { JobBoard } from '../jobs/job-board.ts'
import type { Preferences } from '../../contract/preferences.ts'
import type { Places } from './open-places.ts'
import { SessionState } from './session-state.ts'
import { createUnknownRule, type UnknownRule } from './unknown-rule.ts'

/** What every part of a session is built on. */
export interface SessionParts extends Places {
  core: RunnerCore
  catalog: Catalog
  board: JobBoard
  state: SessionState
  preferences: () => Preferences
  unknownRule: UnknownRule
  /** More jobs than threads and line can hold are not taken from the queue at all. */
  concurrency: () => number
  /** Whether jobs are taken and the queue is kept: the profile was not read-only when it was opened, nor is it now. */
  mayWork: () => boolean
}

export async function sessionParts(
  core: RunnerCore,
  places: Places,
  onIdle: () => Promise<void>,
): Promise<SessionParts> {
  const preferences = () => core.preferences.current()
  // Asked for every job that is taken.
  let works: boolean | undefined
  places.stops.add(core.profiles.onChange(() => (works = undefined)))
  return {
    ...places,
    core,
    catalog: await core.catalog,
    board: new JobBoard(),
    state: new SessionState(core.outcomes, onIdle),
    preferences,
    mayWork: () => (works ??= !places.readOnly && !places.connections.profile().readOnly),
    unknownRule: createUnknownRule(places, core),
    concurrency() {
      const { pool: threads, queue: settings } = preferences()
      return Math.min(settings.concurrency, threads.maxThreads + threads.maxQueue)
    },
  }
}
