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
    description: 'Newest first, the history included. Follow `nextCursor` for the next page.',
    errors: [],
  },
  'jobs.get': { errors: ['JOB_NOT_FOUND'] },
  'jobs.remove': {
    description: 'Removes a job and its history. One that runs must be cancelled first.',
    errors: ['JOB_NOT_FOUND', 'JOB_ACTIVE', 'READ_ONLY'],
  },
  'jobs.logs': { errors: ['JOB_NOT_FOUND'] },
  'jobs.events': { description: events, errors: ['JOB_NOT_FOUND'] },
  'jobs.cancel': {
    description:
      'A waiting job is cancelled at once. A running one is asked to stop, and its thread is killed after the grace ' +
      'time, or at once with `now`.',
    errors: ['JOB_NOT_FOUND', 'JOB_FINISHED', 'RUNNING_ELSEWHERE', 'READ_ONLY'],
    examples: {
      ask: { summary: 'Ask, then kill after the grace time', value: { reason: 'wrong folder' } },
      kill: { summary: 'Kill at once and try again', value: { now: true, then: 'retry' } },
    },
  },
  'jobs.retry': { errors: ['JOB_NOT_FOUND', 'JOB_NOT_FINISHED', 'READ_ONLY'] },
  'jobs.promote': { errors: ['JOB_NOT_FOUND', 'JOB_NOT_DELAYED', 'READ_ONLY'] },
  'jobTypes.list': { errors: [] },
  'queue.get': { errors: [] },
  'queue.pause': { description: 'Running jobs go on.', errors: ['READ_ONLY'] },
  'queue.resume': { errors: ['READ_ONLY'] },
  'queue.throughput': { errors: [] },
  'preferences.get': { errors: [] },
  'preferences.update': {
    description: 'Merges into the stored preferences and answers the whole. No job is interrupted.',
    errors: ['INVALID_PREFERENCES', 'SET_BY_ENVIRONMENT', 'PAYLOAD_TOO_LARGE'],
    examples: { pool: { summary: 'Eight threads', value: { pool: { maxThreads: 8 } } } },
  },
  'threads.list': { errors: [] },
  'runners.list': { errors: [] },
  'system.info': { errors: [] },
  'updates.watch': { description: events, errors: [] },
}
