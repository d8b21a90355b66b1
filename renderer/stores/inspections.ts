import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CpuProfile, StackSample } from '../../electron/contract/profile.ts'
import type { PanelError } from '../lib/errors.ts'

/** What was looked at of one job from this window. Times in epoch ms by the runner's clock. */
export interface Inspection {
  sampling?: boolean
  sample?: StackSample
  recording?: { since: number; until: number; ending: boolean }
  profile?: CpuProfile
  /** Why the last look failed. */
  error?: PanelError
}

export interface InspectionsState {
  jobs: ReadonlyMap<string, Inspection>
}

/** A profile of a minute is some megabytes: those of the last few jobs are kept. */
const keptJobs = 6

export function createInspectionsStore(): StoreApi<InspectionsState> {
  return createStore<InspectionsState>(() => ({ jobs: new Map() }))
}

/** The state with these parts of one job's inspection replaced; undefined takes a part away. */
export function withInspection(
  state: InspectionsState,
  id: string,
  change: { [Part in keyof Inspection]?: Inspection[Part] | undefined },
): InspectionsState {
  const jobs = new Map(state.jobs)
  const merged = Object.entries({ ...jobs.get(id), ...change }).filter(([, value]) => value !== undefined)
  jobs.delete(id)
  jobs.set(id, Object.fromEntries(merged))
  for (const [oldest, { recording }] of jobs) {
    if (jobs.size <= keptJobs) break
    if (recording === undefined) jobs.delete(oldest)
  }
  return { jobs }
}
