import { TorilError } from '../../electron/contract/errors.ts'
import type { Job, JobEvent } from '../../electron/contract/job.ts'
import { defaultPreferences } from '../../electron/contract/preferences.ts'
import type { QueueInfo, SystemInfo } from '../../electron/contract/runner.ts'
import type { Runner } from '../../electron/runner/runner.ts'

const at = '2026-11-24T14:03:27.120Z'

export const queueInfo: QueueInfo = {
  name: 'toril',
  backend: 'postgres',
  paused: false,
  counts: { waiting: 1, delayed: 0, 'waiting-children': 0, active: 2, completed: 3, failed: 0, cancelled: 0 },
  rates: { enqueuedPerMinute: 1, completedPerMinute: 2, failedPerMinute: 0 },
  connection: { state: 'live', since: at },
}

export const systemInfo: SystemInfo = {
  version: '0.0.0',
  runnerId: 'r1',
  host: 'here',
  cores: 2,
  memoryBytes: 1024,
  dataDir: '/nowhere',
  profile: {
    id: 'this-computer',
    name: 'Local',
    colour: 'slate',
    environment: 'development',
    readOnly: false,
    description: 'embedded',
    backend: 'postgres',
  },
  environment: [],
  notices: [],
}

export function jobOf(id: string, more: Partial<Job> = {}): Job {
  return { id, type: 'add-two-numbers', state: 'waiting', input: {}, attempts: [], options: {}, createdAt: at, ...more }
}

/** A runner that does nothing, for what the doors do on their own. Parts are replaced per test. */
export function createRunnerDouble(
  parts: {
    jobs?: Partial<Runner['jobs']>
    health?: Runner['health']
    watch?: Runner['watch']
    readOnly?: boolean
  } = {},
): Runner {
  const unexpected = () => Promise.reject(new Error('secret detail: postgres://user:password@host'))
  return {
    id: 'r1',
    jobs: {
      enqueue: (type, input, options) => Promise.resolve(jobOf('1', { type, input, options: options ?? {} })),
      list: () => Promise.resolve({ jobs: [], total: 0 }),
      get: (id) =>
        id === 'none'
          ? Promise.reject(new TorilError('JOB_NOT_FOUND', 'There is no job none.'))
          : Promise.resolve(jobOf(id)),
      why: (id) => Promise.resolve({ id, state: 'waiting', title: 'Next in line.', checks: [] }),
      remove: () => Promise.resolve(),
      logs: unexpected,
      events: () => emptyStream(),
      cancel: (id, { by }) =>
        Promise.resolve({
          result: 'cancelled',
          message: `Cancelled by ${by}.`,
          job: jobOf(id, { state: 'cancelled' }),
        }),
      batch: () => Promise.resolve(emptyStream()),
      retry: unexpected,
      promote: unexpected,
      stack: unexpected,
      profile: unexpected,
      endProfile: () => Promise.resolve(),
      ...parts.jobs,
    },
    queue: {
      info: () => Promise.resolve(queueInfo),
      pause: () => Promise.resolve({ ...queueInfo, paused: true }),
      resume: () => Promise.resolve(queueInfo),
      drain: () => Promise.resolve(emptyStream()),
      clean: () => Promise.resolve(emptyStream()),
      obliterate: () => Promise.resolve(emptyStream()),
      reconnect: () => Promise.resolve(queueInfo.connection),
      throughput: unexpected,
    },
    preferences: { current: () => defaultPreferences, update: () => Promise.resolve(defaultPreferences) },
    profiles: {
      list: () => ({ profiles: [], currentId: 'this-computer', fixedByEnvironment: false }),
      create: unexpected,
      update: unexpected,
      remove: () => Promise.resolve(),
      queues: () => Promise.resolve({ queues: [] }),
      use: unexpected,
      export: unexpected,
      import: unexpected,
      test: unexpected,
      watchTest: () => emptyStream(),
    },
    safety: {
      changes: () => ({ readOnly: parts.readOnly === true }),
      refuseReadOnly() {
        if (parts.readOnly === true) throw new TorilError('READ_ONLY', 'Local is read-only.')
      },
      refuseUnconfirmed: () => undefined,
      refuseLessSafe: () => undefined,
      allow: () => ({ readOnly: true, allowedUntil: at }),
      end: () => ({ readOnly: true }),
    },
    jobTypes: () => ({ jobTypes: [], problems: [] }),
    threads: () => [],
    measuredThreads: () => Promise.resolve([]),
    runners: {
      list: () => Promise.resolve([]),
      pause: unexpected,
      resume: unexpected,
      drain: unexpected,
      resize: unexpected,
    },
    system: () => systemInfo,
    watch: parts.watch ?? (() => emptyStream()),
    activeCount: () => 0,
    health: parts.health ?? (() => Promise.resolve({ ready: true, reasons: [], queue: 'ok', database: 'ok' })),
    metrics: () =>
      Promise.resolve({
        jobs: queueInfo.counts,
        attempts: { completed: 3, failed: 1 },
        threads: { total: 4, busy: 1 },
        poolWaiting: 2,
        paused: false,
        connected: true,
      }),
    stop: () => Promise.resolve(),
  }
}

async function* emptyStream(): AsyncGenerator<never> {}

/** Events until the signal aborts; `ended` resolves when the stream has been let go. */
export function createEndlessEvents(): { events: Runner['jobs']['events']; ended: Promise<void> } {
  const { promise: ended, resolve } = Promise.withResolvers<void>()
  return {
    ended,
    async *events(id, signal) {
      try {
        yield { kind: 'job', job: jobOf(id, { state: 'active' }) } satisfies JobEvent
        await new Promise<void>((aborted) => {
          if (signal.aborted) aborted()
          signal.addEventListener('abort', () => aborted())
        })
      } finally {
        resolve()
      }
    },
  }
}
