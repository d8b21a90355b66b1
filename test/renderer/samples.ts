import type { JobSummary } from '../../electron/contract/job.ts'
import { defaultPreferences } from '../../electron/contract/preferences.ts'
import type { QueueInfo, Thread } from '../../electron/contract/runner.ts'
import type { Patch, Snapshot } from '../../electron/contract/updates.ts'

/** A moment all samples hang on. */
export const at = Date.parse('2026-11-24T14:03:27.000Z')

export const iso = (ms: number): string => new Date(ms).toISOString()

export function row(id: string, more: Partial<JobSummary> = {}): JobSummary {
  return {
    id,
    type: 'add-two-numbers',
    state: 'waiting',
    inputPreview: 'a 2, b 3',
    attempt: 0,
    maxAttempts: 3,
    createdAt: iso(at),
    ...more,
  }
}

export function thread(id: string, more: Partial<Thread> = {}): Thread {
  return { id, runner: 'r1', state: 'idle', jobsDone: 0, startedAt: iso(at - 60_000), ...more }
}

export function busy(id: string, jobId: string, since: number, more: Partial<Thread> = {}): Thread {
  return thread(id, { state: 'busy', job: { id: jobId, type: 'hash-folder', attempt: 1, since: iso(since) }, ...more })
}

export function queue(more: Partial<QueueInfo> = {}): QueueInfo {
  return {
    name: 'toril',
    backend: 'postgres',
    paused: false,
    counts: { waiting: 0, delayed: 0, 'waiting-children': 0, active: 0, completed: 0, failed: 0, cancelled: 0 },
    rates: { enqueuedPerMinute: 0, completedPerMinute: 0, failedPerMinute: 0 },
    connection: { state: 'live', since: iso(at) },
    ...more,
  }
}

export function snapshot(seq: number, more: Partial<Snapshot> = {}): Snapshot {
  return {
    kind: 'snapshot',
    seq,
    at: iso(at),
    queue: queue(),
    threads: [],
    runners: [],
    preferences: defaultPreferences,
    system: {
      version: '0.1.0',
      runnerId: 'r1',
      host: 'here',
      cores: 2,
      memoryBytes: 1,
      dataDir: '/data',
      profile: {
        id: 'this-computer',
        name: 'This computer',
        colour: 'slate',
        environment: 'development',
        readOnly: false,
        description: 'Embedded database',
        backend: 'postgres',
      },
      environment: [],
      notices: [],
    },
    jobs: [],
    ...more,
  }
}

export function patch(seq: number, more: Partial<Patch> = {}): Patch {
  return { kind: 'patch', seq, at: iso(at + seq * 100), ...more }
}
