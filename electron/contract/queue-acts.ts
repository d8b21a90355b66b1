import * as z from 'zod'
import { confirmationShape } from './confirmation.ts'
import { finishedStates } from './job.ts'

const reasonSchema = z.string().max(1000)

/** Takes what waits out of the queue. Jobs that run go on; the history keeps those taken out as cancelled. */
export const drainInputSchema = z.strictObject({
  /** Also what waits for its time or for its next attempt. The next job of a job scheduler stays. */
  delayed: z.boolean().optional(),
  /** Kept with each job. */
  reason: reasonSchema.optional(),
  ...confirmationShape,
})
export type DrainInput = z.output<typeof drainInputSchema>

/** Removes finished jobs, oldest first, from the queue and from the history. */
export const cleanInputSchema = z.strictObject({
  /** Comma-separated (`failed,cancelled`), or a list. */
  state: z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
    z.array(z.enum(finishedStates)).min(1),
  ),
  /** Only jobs that ended at least so long ago; 0 for all. */
  olderThanMs: z
    .int()
    .min(0)
    .max(100 * 365 * 86_400_000),
  /** At most so many. */
  limit: z.int().min(1).optional(),
  ...confirmationShape,
})
export type CleanInput = z.output<typeof cleanInputSchema>

/**
 * Takes everything out of the queue: what waits, what has finished, and its job schedulers. The history keeps all of
 * it; what had not finished is cancelled.
 */
export const obliterateInputSchema = z.strictObject({
  /** Also while jobs run: they are cancelled, their threads killed. Without it that is refused with JOB_ACTIVE. */
  force: z.boolean().optional(),
  reason: reasonSchema.optional(),
  ...confirmationShape,
})
export type ObliterateInput = z.output<typeof obliterateInputSchema>
