import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { batchActionSchema, batchIdsLimit, batchProgressSchema } from './batch.ts'
import { confirmationShape } from './confirmation.ts'
import { changing, changingOwn, destroying, reading } from './effect.ts'
import { jobTypeListSchema } from './job-type.ts'
import { jobEventSchema, jobOptionsSchema, jobSchema, jobStateSchema, logLineSchema } from './job.ts'
import { jsonSchema, timeSchema } from './json.ts'
import { preferencesPatchSchema, preferencesSchema } from './preferences.ts'
import { profilesContract } from './profile-api.ts'
import { cleanInputSchema, drainInputSchema, obliterateInputSchema } from './queue-acts.ts'
import { cpuProfileSchema, profileInputSchema, stackSampleSchema } from './profile.ts'
import {
  connectionSchema,
  queueInfoSchema,
  resizeSchema,
  runnerSchema,
  systemInfoSchema,
  threadSchema,
  throughputRangeSchema,
  throughputSchema,
} from './runner.ts'
import { updateSchema, watchInputSchema } from './updates.ts'
import { whySchema } from './why.ts'

const runnerIdInput = z.object({ id: z.string().min(1) })

const jobIdInput = z.object({ id: z.string().min(1) })

/** Comma-separated in a URL (`state=failed,cancelled`), a list elsewhere. */
const stateListSchema = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(jobStateSchema),
)

export const jobListInputSchema = z.object({
  /** Text searched in id, type, input, result, log lines and the errors of all attempts, case-insensitive. */
  query: z.string().max(1000).optional(),
  state: stateListSchema.optional(),
  type: z.string().optional(),
  since: timeSchema.optional(),
  until: timeSchema.optional(),
  /**
   * Conditions that must all hold, with a space between: `-state:failed took:>5s input.user:~ann`. Keys are id, type,
   * state, error, took, attempt, runner, thread, priority and input.<path>; `-` negates, a comma is or, `>` and `<`
   * compare, `~` contains, quotes hold spaces.
   */
  filter: z.string().max(2000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** `nextCursor` of the page before. */
  cursor: z.string().optional(),
})

/** What a batch does, and to which jobs: those with these ids, or all that match at its beginning. */
export const batchInputSchema = jobListInputSchema
  .omit({ limit: true, cursor: true })
  .extend({
    action: batchActionSchema,
    /** Only these jobs; then nothing else says which. */
    ids: z.array(z.string().min(1).max(1000)).min(1).max(batchIdsLimit).optional(),
    reason: z.string().max(1000).optional(),
    ...confirmationShape,
  })
  .strict()
  .superRefine(({ ids, ...input }, context) => {
    if (ids === undefined) return
    for (const field of ['query', 'state', 'type', 'since', 'until', 'filter'] as const) {
      if (input[field] === undefined) continue
      context.addIssue({ code: 'custom', path: [field], message: 'cannot be given with ids, which name the jobs' })
    }
  })

export const jobListSchema = z.object({
  /** Newest first. A job whose id is the text that is looked for may come earlier than its place. */
  jobs: z.array(jobSchema),
  /**
   * Present when there is more to look at. One answer to a text looks through some thousand jobs at most, so it may
   * have fewer jobs than `limit`, or none, and still go on.
   */
  nextCursor: z.string().optional(),
  /** How many match in all, the other pages included; with a text counted up to 1,000 only, with a time up to 100,000. */
  total: z.int().min(0),
  /** True when the counting ended at its limit: `total` jobs match at least, and the pages go on. */
  totalIsMinimum: z.boolean().optional(),
})
export type JobList = z.infer<typeof jobListSchema>

/** What was done about a cancel, in words a person can read. */
export const cancelResultSchema = z.object({
  /** `cancelled`: over at once. `asked`: the signal is sent. `killed`: the thread was ended. */
  result: z.enum(['cancelled', 'asked', 'killed']),
  message: z.string(),
  /** When a job that was asked will be killed; absent where it cannot be: inline, or inside one call into the system. */
  killAt: timeSchema.optional(),
  job: jobSchema,
})
export type CancelResult = z.infer<typeof cancelResultSchema>

export const cancelInputSchema = z.strictObject({
  id: z.string().min(1),
  /** Kill at once, without the grace time. */
  now: z.boolean().optional(),
  /** `stop` (default): cancelled for good. `retry`: the job waits for its next attempt, one more than it has if need be. */
  then: z.enum(['stop', 'retry']).optional(),
  reason: z.string().max(1000).optional(),
})

/** Every operation of Toril: one contract for MessagePort, WebSocket and REST. */
export const contract = {
  jobs: {
    enqueue: changing
      .route({ method: 'POST', path: '/jobs', successStatus: 201, tags: ['Jobs'], summary: 'Enqueue a job' })
      .input(z.strictObject({ type: z.string().min(1), input: jsonSchema, options: jobOptionsSchema.optional() }))
      .output(jobSchema),
    enqueueType: changing
      .route({
        method: 'POST',
        path: '/jobs/{type}',
        successStatus: 201,
        inputStructure: 'detailed',
        tags: ['Jobs'],
        summary: 'Enqueue a job of this type, the body being its input',
      })
      .input(z.object({ params: z.object({ type: z.string().min(1) }), body: jsonSchema }))
      .output(jobSchema),
    list: reading
      .route({ method: 'GET', path: '/jobs', tags: ['Jobs'], summary: 'List and search jobs' })
      .input(jobListInputSchema)
      .output(jobListSchema),
    get: reading
      .route({ method: 'GET', path: '/jobs/{id}', tags: ['Jobs'], summary: 'One job' })
      .input(jobIdInput)
      .output(jobSchema),
    remove: changing
      .route({ method: 'DELETE', path: '/jobs/{id}', successStatus: 204, tags: ['Jobs'], summary: 'Remove a job' })
      .input(jobIdInput)
      .output(z.void()),
    why: reading
      .route({ method: 'GET', path: '/jobs/{id}/why', tags: ['Jobs'], summary: 'Why a job is not running' })
      .input(jobIdInput)
      .output(whySchema),
    logs: reading
      .route({ method: 'GET', path: '/jobs/{id}/logs', tags: ['Jobs'], summary: 'Log lines of a job' })
      .input(
        jobIdInput.extend({
          /** Only lines with a greater `seq`. */
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(10_000).default(1000),
        }),
      )
      .output(z.object({ lines: z.array(logLineSchema), total: z.int().min(0), dropped: z.int().min(0) })),
    events: reading
      .route({
        method: 'GET',
        path: '/jobs/{id}/events',
        tags: ['Jobs'],
        summary: 'Follow a job: state, progress and log lines until it has finished (server-sent events)',
      })
      .input(jobIdInput)
      .output(eventIterator(jobEventSchema)),
    cancel: changing
      .route({ method: 'POST', path: '/jobs/{id}/cancel', tags: ['Jobs'], summary: 'Cancel a job' })
      .input(cancelInputSchema)
      .output(cancelResultSchema),
    retry: changing
      .route({ method: 'POST', path: '/jobs/{id}/retry', tags: ['Jobs'], summary: 'Run a finished job again' })
      .input(jobIdInput)
      .output(jobSchema),
    batch: destroying
      .route({
        method: 'POST',
        path: '/batches',
        tags: ['Jobs'],
        summary: 'Cancel, retry or remove all jobs that match (server-sent events)',
      })
      .input(batchInputSchema)
      .output(eventIterator(batchProgressSchema)),
    promote: changing
      .route({ method: 'POST', path: '/jobs/{id}/promote', tags: ['Jobs'], summary: 'Run a delayed job now' })
      .input(jobIdInput)
      .output(jobSchema),
    stack: reading
      .route({ method: 'POST', path: '/jobs/{id}/stack', tags: ['Jobs'], summary: 'Sample the stack of a running job' })
      .input(jobIdInput)
      .output(stackSampleSchema),
    profile: changingOwn
      .route({
        method: 'POST',
        path: '/jobs/{id}/profile',
        tags: ['Jobs'],
        summary: 'Record a CPU profile of a running job',
      })
      .input(profileInputSchema)
      .output(cpuProfileSchema),
    endProfile: changingOwn
      .route({
        method: 'POST',
        path: '/jobs/{id}/profile/end',
        successStatus: 204,
        tags: ['Jobs'],
        summary: 'End the recording of a CPU profile now',
      })
      .input(jobIdInput)
      .output(z.void()),
  },
  jobTypes: {
    list: reading
      .route({ method: 'GET', path: '/job-types', tags: ['Job types'], summary: 'The catalog' })
      .output(jobTypeListSchema),
  },
  queue: {
    get: reading
      .route({ method: 'GET', path: '/queue', tags: ['Queue'], summary: 'Counts, rates and whether it is paused' })
      .output(queueInfoSchema),
    pause: changing
      .route({ method: 'POST', path: '/queue/pause', tags: ['Queue'], summary: 'Start no further jobs' })
      .output(queueInfoSchema),
    resume: changing
      .route({ method: 'POST', path: '/queue/resume', tags: ['Queue'], summary: 'Start jobs again' })
      .output(queueInfoSchema),
    drain: destroying
      .route({
        method: 'POST',
        path: '/queue/drain',
        tags: ['Queue'],
        summary: 'Take what waits out of the queue (server-sent events)',
      })
      .input(drainInputSchema)
      .output(eventIterator(batchProgressSchema)),
    clean: destroying
      .route({
        method: 'POST',
        path: '/queue/clean',
        tags: ['Queue'],
        summary: 'Remove jobs that finished some time ago (server-sent events)',
      })
      .input(cleanInputSchema)
      .output(eventIterator(batchProgressSchema)),
    obliterate: destroying
      .route({
        method: 'POST',
        path: '/queue/obliterate',
        tags: ['Queue'],
        summary: 'Take everything out of the queue (server-sent events)',
      })
      .input(obliterateInputSchema)
      .output(eventIterator(batchProgressSchema)),
    reconnect: changingOwn
      .route({
        method: 'POST',
        path: '/queue/reconnect',
        tags: ['Queue'],
        summary: "Try to reach the queue's server now",
      })
      .output(connectionSchema),
    throughput: reading
      .route({ method: 'GET', path: '/queue/throughput', tags: ['Queue'], summary: 'Finished jobs over time' })
      .input(z.object({ range: throughputRangeSchema.default('1h') }))
      .output(throughputSchema),
  },
  preferences: {
    get: reading
      .route({ method: 'GET', path: '/preferences', tags: ['Preferences'], summary: 'All preferences' })
      .output(preferencesSchema),
    update: changingOwn
      .route({
        method: 'PATCH',
        path: '/preferences',
        tags: ['Preferences'],
        summary: 'Change preferences; they apply live',
      })
      .input(preferencesPatchSchema)
      .output(preferencesSchema),
  },
  profiles: profilesContract,
  threads: {
    list: reading
      .route({ method: 'GET', path: '/threads', tags: ['Threads'], summary: 'The threads of the pool' })
      .output(z.object({ threads: z.array(threadSchema) })),
  },
  runners: {
    list: reading
      .route({ method: 'GET', path: '/runners', tags: ['Runners'], summary: 'Live runners of this queue' })
      .output(z.object({ runners: z.array(runnerSchema) })),
    pause: changing
      .route({
        method: 'POST',
        path: '/runners/{id}/pause',
        tags: ['Runners'],
        summary: 'A runner takes no more jobs until it is resumed or started anew; what it runs goes on',
      })
      .input(runnerIdInput)
      .output(runnerSchema),
    resume: changing
      .route({ method: 'POST', path: '/runners/{id}/resume', tags: ['Runners'], summary: 'A runner takes jobs again' })
      .input(runnerIdInput)
      .output(runnerSchema),
    drain: changing
      .route({
        method: 'POST',
        path: '/runners/{id}/drain',
        tags: ['Runners'],
        summary: 'A runner takes no more jobs, gives back what has no thread yet and ends what it runs',
      })
      .input(runnerIdInput)
      .output(runnerSchema),
    resize: changing
      .route({
        method: 'POST',
        path: '/runners/{id}/resize',
        inputStructure: 'detailed',
        tags: ['Runners'],
        summary: 'Change the threads and the concurrency of a runner; applies live',
      })
      .input(z.object({ params: runnerIdInput, body: resizeSchema }))
      .output(runnerSchema),
  },
  system: {
    info: reading
      .route({ method: 'GET', path: '/system', tags: ['System'], summary: 'Version, profile and data folder' })
      .output(systemInfoSchema),
  },
  updates: {
    watch: reading
      .route({ method: 'GET', path: '/updates', tags: ['System'], summary: 'A snapshot, then batched patches' })
      .input(watchInputSchema.optional())
      .output(eventIterator(updateSchema)),
  },
}

export type Contract = typeof contract
