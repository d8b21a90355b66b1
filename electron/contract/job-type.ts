import * as z from 'zod'
import { backoffSchema, executorNameSchema, memoryMbSchema } from './job.ts'
import { issueSchema, timerMsSchema } from './json.ts'

/** JSON Schema, draft 2020-12, as the enqueue form reads it. */
export const jsonSchemaDocumentSchema = z.record(z.string(), z.unknown())
export type JsonSchemaDocument = z.infer<typeof jsonSchemaDocumentSchema>

export const jobTypeDefaultsSchema = z.object({
  attempts: z.int().min(1).max(1000).optional(),
  backoff: backoffSchema.optional(),
  timeoutMs: timerMsSchema.min(1).optional(),
  memoryMb: memoryMbSchema.optional(),
  executor: executorNameSchema.optional(),
  priority: z.int().min(0).max(2_097_152).optional(),
})
export type JobTypeDefaults = z.infer<typeof jobTypeDefaultsSchema>

export const jobTypeNameSchema = z
  .string()
  .regex(/^[a-z0-9]+(?:[-.:_][a-z0-9]+)*$/, 'must be lower-case letters and digits, joined by - . : or _')
  .max(100)

/** A job type as the catalog shows it. */
export const jobTypeSchema = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional(),
  /** `built-in`, or the file in the user's jobs folder. */
  source: z.enum(['built-in', 'folder']),
  file: z.string().optional(),
  inputSchema: jsonSchemaDocumentSchema,
  outputSchema: jsonSchemaDocumentSchema.optional(),
  defaults: jobTypeDefaultsSchema,
  /** An input to start from. */
  example: z.unknown().optional(),
})
export type JobType = z.infer<typeof jobTypeSchema>

/** A file of the jobs folder that could not be used, and why. It disturbs no other. */
export const jobTypeProblemSchema = z.object({
  file: z.string(),
  line: z.int().optional(),
  message: z.string(),
  issues: z.array(issueSchema).optional(),
})
export type JobTypeProblem = z.infer<typeof jobTypeProblemSchema>

export const jobTypeListSchema = z.object({
  jobTypes: z.array(jobTypeSchema),
  problems: z.array(jobTypeProblemSchema),
})
export type JobTypeList = z.infer<typeof jobTypeListSchema>
