import * as z from 'zod'

const countSchema = z.int().min(0)

/** A queue of BullMQ that was found on a server, whoever made it. */
export const foundQueueSchema = z.object({
  /** Of its keys on Redis, as a profile takes it; PostgreSQL has none. */
  prefix: z.string().optional(),
  name: z.string(),
  /** Jobs by state, those with a priority among the waiting ones. Toril's `cancelled` are among the failed. */
  counts: z.object({
    waiting: countSchema,
    delayed: countSchema,
    'waiting-children': countSchema,
    active: countSchema,
    completed: countSchema,
    failed: countSchema,
  }),
  paused: z.boolean(),
  /** Names of some of its jobs, at most 20. */
  jobTypes: z.array(
    z.object({
      name: z.string(),
      /** Whether the catalog of this runner has it, so that such jobs would run here. */
      known: z.boolean(),
    }),
  ),
  /** Of the BullMQ that wrote to it last. */
  bullmqVersion: z.string().optional(),
  /** The queue that the profile names. */
  chosen: z.boolean(),
})
export type FoundQueue = z.infer<typeof foundQueueSchema>

export const foundQueuesSchema = z.object({
  /** By prefix and name. */
  queues: z.array(foundQueueSchema),
  /** Why there may be more than these: one sentence. Absent when the whole server was looked through. */
  cut: z.string().optional(),
})
export type FoundQueues = z.infer<typeof foundQueuesSchema>
