import * as z from 'zod'
import { jobSchema, logLineSchema, progressSchema } from '../../contract/job.ts'
import { jsonSchema } from '../../contract/json.ts'

/** What changed of one job on the runner that runs it. */
export const jobNewsSchema = z.object({
  id: z.string(),
  /** The whole job as it is now; left out when only progress or lines are new. */
  job: jobSchema.optional(),
  progress: progressSchema.optional(),
  lines: z.array(logLineSchema).optional(),
})
export type JobNews = z.infer<typeof jobNewsSchema>

/** How busy a runner is, beside its news. */
export const loadSchema = z.object({
  active: z.int().min(0),
  busyThreads: z.int().min(0),
  threads: z.int().min(0),
})
export type Load = z.infer<typeof loadSchema>

/** Said as `jobs`. */
export const newsSchema = z.object({
  /** Which history the runner writes: who writes the same one need not write this down. */
  history: z.string(),
  load: loadSchema,
  /** Each a JobNews; one that this version cannot read must not cost the others. */
  jobs: z.array(jsonSchema),
})

/** Said as `presence`: a runner has come, has changed, or goes. */
export const presenceNewsSchema = z.object({ state: z.enum(['here', 'changed', 'gone']) })
