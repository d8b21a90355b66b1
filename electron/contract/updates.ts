import * as z from 'zod'
import { jobSummarySchema } from './job.ts'
import { preferencesSchema } from './preferences.ts'
import { queueInfoSchema, runnerSchema, systemInfoSchema, threadSchema } from './runner.ts'

/** `true` or `false` in a URL, where everything is text; a boolean elsewhere. */
const queryBooleanSchema = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean(),
)

export const watchInputSchema = z.object({
  /** Nobody looks at the moment: patches come once a second, the snapshot at once. */
  hidden: queryBooleanSchema.optional(),
})
export type WatchInput = z.output<typeof watchInputSchema>

/**
 * What the panel lives on. The first message of a stream is a snapshot, then come patches, at most
 * ten a second. `seq` grows by one a message; a gap means: open a new stream for a new snapshot.
 */
export const updateSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('snapshot'),
    seq: z.int(),
    at: z.iso.datetime(),
    queue: queueInfoSchema,
    threads: z.array(threadSchema),
    runners: z.array(runnerSchema),
    preferences: preferencesSchema,
    system: systemInfoSchema,
    /** Jobs that have not finished, at most 200, and the newest finished, at most 50. */
    jobs: z.array(jobSummarySchema),
  }),
  z.object({
    kind: z.literal('patch'),
    seq: z.int(),
    at: z.iso.datetime(),
    queue: queueInfoSchema.optional(),
    threads: z.array(threadSchema).optional(),
    runners: z.array(runnerSchema).optional(),
    preferences: preferencesSchema.optional(),
    system: systemInfoSchema.optional(),
    /** Changed jobs, each at most once; beyond 200 a patch, a sample, and `sampled` says how many changed. */
    jobs: z.array(jobSummarySchema).optional(),
    sampled: z.int().optional(),
    removedJobs: z.array(z.string()).optional(),
    /** The job types changed: read them again. */
    jobTypesChanged: z.boolean().optional(),
  }),
])
export type Update = z.infer<typeof updateSchema>
export type Snapshot = Extract<Update, { kind: 'snapshot' }>
export type Patch = Extract<Update, { kind: 'patch' }>
