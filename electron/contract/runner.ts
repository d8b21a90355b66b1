import * as z from 'zod'
import { profileColourSchema, profileEnvironmentSchema } from './connection-profile.ts'
import { jobStateSchema } from './job.ts'
import { bytesSchema, durationMsSchema, timeSchema } from './json.ts'

export const queueBackendSchema = z.enum(['postgres', 'redis'])
export type QueueBackend = z.infer<typeof queueBackendSchema>

/** How the connection to the queue stands. */
export const connectionSchema = z.object({
  state: z.enum(['live', 'reconnecting', 'offline']),
  /** Last measured round trip to the queue's server, in ms. */
  roundTripMs: z.number().optional(),
  /** Why it is not live. */
  message: z.string().optional(),
  /** Since when it is live, or is not. */
  since: timeSchema,
  /** When it is tried next, while it is not live; absent while a try is under way. */
  nextTryAt: timeSchema.optional(),
})
export type Connection = z.infer<typeof connectionSchema>

export const queueInfoSchema = z.object({
  name: z.string(),
  backend: queueBackendSchema,
  paused: z.boolean(),
  /** Live states are counted in the queue, finished ones in the history. */
  counts: z.record(jobStateSchema, z.int().min(0)),
  rates: z.object({
    enqueuedPerMinute: z.number().min(0),
    completedPerMinute: z.number().min(0),
    failedPerMinute: z.number().min(0),
  }),
  connection: connectionSchema,
})
export type QueueInfo = z.infer<typeof queueInfoSchema>

export const threadStateSchema = z.enum(['starting', 'idle', 'busy', 'cancelling', 'blocked', 'retiring'])
export const threadSchema = z.object({
  /** Label, `T1`, `T2`, … A replaced thread's label is given to its replacement. */
  id: z.string(),
  runner: z.string(),
  state: threadStateSchema,
  job: z.object({ id: z.string(), type: z.string(), attempt: z.int(), since: timeSchema }).optional(),
  jobsDone: z.int().min(0),
  startedAt: timeSchema,
  /** Share of one core, 0 to 1, since the last sample. */
  cpu: z.number().min(0).optional(),
  heapBytes: bytesSchema.optional(),
  heapLimitBytes: bytesSchema.optional(),
  /** Event-loop utilisation, 0 to 1, since the last sample. */
  loop: z.number().min(0).max(1).optional(),
  blockedMs: durationMsSchema.optional(),
  lastError: z.string().optional(),
})
export type Thread = z.infer<typeof threadSchema>

/** Whether a runner takes jobs. `draining`: not any more, and some still run; `drained`: none runs, it can be stopped. */
export const runnerStateSchema = z.enum(['taking', 'paused', 'draining', 'drained'])

export const runnerSchema = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  /** The runner that answers. */
  self: z.boolean(),
  kind: z.enum(['desktop', 'headless']),
  state: runnerStateSchema,
  jobTypes: z.array(z.string()),
  threads: z.int().min(0),
  busyThreads: z.int().min(0),
  /** The bounds of its pool; absent of a runner of an older version. */
  minThreads: z.int().min(0).optional(),
  maxThreads: z.int().min(1).optional(),
  /** How many jobs it takes at most at a time. */
  concurrency: z.int().min(1),
  active: z.int().min(0),
  /** Event-loop utilisation of its main thread, 0 to 1; absent of a runner of an older version. */
  loop: z.number().min(0).max(1).optional(),
  startedAt: timeSchema,
  /** By the clock of the runner that answers. */
  lastSeenAt: timeSchema,
  /**
   * How far its clock is ahead of the clock of the runner that answers, in ms, give or take a round trip;
   * absent of that runner itself and of older versions.
   */
  clockSkewMs: z.int().optional(),
})
export type Runner = z.infer<typeof runnerSchema>

/** New bounds of a runner; what is left out stays. They are kept as its preferences. */
export const resizeSchema = z
  .strictObject({
    minThreads: z.int().min(0).optional(),
    maxThreads: z.int().min(1).optional(),
    concurrency: z.int().min(1).optional(),
  })
  .refine((size) => Object.values(size).some((value) => value !== undefined), {
    message: 'must have minThreads, maxThreads or concurrency',
  })
export type Resize = z.infer<typeof resizeSchema>

/** A preference that an environment variable fixes. */
export const environmentFieldSchema = z.object({
  variable: z.string(),
  /** Dotted path in the preferences, or of the profile. */
  field: z.string(),
  value: z.string(),
})

export const systemInfoSchema = z.object({
  version: z.string(),
  runnerId: z.string(),
  host: z.string(),
  cores: z.int(),
  memoryBytes: bytesSchema,
  dataDir: z.string(),
  /** The connection profile in use. */
  profile: z.object({
    id: z.string(),
    name: z.string(),
    folder: z.string().optional(),
    colour: profileColourSchema,
    environment: profileEnvironmentSchema,
    readOnly: z.boolean(),
    /** Changes are allowed until then although it is read-only; absent while they are not. */
    changesAllowedUntil: timeSchema.optional(),
    /** It is read-only, or was when it was opened: this runner takes no more jobs of its queue. What runs finishes. */
    takesNoJobs: z.boolean().optional(),
    /** Its connection was changed since it was opened, and is still the old one: used again, it is opened as it is now. */
    changed: z.boolean().optional(),
    /** Where queue and history are, in words; never a secret. */
    description: z.string(),
    backend: queueBackendSchema,
  }),
  /** A move to another profile that is under way: it is connected to, then the jobs that run here are waited for. */
  moving: z.object({ id: z.string(), name: z.string(), step: z.enum(['opening', 'finishing']) }).optional(),
  environment: z.array(environmentFieldSchema),
  /** Sentences the user should see, e.g. that a broken preferences file was put aside. */
  notices: z.array(z.object({ code: z.string(), message: z.string() })),
})
export type SystemInfo = z.infer<typeof systemInfoSchema>

export const throughputRangeSchema = z.enum(['15m', '1h', '24h', '7d'])
export type ThroughputRange = z.infer<typeof throughputRangeSchema>

/** Finished jobs over time, from the history. Buckets without jobs are there, with zeros. */
export const throughputSchema = z.object({
  range: throughputRangeSchema,
  bucketMs: durationMsSchema,
  buckets: z.array(
    z.object({
      at: timeSchema,
      completed: z.int().min(0),
      failed: z.int().min(0),
      cancelled: z.int().min(0),
      enqueued: z.int().min(0),
    }),
  ),
  totals: z.object({ completed: z.int(), failed: z.int(), cancelled: z.int() }),
  /** From created to started, of jobs finished in the range; absent without any. */
  waitMs: z.object({ p50: z.number(), p95: z.number() }).optional(),
})
export type Throughput = z.infer<typeof throughputSchema>
