import { createStore, type StoreApi } from 'zustand/vanilla'
import { isFinished, type JobState, type JobSummary } from '../../electron/contract/job.ts'
import type { Thread } from '../../electron/contract/runner.ts'

/** A stretch of time in which a thread worked on one job. */
export interface Segment {
  jobId: string
  type: string
  /** Epoch ms by the runner's clock. */
  from: number
  /** Undefined while it goes on. */
  until: number | undefined
  /** How the job stood after it; undefined while that is not known. */
  state: JobState | undefined
}

export interface TimelineState {
  /** By label of the thread, oldest first. */
  lanes: ReadonlyMap<string, readonly Segment[]>
}

/** The longest window that the Threads screen shows is 10 minutes. */
const keepMs = 11 * 60_000
const keepSegments = 2000

export function createTimelineStore(): StoreApi<TimelineState> {
  return createStore<TimelineState>(() => ({ lanes: new Map() }))
}

/** After a gap nothing is known of what was open, so open stretches end where they were last seen. */
export function startTimeline(state: TimelineState, at: number, threads: readonly Thread[]): TimelineState {
  return recordThreads(state, at, threads)
}

/** Opens and closes stretches by what each thread works on now. */
export function recordThreads(state: TimelineState, at: number, threads: readonly Thread[]): TimelineState {
  const lanes = new Map(state.lanes)
  for (const thread of threads) {
    const lane = lanes.get(thread.id) ?? []
    const open = lane.at(-1)?.until === undefined ? lane.at(-1) : undefined
    const { job } = thread
    const since = job === undefined ? undefined : Date.parse(job.since)
    const same = open !== undefined && job !== undefined && open.jobId === job.id && open.from === since
    if (same || (open === undefined && job === undefined)) continue
    const next = [...lane]
    if (open !== undefined) next[next.length - 1] = { ...open, until: Math.max(open.from, Math.min(at, since ?? at)) }
    if (job !== undefined && since !== undefined) {
      next.push({ jobId: job.id, type: job.type, from: since, until: undefined, state: undefined })
    }
    lanes.set(thread.id, trim(next, at))
  }
  return { lanes }
}

/** Learns how jobs ended, and draws those that came and went between two updates. */
export function recordRows(state: TimelineState, at: number, jobs: readonly JobSummary[]): TimelineState {
  let lanes: Map<string, readonly Segment[]> | undefined
  for (const job of jobs) {
    if (job.thread === undefined || job.state === 'active') continue
    const lane = (lanes ?? state.lanes).get(job.thread) ?? []
    const next = withRow(lane, job)
    if (next === lane) continue
    lanes ??= new Map(state.lanes)
    lanes.set(job.thread, trim(next, at))
  }
  return lanes === undefined ? state : { lanes }
}

function withRow(lane: readonly Segment[], job: JobSummary): readonly Segment[] {
  const index = lane.findLastIndex((segment) => segment.jobId === job.id)
  const known = lane[index]
  const finishedAt = job.finishedAt === undefined ? undefined : Date.parse(job.finishedAt)
  if (known !== undefined) {
    const until = finishedAt !== undefined && finishedAt >= known.from ? finishedAt : known.until
    if (known.state === job.state && known.until === until) return lane
    const next = [...lane]
    next[index] = { ...known, until, state: job.state }
    return next
  }
  // Of a job with several attempts only the last one ended here, and when that began is not in the row.
  if (!isFinished(job.state) || job.startedAt === undefined || finishedAt === undefined || job.attempt !== 1)
    return lane
  const from = Date.parse(job.startedAt)
  const segment: Segment = { jobId: job.id, type: job.type, from, until: finishedAt, state: job.state }
  const place = lane.findLastIndex((other) => other.from <= from) + 1
  return [...lane.slice(0, place), segment, ...lane.slice(place)]
}

function trim(lane: readonly Segment[], at: number): readonly Segment[] {
  const kept = lane.filter((segment) => segment.until === undefined || segment.until > at - keepMs)
  return kept.length > keepSegments ? kept.slice(-keepSegments) : kept
}
