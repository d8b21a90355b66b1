import { summarize, type Job, type JobSummary } from '../../contract/job.ts'
import type { Preferences } from '../../contract/preferences.ts'
import type { QueueInfo, Runner, SystemInfo, Thread } from '../../contract/runner.ts'
import type { Patch, Snapshot, Update, WatchInput } from '../../contract/updates.ts'

/** At most ten updates a second; one while nobody looks, which keeps what a hidden panel shows late by no more. */
const tickMs = 100
const hiddenTickMs = 1_000
/** Rows in one patch; beyond it a sample, with the true number beside it. */
const maxRows = 200
/** Threads are shown anew at least this often while somebody looks: CPU, heap, elapsed time. */
const sampleMs = 1_000

/** What a feed reads from. Each change is only marked; it is read when a patch is made. */
export interface FeedSource {
  queueInfo(): Promise<QueueInfo>
  threads(): Thread[]
  /** As last seen; asks nobody. */
  runners(): Runner[]
  preferences(): Preferences
  system(): SystemInfo
  /** Rows for a snapshot. */
  firstJobs(): Promise<Job[]>
  /** The job as last seen; undefined when it is no longer at hand. */
  job(id: string): Job | undefined
  /** Called by the feed once per watcher; answers a function that stops. */
  subscribe(mark: (change: FeedChange) => void): () => void
}

export type FeedChange =
  | { kind: 'job'; id: string }
  | { kind: 'removed'; id: string }
  | { kind: 'queue' | 'threads' | 'runners' | 'preferences' | 'system' | 'jobTypes' }

class Pending {
  jobs = new Set<string>()
  removed = new Set<string>()
  flags = new Set<Exclude<FeedChange['kind'], 'job' | 'removed'>>()

  get empty(): boolean {
    return this.jobs.size + this.removed.size + this.flags.size === 0
  }

  add(change: FeedChange): void {
    if (change.kind === 'job') {
      this.jobs.add(change.id)
      this.flags.add('queue')
    } else if (change.kind === 'removed') {
      this.removed.add(change.id)
      this.flags.add('queue')
    } else this.flags.add(change.kind)
  }
}

function rows(source: FeedSource, ids: Set<string>, attempts: number): JobSummary[] {
  const result: JobSummary[] = []
  // The newest changes are the likeliest to be on screen.
  for (const id of [...ids].slice(-maxRows)) {
    const job = source.job(id)
    if (job !== undefined) result.push(summarize(job, attempts))
  }
  return result
}

async function snapshotOf(source: FeedSource, seq: number): Promise<Snapshot> {
  const [queue, jobs] = await Promise.all([source.queueInfo(), source.firstJobs()])
  const preferences = source.preferences()
  return {
    kind: 'snapshot',
    seq,
    at: new Date().toISOString(),
    queue,
    threads: source.threads(),
    runners: source.runners(),
    preferences,
    system: source.system(),
    jobs: jobs.map((job) => summarize(job, preferences.queue.attempts)),
  }
}

async function patchOf(source: FeedSource, pending: Pending, seq: number): Promise<Patch> {
  const { flags, jobs, removed } = pending
  // While the server is away its numbers stay as they were; the connection itself is still told.
  const queue = flags.has('queue') ? await source.queueInfo().catch(() => undefined) : undefined
  return {
    kind: 'patch',
    seq,
    at: new Date().toISOString(),
    ...(queue === undefined ? {} : { queue }),
    ...(flags.has('threads') || jobs.size > 0 ? { threads: source.threads() } : {}),
    ...(flags.has('runners') ? { runners: source.runners() } : {}),
    ...(flags.has('preferences') ? { preferences: source.preferences() } : {}),
    ...(flags.has('system') ? { system: source.system() } : {}),
    ...(jobs.size > 0 ? { jobs: rows(source, jobs, source.preferences().queue.attempts) } : {}),
    ...(jobs.size > maxRows ? { sampled: jobs.size } : {}),
    ...(removed.size > 0 ? { removedJobs: [...removed] } : {}),
    ...(flags.has('jobTypes') ? { jobTypesChanged: true } : {}),
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

/**
 * One watcher's stream: a snapshot, then patches of what has changed since the last one. Changes are
 * marks in sets, so a slow reader costs no memory: it gets fewer, merged patches.
 */
export async function* watchUpdates(
  source: FeedSource,
  signal: AbortSignal,
  { hidden = false }: WatchInput = {},
): AsyncGenerator<Update> {
  const pauseMs = hidden ? hiddenTickMs : tickMs
  let pending = new Pending()
  let wake: () => void = () => undefined
  const unsubscribe = source.subscribe((change) => {
    pending.add(change)
    wake()
  })
  const sampler = setInterval(() => {
    pending.add({ kind: 'threads' })
    wake()
  }, sampleMs)
  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  let seq = 1
  try {
    yield await snapshotOf(source, seq)
    let lastAt = performance.now()
    while (!signal.aborted) {
      if (pending.empty) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const rest = pauseMs - (performance.now() - lastAt)
      if (rest > 0) await pause(rest, signal)
      if (signal.aborted) return
      const taken = pending
      pending = new Pending()
      seq += 1
      lastAt = performance.now()
      yield await patchOf(source, taken, seq)
    }
  } finally {
    unsubscribe()
    clearInterval(sampler)
    signal.removeEventListener('abort', onAbort)
  }
}
