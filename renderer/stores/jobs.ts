import { createStore, type StoreApi } from 'zustand/vanilla'
import { isFinished, type JobSummary } from '../../electron/contract/job.ts'

export interface JobsState {
  /** Rows the runner told of, by id. */
  rows: ReadonlyMap<string, JobSummary>
  /** Ids removed since the snapshot. */
  removed: ReadonlySet<string>
  /** Grows when a patch says that more jobs changed than it carries. */
  sampledTimes: number
}

/** Finished rows kept at most; older ones are read from the runner when a list needs them. */
const keepFinished = 1000
const keepRemoved = 5000

export function createJobsStore(): StoreApi<JobsState> {
  return createStore<JobsState>(() => ({ rows: new Map(), removed: new Set(), sampledTimes: 0 }))
}

export function applySnapshotRows(jobs: readonly JobSummary[]): JobsState {
  return { rows: new Map(jobs.map((job) => [job.id, job])), removed: new Set(), sampledTimes: 0 }
}

export function applyRowPatch(
  state: JobsState,
  patch: { jobs?: readonly JobSummary[]; removedJobs?: readonly string[]; sampled?: number },
): JobsState {
  const rows = new Map(state.rows)
  for (const job of patch.jobs ?? []) {
    // Taken out first, so that the map stays in the order of the last change.
    rows.delete(job.id)
    rows.set(job.id, job)
  }
  let removed = state.removed
  if (patch.removedJobs !== undefined && patch.removedJobs.length > 0) {
    for (const id of patch.removedJobs) rows.delete(id)
    removed = new Set([...state.removed, ...patch.removedJobs].slice(-keepRemoved))
  }
  pruneFinished(rows)
  return { rows, removed, sampledTimes: state.sampledTimes + (patch.sampled === undefined ? 0 : 1) }
}

function pruneFinished(rows: Map<string, JobSummary>): void {
  if (rows.size <= keepFinished) return
  let finished = 0
  for (const job of rows.values()) if (isFinished(job.state)) finished += 1
  for (const job of rows.values()) {
    if (finished <= keepFinished) return
    if (!isFinished(job.state)) continue
    rows.delete(job.id)
    finished -= 1
  }
}
