import * as z from 'zod'
import { jobStateSchema } from './job.ts'

export const batchActions = ['cancel', 'retry', 'remove'] as const
export const batchActionSchema = z.enum(batchActions)
export type BatchAction = z.infer<typeof batchActionSchema>

/** Jobs one batch takes at most, newest first; a further batch takes the rest. */
export const batchLimit = 100_000

/** Jobs that a batch is told by their ids, at most. */
export const batchIdsLimit = 10_000

/** How far a batch is. Ending the stream stops it: what was done stays done. */
export const batchProgressSchema = z.object({
  /** How many jobs it is about: those whose ids were given, or that matched when it began and the action is possible for. */
  total: z.int().min(0),
  done: z.int().min(0),
  /** Jobs that refused, e.g. because they finished meanwhile or there is none with this id. */
  failed: z.int().min(0),
  /** Why the first of them did. */
  firstError: z.string().optional(),
  /** The last message says true. */
  over: z.boolean(),
  /** The answer to a dry run, which is its only message: nothing was done. */
  dryRun: z.literal(true).optional(),
  /** With a dry run: how many of `total` are in which state; states without a job are left out. */
  byState: z.partialRecord(jobStateSchema, z.int().min(1)).optional(),
})
export type BatchProgress = z.infer<typeof batchProgressSchema>
