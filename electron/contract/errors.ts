import * as z from 'zod'
import { issueSchema } from './json.ts'

/**
 * Every error a caller can meet, as data: the HTTP status and what the code means.
 * Callers branch on the code, never on the text. The message of an error is one plain
 * sentence that names the field or thing and says what to do.
 */
export const errorCodes = {
  UNAUTHORIZED: { status: 401, meaning: 'The token is missing or wrong.' },
  FORBIDDEN: { status: 403, meaning: 'The Host or Origin of the request is not one Toril answers to.' },
  READ_ONLY: { status: 403, meaning: 'The profile is read-only, so nothing may be changed.' },
  NOT_FOUND: { status: 404, meaning: 'There is no such path.' },
  JOB_NOT_FOUND: { status: 404, meaning: 'No job has this id, neither in the queue nor in the history.' },
  RUNNER_NOT_FOUND: { status: 404, meaning: 'No live runner of this queue has this id.' },
  PROFILE_NOT_FOUND: { status: 404, meaning: 'No profile has this id.' },
  METHOD_NOT_ALLOWED: { status: 405, meaning: 'The path exists, but not with this method.' },
  JOB_FINISHED: { status: 409, meaning: 'The job has already finished, so it cannot be cancelled.' },
  JOB_NOT_FINISHED: { status: 409, meaning: 'The job has not finished, so it cannot be retried.' },
  JOB_NOT_DELAYED: { status: 409, meaning: 'The job is not delayed, so there is nothing to promote.' },
  JOB_ACTIVE: { status: 409, meaning: 'The job is running. Cancel it before removing it.' },
  JOB_SCHEDULED: {
    status: 409,
    meaning: 'The job is the next one of a job scheduler of BullMQ, which alone can remove it.',
  },
  RUNNING_ELSEWHERE: { status: 409, meaning: 'The job runs on another runner that did not answer.' },
  JOB_NOT_RUNNING: { status: 409, meaning: 'The job is not running, so there is no code of it to look at.' },
  RUNS_INLINE: { status: 409, meaning: "The job runs in the runner's own process, whose stack cannot be taken." },
  BEING_PROFILED: { status: 409, meaning: 'A CPU profile of the job is being recorded already.' },
  NOT_PROFILED: { status: 409, meaning: 'No CPU profile of the job is being recorded, so there is none to stop.' },
  THREAD_GONE: { status: 409, meaning: 'The thread ended while it was looked at, and nothing of it was left.' },
  PROFILE_NOT_IN_USE: { status: 409, meaning: 'The profile is not the one in use.' },
  CONFIRMATION_REQUIRED: { status: 409, meaning: "The profile's name must be given first. Nothing was changed." },
  PROFILE_IN_USE: { status: 409, meaning: 'The profile is the one in use, so it cannot be removed.' },
  PROFILE_CHANGING: { status: 409, meaning: 'The runner is moving to another profile already.' },
  SECRETS_LOCKED: { status: 409, meaning: 'The stored passwords cannot be opened or sealed. The message says why.' },
  THREAD_SILENT: {
    status: 504,
    meaning: 'The thread is inside one call into the system, where nothing can look at it.',
  },
  SET_BY_ENVIRONMENT: { status: 409, meaning: 'The setting is fixed by an environment variable.' },
  PAYLOAD_TOO_LARGE: { status: 413, meaning: 'The request or the input is larger than allowed.' },
  INVALID_REQUEST: { status: 400, meaning: 'The request is malformed: body, path or query.' },
  UNKNOWN_JOB_TYPE: { status: 422, meaning: 'No live runner knows this job type.' },
  INVALID_INPUT: { status: 422, meaning: "The input does not fit the job type's schema." },
  INVALID_PREFERENCES: { status: 422, meaning: 'A preference has a value it cannot have.' },
  INVALID_PROFILE: { status: 422, meaning: 'A field of the connection profile has a value it cannot have.' },
  INVALID_PROFILE_FILE: { status: 422, meaning: 'What was given to import is no file of exported profiles.' },
  WRONG_PASSPHRASE: { status: 422, meaning: 'The passphrase does not open the passwords of the exported profiles.' },
  INTERNAL: { status: 500, meaning: 'Toril failed. The message and the log say how.' },
  UNAVAILABLE: { status: 503, meaning: 'The queue or the database cannot be reached. Nothing was changed.' },
  RUNNER_SILENT: { status: 504, meaning: 'Another runner did not answer. Whether it did what was asked is not known.' },
  RUNNER_STOPPING: { status: 503, meaning: 'The runner is stopping and takes no new work.' },
} as const satisfies Record<string, { status: number; meaning: string }>

export type ErrorCode = keyof typeof errorCodes

/** Problem details (RFC 9457) as every REST error answers them, `application/problem+json`. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  message: z.string(),
  detail: z.string(),
  issues: z.array(issueSchema).optional(),
})
export type Problem = z.infer<typeof problemSchema>

/**
 * An error with a code of the table above. Thrown inside a process; at a boundary only
 * `code`, `message` and `issues` cross.
 */
export class TorilError extends Error {
  readonly code: ErrorCode
  readonly issues: z.infer<typeof issueSchema>[] | undefined

  constructor(code: ErrorCode, message: string, options?: { issues?: z.infer<typeof issueSchema>[]; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'TorilError'
    this.code = code
    this.issues = options?.issues
  }
}
