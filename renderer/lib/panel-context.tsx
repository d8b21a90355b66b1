import { createContext, use, type ReactNode } from 'react'
import { useStore } from 'zustand'
import type { JobSummary } from '../../electron/contract/job.ts'
import type { Preferences } from '../../electron/contract/preferences.ts'
import type { QueueInfo, Runner, SystemInfo, Thread } from '../../electron/contract/runner.ts'
import type { RunningBatch } from '../stores/batch.ts'
import type { PendingCancel } from '../stores/cancels.ts'
import { connectionKind, type ConnectionKind, type ConnectionState } from '../stores/connection.ts'
import type { JobsState } from '../stores/jobs.ts'
import type { PoolEvent } from '../stores/pool-events.ts'
import type { SamplesState } from '../stores/samples.ts'
import type { TimelineState } from '../stores/timeline.ts'
import type { Toast } from '../stores/toasts.ts'
import type { UiState } from '../stores/ui.ts'
import type { Client } from './client.ts'
import type { Panel } from './panel.ts'

const PanelContext = createContext<Panel | undefined>(undefined)

export function PanelProvider({ panel, children }: { panel: Panel; children: ReactNode }) {
  return <PanelContext value={panel}>{children}</PanelContext>
}

export function usePanel(): Panel {
  const panel = use(PanelContext)
  if (panel === undefined) throw new Error('usePanel needs a PanelProvider above it.')
  return panel
}

/** Calls the runner. Rejections are errors with a code; `toPanelError` reads them. */
export function useClient(): Client {
  return usePanel().client
}

/** Each hook takes a narrow selector; the value is undefined until the first snapshot. */
export function useQueue<Selected>(select: (queue: QueueInfo | undefined) => Selected): Selected {
  return useStore(usePanel().stores.queue, (state) => select(state.value))
}

export function useThreads<Selected>(select: (threads: Thread[] | undefined) => Selected): Selected {
  return useStore(usePanel().stores.threads, (state) => select(state.value))
}

export function useRunners<Selected>(select: (runners: Runner[] | undefined) => Selected): Selected {
  return useStore(usePanel().stores.runners, (state) => select(state.value))
}

export function usePreferences<Selected>(select: (preferences: Preferences | undefined) => Selected): Selected {
  return useStore(usePanel().stores.preferences, (state) => select(state.value))
}

export function useSystem<Selected>(select: (system: SystemInfo | undefined) => Selected): Selected {
  return useStore(usePanel().stores.system, (state) => select(state.value))
}

export function useJobs<Selected>(select: (jobs: JobsState) => Selected): Selected {
  return useStore(usePanel().stores.jobs, select)
}

/** The newest row of one job, when the runner has told of it. */
export function useJobRow(id: string | undefined): JobSummary | undefined {
  return useJobs((jobs) => (id === undefined ? undefined : jobs.rows.get(id)))
}

/** The cancel of a job that was asked for from this window and is not over. */
export function usePendingCancel(id: string | undefined): PendingCancel | undefined {
  return useStore(usePanel().stores.cancels, (state) => (id === undefined ? undefined : state.pending.get(id)))
}

/** The batch that this window runs. */
export function useBatch(): RunningBatch | undefined {
  return useStore(usePanel().stores.batch, (state) => state.batch)
}

export function useTimeline<Selected>(select: (timeline: TimelineState) => Selected): Selected {
  return useStore(usePanel().stores.timeline, select)
}

/** What happened to threads since the panel was opened, newest first. */
export function usePoolEvents(): readonly PoolEvent[] {
  return useStore(usePanel().stores.poolEvents, (state) => state.events)
}

export function useSamples<Selected>(select: (samples: SamplesState) => Selected): Selected {
  return useStore(usePanel().stores.samples, select)
}

export function useConnection<Selected>(select: (connection: ConnectionState) => Selected): Selected {
  return useStore(usePanel().stores.connection, select)
}

export function useConnectionKind(): ConnectionKind {
  const line = useConnection((state) => state.line)
  const queue = useQueue((info) => info?.connection)
  return connectionKind(line, queue)
}

export function useUi<Selected>(select: (ui: UiState) => Selected): Selected {
  return useStore(usePanel().stores.ui, select)
}

/** Shows a short message; it goes away by itself. */
export function useToast(): (toast: Omit<Toast, 'id'>) => void {
  return useStore(usePanel().stores.toasts, (state) => state.show)
}
