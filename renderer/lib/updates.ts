import type { Patch, Snapshot, Update } from '../../electron/contract/updates.ts'
import { applyRowPatch, applySnapshotRows } from '../stores/jobs.ts'
import { recordPoolEvents } from '../stores/pool-events.ts'
import { sampleQueue, sampleThreads } from '../stores/samples.ts'
import { recordRows, recordThreads, startTimeline } from '../stores/timeline.ts'
import type { Client } from './client.ts'
import { isAbort } from './errors.ts'
import type { PanelStores } from './panel-stores.ts'

/** Takes over everything a snapshot says. */
export function applySnapshot(stores: PanelStores, snapshot: Snapshot): void {
  const before = stores.system.getState().value?.profile.id
  if (before !== undefined && before !== snapshot.system.profile.id) forgetProfile(stores)
  stores.queue.setState({ value: snapshot.queue })
  stores.runners.setState({ value: snapshot.runners })
  stores.preferences.setState({ value: snapshot.preferences })
  stores.system.setState({ value: snapshot.system })
  stores.jobs.setState(applySnapshotRows(snapshot.jobs))
  stores.threads.setState({ value: snapshot.threads })
  const at = Date.parse(snapshot.at)
  stores.timeline.setState((state) => recordRows(startTimeline(state, at, snapshot.threads), at, snapshot.jobs))
  stores.samples.setState((state) => sampleThreads(sampleQueue(state, at, snapshot.queue), at, snapshot.threads))
}

/** Of the profile that was left nothing is shown: ids of its jobs may come again. */
function forgetProfile(stores: PanelStores): void {
  stores.timeline.setState({ lanes: new Map() })
  stores.samples.setState({ queue: [], threads: new Map() })
  stores.cancels.setState({ pending: new Map() })
  stores.inspections.setState({ jobs: new Map() })
  stores.ui.setState({ question: undefined, whyId: undefined })
}

/** Applies what a patch carries and leaves the rest, so that only who looks at it draws again. */
export function applyPatch(stores: PanelStores, patch: Patch): void {
  const at = Date.parse(patch.at)
  const { queue, threads, runners, preferences, system, jobs, removedJobs, sampled } = patch
  if (jobs !== undefined || removedJobs !== undefined || sampled !== undefined) {
    stores.jobs.setState((state) =>
      applyRowPatch(state, {
        ...(jobs === undefined ? {} : { jobs }),
        ...(removedJobs === undefined ? {} : { removedJobs }),
        ...(sampled === undefined ? {} : { sampled }),
      }),
    )
  }
  if (jobs !== undefined) stores.timeline.setState((state) => recordRows(state, at, jobs))
  if (threads !== undefined) {
    const before = stores.threads.getState().value ?? []
    stores.threads.setState({ value: threads })
    stores.poolEvents.setState((state) => recordPoolEvents(state, at, before, threads))
    stores.timeline.setState((state) => recordThreads(state, at, threads))
    stores.samples.setState((state) => sampleThreads(state, at, threads))
  }
  if (queue !== undefined) {
    stores.queue.setState({ value: queue })
    stores.samples.setState((state) => sampleQueue(state, at, queue))
  }
  if (runners !== undefined) stores.runners.setState({ value: runners })
  if (preferences !== undefined) stores.preferences.setState({ value: preferences })
  if (system !== undefined) stores.system.setState({ value: system })
  if (patch.jobTypesChanged === true) {
    stores.ui.setState((state) => ({ jobTypesVersion: state.jobTypesVersion + 1 }))
  }
}

/** Follows one stream to its end. `gap`: a message is missing, so a new snapshot is needed. */
export async function followUpdates(stores: PanelStores, updates: AsyncIterable<Update>): Promise<'ended' | 'gap'> {
  let seq: number | undefined
  for await (const update of updates) {
    const now = Date.now()
    stores.connection.setState({ asOf: now, clockOffsetMs: clockOffset(Date.parse(update.at) - now) })
    if (update.kind === 'snapshot') applySnapshot(stores, update)
    else if (seq === undefined || update.seq !== seq + 1) return 'gap'
    else applyPatch(stores, update)
    seq = update.seq
  }
  return 'ended'
}

/** Two clocks within a second of each other count as one: the way of a message takes time as well. */
export function clockOffset(measuredMs: number): number {
  return Math.abs(measuredMs) < 1000 ? 0 : Math.round(measuredMs)
}

const pauseAfterErrorMs = 1000

/** Watches until `signal` aborts: opens a new stream when one ends, breaks, or has a gap. */
export async function watchUpdates(
  client: Client,
  stores: PanelStores,
  whenOpen: (signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await whenOpen(signal)
      const hidden = typeof document !== 'undefined' && document.hidden
      const stream = new AbortController()
      const stop = (): void => stream.abort()
      signal.addEventListener('abort', stop)
      // A hidden window asks for fewer updates; the stream is opened anew when that changes.
      const onVisibility = (): void => {
        if (document.hidden !== hidden) stop()
      }
      document.addEventListener('visibilitychange', onVisibility)
      try {
        const updates = await client.updates.watch({ hidden }, { signal: stream.signal })
        await followUpdates(stores, updates)
      } finally {
        stop()
        signal.removeEventListener('abort', stop)
        document.removeEventListener('visibilitychange', onVisibility)
      }
    } catch (error) {
      if (signal.aborted) return
      if (!isAbort(error)) await pause(pauseAfterErrorMs, signal)
    }
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
