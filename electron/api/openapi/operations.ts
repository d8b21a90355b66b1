import type { ErrorCode } from '../../contract/errors.ts'

/** What the document says of an operation beyond its schemas. */
export interface OperationNotes {
  description?: string
  errors: readonly ErrorCode[]
  /** Bodies to start from. */
  examples?: Record<string, { summary: string; value: unknown }>
}

/** Codes that any operation may answer. */
export const commonErrors = [
  'INVALID_REQUEST',
  'UNAUTHORIZED',
  'FORBIDDEN',
  'METHOD_NOT_ALLOWED',
  'INTERNAL',
  'UNAVAILABLE',
] as const satisfies readonly ErrorCode[]

const enqueueErrors = [
  'READ_ONLY',
  'PAYLOAD_TOO_LARGE',
  'UNKNOWN_JOB_TYPE',
  'INVALID_INPUT',
  'RUNNER_STOPPING',
] as const satisfies readonly ErrorCode[]

const events =
  'Server-sent events. Each `message` event holds one JSON object in `data`; a line of comment comes every few ' +
  'seconds while nothing happens. The stream ends with a `done` event or when the connection is closed.'

const destroys =
  'With `dryRun` nothing is changed: one message tells how many jobs it would touch, by state, also on a read-only ' +
  'profile. On a production profile `confirm` must be the name of the profile; otherwise the answer is 409.'

const emptying = `Closing the connection stops it; what was done stays done. ${destroys} ${events}`

const connectionTest =
  'Changes nothing on any server. Stops at the first failure, whose `message` says what to change; warnings go on. ' +
  'Give `id` for a stored profile, `draft` for one that is not stored, both for a stored one as the draft would make ' +
  'it. `acceptHostKey` takes the fingerprint of an SSH host key that the test before answered as not known.'

export const operationNotes: Readonly<Record<string, OperationNotes>> = {
  'jobs.enqueue': {
    description: 'Answers as soon as the queue has acknowledged the job: from then on it is not lost.',
    errors: enqueueErrors,
    examples: {
      add: { summary: 'Add two numbers', value: { type: 'add-two-numbers', input: { a: 2, b: 3 } } },
      hash: {
        summary: 'Hash a folder, with options',
        value: { type: 'hash-folder', input: { path: '/usr/share/doc' }, options: { attempts: 1, timeoutMs: 600_000 } },
      },
    },
  },
  'jobs.enqueueType': {
    description: 'The whole body is the input of the job. To set options use `POST /jobs`.',
    errors: enqueueErrors,
    examples: { add: { summary: 'Input of add-two-numbers', value: { a: 2, b: 3 } } },
  },
  'jobs.list': {
    description:
      'Newest first, the history included. `query` is looked for in id, type, input, result, error and log lines. Follow `nextCursor` until there is none: one answer looks through some thousand jobs at most, so it may have few jobs, or none, while older ones match.',
    errors: [],
  },
  'jobs.get': { errors: ['JOB_NOT_FOUND'] },
  'jobs.remove': {
    description: 'Removes a job and its history. One that runs must be cancelled first.',
    errors: ['JOB_NOT_FOUND', 'JOB_ACTIVE', 'JOB_SCHEDULED', 'READ_ONLY'],
  },
  'jobs.why': {
    description:
      'What must be true for the job to start, in the order it is looked at; the first that is not is the title. ' +
      'A job that runs or has finished has no checks.',
    errors: ['JOB_NOT_FOUND'],
  },
  'jobs.logs': { errors: ['JOB_NOT_FOUND'] },
  'jobs.events': { description: events, errors: ['JOB_NOT_FOUND'] },
  'jobs.cancel': {
    description:
      'A waiting job is cancelled at once. A running one is asked to stop, and its thread is killed after the grace ' +
      'time, or at once with `now`.',
    errors: ['JOB_NOT_FOUND', 'JOB_FINISHED', 'JOB_SCHEDULED', 'RUNNING_ELSEWHERE', 'READ_ONLY'],
    examples: {
      ask: { summary: 'Ask, then kill after the grace time', value: { reason: 'wrong folder' } },
      kill: { summary: 'Kill at once and try again', value: { now: true, then: 'retry' } },
    },
  },
  'jobs.retry': { errors: ['JOB_NOT_FOUND', 'JOB_NOT_FINISHED', 'READ_ONLY'] },
  'jobs.batch': {
    description:
      'Takes the jobs whose `ids` are given, at most 10,000, or else those that match when it begins, at most 100,000, ' +
      'newest first, and tells how far it is until it is over. A job that is named and refuses counts as `failed`. ' +
      'Closing the connection stops it; what was done stays done. ' +
      `${destroys} A batch about one job needs no name. ` +
      events,
    errors: ['READ_ONLY', 'CONFIRMATION_REQUIRED'],
    examples: {
      retry: {
        summary: 'Retry what timed out',
        value: { action: 'retry', state: ['failed'], filter: 'error:TIMED_OUT' },
      },
      cancel: { summary: 'Cancel all that wait', value: { action: 'cancel', state: ['waiting', 'delayed'] } },
      ids: { summary: 'Remove these', value: { action: 'remove', ids: ['48213', '48214'] } },
      look: { summary: 'How many would be removed', value: { action: 'remove', state: ['failed'], dryRun: true } },
    },
  },
  'jobs.promote': { errors: ['JOB_NOT_FOUND', 'JOB_NOT_DELAYED', 'READ_ONLY'] },
  'jobs.stack': {
    description:
      'Also of a job that spins without ever yielding. The stack is mapped to the source as it was written, the ' +
      'innermost call first. A job that waits for a timer, a promise or I/O has no stack; `state` says so.',
    errors: ['JOB_NOT_FOUND', 'JOB_NOT_RUNNING', 'RUNNING_ELSEWHERE', 'RUNS_INLINE', 'THREAD_GONE'],
  },
  'jobs.profile': {
    description:
      'Answers when the time is up, when `POST /jobs/{id}/profile/end` is called, or when the attempt is over: then ' +
      'with what was recorded so far. The answer is a `.cpuprofile`, mapped to the source as it was written. Save it ' +
      "and open it in Chrome's DevTools or VS Code. A job that runs inline gives the profile of the whole runner.",
    errors: ['JOB_NOT_FOUND', 'JOB_NOT_RUNNING', 'RUNNING_ELSEWHERE', 'BEING_PROFILED', 'THREAD_GONE', 'THREAD_SILENT'],
    examples: { ten: { summary: 'Ten seconds', value: { durationMs: 10_000 } } },
  },
  'jobs.endProfile': {
    description: 'The call that records answers at once, with what there is.',
    errors: ['JOB_NOT_FOUND', 'NOT_PROFILED'],
  },
  'jobTypes.list': { errors: [] },
  'queue.get': { errors: [] },
  'queue.pause': { description: 'Running jobs go on.', errors: ['READ_ONLY'] },
  'queue.resume': { errors: ['READ_ONLY'] },
  'queue.drain': {
    description:
      'Takes what waits out of the queue, with `delayed` also what waits for its time. Jobs that run go on. The history ' +
      `keeps the jobs as cancelled, so that they can be retried. ${emptying}`,
    errors: ['READ_ONLY', 'CONFIRMATION_REQUIRED'],
    examples: {
      look: { summary: 'How many wait', value: { dryRun: true } },
      all: { summary: 'Also what is delayed', value: { delayed: true, confirm: 'Production EU' } },
    },
  },
  'queue.clean': {
    description: `Removes finished jobs, oldest first, from the queue and from the history. ${emptying}`,
    errors: ['READ_ONLY', 'CONFIRMATION_REQUIRED'],
    examples: {
      week: { summary: 'Completed a week ago', value: { state: ['completed'], olderThanMs: 604_800_000 } },
    },
  },
  'queue.obliterate': {
    description:
      'Takes everything out of the queue: what waits, what has finished, and its job schedulers. With `force` jobs that ' +
      'run are cancelled, their threads killed; without it they make it refuse. A job that runs in another program ' +
      'loses its place in the queue and may go on there. The history keeps all jobs, those that had not finished as ' +
      `cancelled; the pause and the limits of the queue stay. ${emptying}`,
    errors: ['READ_ONLY', 'CONFIRMATION_REQUIRED', 'JOB_ACTIVE'],
    examples: { force: { summary: 'Also what runs', value: { force: true, confirm: 'Production EU' } } },
  },
  'queue.reconnect': {
    description:
      'Does not wait for the next try, which `connection.nextTryAt` of the queue names. Answers how the connection ' +
      'stands after the try, whatever came of it. Does nothing while the connection is live.',
    errors: [],
  },
  'queue.throughput': { errors: [] },
  'preferences.get': { errors: [] },
  'preferences.update': {
    description:
      'Merges into the stored preferences and answers the whole. No job is interrupted. Only the rate limit is refused while the profile is read-only: it is kept in the queue, for all runners.',
    errors: ['INVALID_PREFERENCES', 'SET_BY_ENVIRONMENT', 'PAYLOAD_TOO_LARGE', 'READ_ONLY'],
    examples: { pool: { summary: 'Eight threads', value: { pool: { maxThreads: 8 } } } },
  },
  'profiles.list': {
    description: 'Passwords are never answered; `secretsSet` says which are stored.',
    errors: [],
  },
  'profiles.create': {
    description:
      'A profile that leads to another computer, and one for production, starts read-only unless `readOnly` is given. `secrets` are sealed ' +
      'before they reach the disk.',
    errors: ['INVALID_PROFILE', 'SECRETS_LOCKED'],
    examples: {
      redis: {
        summary: 'Redis with TLS and a password',
        value: {
          name: 'Staging',
          environment: 'staging',
          queue: { kind: 'redis', host: 'redis.example.com', port: 6380, username: 'toril', tls: {} },
          secrets: { 'queue.password': 'a password' },
        },
      },
    },
  },
  'profiles.update': {
    description:
      '`queue` and `history` are replaced as wholes. A secret that is left out stays, null takes it away; one that ' +
      'could now be sent to another server must be given again. To turn off `readOnly` of a production profile, or to ' +
      'take that tag away, `confirm` must be its name.',
    errors: ['PROFILE_NOT_FOUND', 'CONFIRMATION_REQUIRED', 'INVALID_PROFILE', 'SECRETS_LOCKED', 'SET_BY_ENVIRONMENT'],
    examples: { colour: { summary: 'Another colour', value: { colour: 'teal' } } },
  },
  'profiles.remove': { errors: ['PROFILE_NOT_FOUND', 'PROFILE_IN_USE', 'SET_BY_ENVIRONMENT'] },
  'profiles.use': {
    description:
      'Answers when the runner takes jobs on that profile. It is opened first: when that fails, nothing has changed. ' +
      'Then jobs that run have `graceMs` (else the preference `cancel.graceMs`) to finish, and the rest is given back ' +
      'to wait on the profile that is left.',
    errors: ['PROFILE_NOT_FOUND', 'PROFILE_CHANGING', 'SET_BY_ENVIRONMENT', 'SECRETS_LOCKED', 'RUNNER_STOPPING'],
    examples: { patient: { summary: 'Jobs may take a minute to finish', value: { graceMs: 60_000 } } },
  },
  'profiles.export': {
    description:
      'All profiles, or those of `ids`. Their passwords are in it only with a passphrase, and sealed with it.',
    errors: ['PROFILE_NOT_FOUND', 'SECRETS_LOCKED', 'SET_BY_ENVIRONMENT'],
    examples: { all: { summary: 'All, with their passwords', value: { passphrase: 'correct horse battery' } } },
  },
  'profiles.import': {
    description: 'All profiles of the file or none. One whose name is taken gets a number behind it.',
    errors: ['INVALID_PROFILE_FILE', 'WRONG_PASSPHRASE', 'SECRETS_LOCKED'],
  },
  'profiles.allowChanges': {
    description:
      'Ends by itself, when another profile is used, and when the runner ends. The runner itself takes no jobs ' +
      'meanwhile. Does nothing for a profile that is not read-only.',
    errors: ['PROFILE_NOT_FOUND', 'PROFILE_NOT_IN_USE', 'CONFIRMATION_REQUIRED'],
    examples: { quarter: { summary: 'For a quarter of an hour', value: { name: 'Production EU', minutes: 15 } } },
  },
  'profiles.endChanges': { errors: ['PROFILE_NOT_FOUND', 'PROFILE_NOT_IN_USE'] },
  'profiles.test': {
    description: connectionTest,
    errors: ['PROFILE_NOT_FOUND', 'INVALID_PROFILE', 'SECRETS_LOCKED'],
    examples: {
      stored: { summary: 'A stored profile', value: { id: 'this-computer' } },
      draft: { summary: 'One that is not stored', value: { draft: { name: 'New', queue: { kind: 'redis' } } } },
    },
  },
  'profiles.watchTest': {
    description: `${connectionTest} ${events}`,
    errors: ['PROFILE_NOT_FOUND', 'INVALID_PROFILE', 'SECRETS_LOCKED'],
  },
  'threads.list': { errors: [] },
  'runners.list': { errors: [] },
  'runners.pause': {
    description: 'Other runners go on. The pause ends with `resume`, or when the runner is started anew.',
    errors: ['RUNNER_NOT_FOUND', 'RUNNER_SILENT', 'READ_ONLY'],
  },
  'runners.resume': { errors: ['RUNNER_NOT_FOUND', 'RUNNER_SILENT', 'RUNNER_STOPPING', 'READ_ONLY'] },
  'runners.drain': {
    description: 'Once its state is `drained` nothing runs on it, and it can be stopped without a loss of time.',
    errors: ['RUNNER_NOT_FOUND', 'RUNNER_SILENT', 'READ_ONLY'],
  },
  'runners.resize': {
    description: 'Kept as the preferences of that runner. No job is interrupted.',
    errors: ['RUNNER_NOT_FOUND', 'RUNNER_SILENT', 'INVALID_PREFERENCES', 'SET_BY_ENVIRONMENT', 'READ_ONLY'],
    examples: { threads: { summary: 'Eight threads', value: { maxThreads: 8 } } },
  },
  'system.info': { errors: [] },
  'updates.watch': { description: events, errors: [] },
}
