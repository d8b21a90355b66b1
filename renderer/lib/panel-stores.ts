import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Preferences } from '../../electron/contract/preferences.ts'
import type { QueueInfo, Runner, SystemInfo, Thread } from '../../electron/contract/runner.ts'
import { createBatchStore, type BatchState } from '../stores/batch.ts'
import { createCancelsStore, type CancelsState } from '../stores/cancels.ts'
import { createConnectionStore, type ConnectionState } from '../stores/connection.ts'
import { createInspectionsStore, type InspectionsState } from '../stores/inspections.ts'
import { createJobsStore, type JobsState } from '../stores/jobs.ts'
import { createPoolEventsStore, type PoolEventsState } from '../stores/pool-events.ts'
import { createProfileDraftsStore, type ProfileDraftsState } from '../stores/profile-drafts.ts'
import { createSamplesStore, type SamplesState } from '../stores/samples.ts'
import { createTimelineStore, type TimelineState } from '../stores/timeline.ts'
import { createToastsStore, type ToastsState } from '../stores/toasts.ts'
import { createUiStore, type UiState } from '../stores/ui.ts'

/** What the runner says of one thing; undefined until the first snapshot. */
export interface LiveValue<Value> {
  value: Value | undefined
}

export interface PanelStores {
  connection: StoreApi<ConnectionState>
  queue: StoreApi<LiveValue<QueueInfo>>
  threads: StoreApi<LiveValue<Thread[]>>
  runners: StoreApi<LiveValue<Runner[]>>
  preferences: StoreApi<LiveValue<Preferences>>
  system: StoreApi<LiveValue<SystemInfo>>
  jobs: StoreApi<JobsState>
  timeline: StoreApi<TimelineState>
  samples: StoreApi<SamplesState>
  poolEvents: StoreApi<PoolEventsState>
  cancels: StoreApi<CancelsState>
  inspections: StoreApi<InspectionsState>
  batch: StoreApi<BatchState>
  profileDrafts: StoreApi<ProfileDraftsState>
  toasts: StoreApi<ToastsState>
  ui: StoreApi<UiState>
}

function createLive<Value>(): StoreApi<LiveValue<Value>> {
  return createStore<LiveValue<Value>>(() => ({ value: undefined }))
}

export function createPanelStores(): PanelStores {
  return {
    connection: createConnectionStore(),
    queue: createLive(),
    threads: createLive(),
    runners: createLive(),
    preferences: createLive(),
    system: createLive(),
    jobs: createJobsStore(),
    timeline: createTimelineStore(),
    samples: createSamplesStore(),
    poolEvents: createPoolEventsStore(),
    cancels: createCancelsStore(),
    inspections: createInspectionsStore(),
    batch: createBatchStore(),
    profileDrafts: createProfileDraftsStore(),
    toasts: createToastsStore(),
    ui: createUiStore(),
  }
}
