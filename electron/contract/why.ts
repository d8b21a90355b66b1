import * as z from 'zod'
import { jobStateSchema, waitingReasonSchema } from './job.ts'
import { durationMsSchema, timeSchema } from './json.ts'

/** What can be done about a check that fails. A caller that does not know the action shows the label. */
export const whyFixSchema = z.object({
  /**
   * `resume`: the queue. `promote`: this job. `preferences`: change the field `target`, a dotted path.
   * `job`: look at the job `target`.
   */
  action: z.enum(['resume', 'promote', 'preferences', 'job']),
  /** What the button says. */
  label: z.string(),
  target: z.string().optional(),
})
export type WhyFix = z.infer<typeof whyFixSchema>

/** One thing that must be true for a job to start. */
export const whyCheckSchema = z.object({
  /** What is looked at, named by the reason it is when it fails. */
  code: waitingReasonSchema.shape.code,
  ok: z.boolean(),
  message: z.string(),
  /** When it will be true by itself. */
  until: timeSchema.optional(),
  /** How long it will take at the pace of the last minute; absent where that says nothing. */
  estimateMs: durationMsSchema.optional(),
  fix: whyFixSchema.optional(),
})
export type WhyCheck = z.infer<typeof whyCheckSchema>

export const whySchema = z.object({
  id: z.string(),
  state: jobStateSchema,
  /** The first check that fails; of a job that runs or has finished, that it does. */
  title: z.string(),
  /** In the order they are looked at; empty for a job that runs or has finished. */
  checks: z.array(whyCheckSchema),
})
export type Why = z.infer<typeof whySchema>
