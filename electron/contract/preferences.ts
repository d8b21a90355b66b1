import * as z from 'zod'
import { backoffSchema } from './job.ts'
import { durationMsSchema, timerMsSchema } from './json.ts'

/** The version of the file's format; raised when a stored file must be migrated. */
export const preferencesVersion = 1

const poolSchema = z.strictObject({
  /** Threads kept even when idle. */
  minThreads: z.int().min(0).max(256),
  /** Threads at most; each runs one job at a time. */
  maxThreads: z.int().min(1).max(256),
  /** How long a thread above minThreads stays idle before it ends. */
  idleTimeoutMs: timerMsSchema,
  /** Jobs taken from the queue that may wait for a thread. When reached, the runner takes no more. */
  maxQueue: z.int().min(0).max(100_000),
})

/** At most `max` jobs start within `durationMs`. */
export const rateLimitSchema = z.strictObject({
  max: z.int().min(1).max(1_000_000),
  durationMs: z.int().min(1).max(86_400_000),
})
export type RateLimit = z.infer<typeof rateLimitSchema>

const queueSchema = z.strictObject({
  /** Jobs this runner works on at once. */
  concurrency: z.int().min(1).max(10_000),
  /** Attempts of a job that says nothing else. */
  attempts: z.int().min(1).max(1000),
  backoff: backoffSchema,
  /** Limit of the whole queue, whatever number of runners work on it; null sets none. */
  rateLimit: rateLimitSchema.nullable(),
  /** Finished jobs kept in the queue itself; the history keeps far more. */
  keepCompleted: z.int().min(0).max(1_000_000),
  keepFailed: z.int().min(0).max(1_000_000),
  /** A job of a type no runner knows: `keep` it waiting, or `fail` it at once. */
  unknownType: z.enum(['keep', 'fail']),
})

const cancelSchema = z.strictObject({
  /** Time between asking a job to stop and killing its thread. */
  graceMs: durationMsSchema.max(3_600_000),
})

const historySchema = z.strictObject({
  /** Finished jobs older than this are pruned. */
  keepDays: z.int().min(1).max(3650),
  /** Finished jobs kept at most, newest first. */
  keepJobs: z.int().min(100).max(100_000_000),
  /**
   * Log lines kept of each attempt: the first nine tenths and, from the attempt's end, the last tenth, at most 1,000
   * of them. A line between says how many were dropped.
   */
  maxLogLines: z.int().min(0).max(1_000_000),
})

const jobsSchema = z.strictObject({
  /** Folder of the user's own job types, absolute; null for none. */
  folder: z.string().min(1).nullable(),
})

const panelSchema = z.strictObject({
  theme: z.enum(['system', 'dark', 'light']),
  density: z.enum(['comfortable', 'compact']),
})

/** Everything the user can set. What the environment fixes is not stored here. */
export const preferencesSchema = z
  .strictObject({
    pool: poolSchema,
    queue: queueSchema,
    cancel: cancelSchema,
    history: historySchema,
    jobs: jobsSchema,
    panel: panelSchema,
  })
  .superRefine((value, context) => {
    if (value.pool.minThreads > value.pool.maxThreads) {
      context.addIssue({
        code: 'custom',
        path: ['pool', 'minThreads'],
        message: `must not be above pool.maxThreads (${value.pool.maxThreads})`,
      })
    }
  })
export type Preferences = z.infer<typeof preferencesSchema>

/** Any part of the preferences; what is left out stays. */
export const preferencesPatchSchema = z.strictObject({
  pool: poolSchema.partial().optional(),
  queue: queueSchema.extend({ backoff: backoffSchema.partial() }).partial().optional(),
  cancel: cancelSchema.partial().optional(),
  history: historySchema.partial().optional(),
  jobs: jobsSchema.partial().optional(),
  panel: panelSchema.partial().optional(),
})
export type PreferencesPatch = z.infer<typeof preferencesPatchSchema>

export const defaultPreferences: Preferences = {
  pool: { minThreads: 1, maxThreads: 4, idleTimeoutMs: 30_000, maxQueue: 100 },
  queue: {
    concurrency: 2,
    attempts: 3,
    backoff: { type: 'exponential', delayMs: 2_000 },
    rateLimit: null,
    keepCompleted: 10,
    keepFailed: 5,
    unknownType: 'keep',
  },
  cancel: { graceMs: 10_000 },
  history: { keepDays: 30, keepJobs: 1_000_000, maxLogLines: 10_000 },
  jobs: { folder: null },
  panel: { theme: 'system', density: 'comfortable' },
}
