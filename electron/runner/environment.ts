import * as z from 'zod'
import { hasHiddenLogin } from '../contract/connection-url.ts'
import { TorilError } from '../contract/errors.ts'

const environmentSchema = z.object({
  /** A host name or a redis:// / rediss:// URL. */
  REDIS_URL: z.string().min(1).optional(),
  REDIS_PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgresql:// URL')
    .refine((url) => !hasHiddenLogin(url), 'has a / ? or # in user name or password, which must be percent-encoded')
    .optional(),
  TORIL_DATA_DIR: z.string().min(1).optional(),
  TORIL_HOST: z.string().min(1).default('127.0.0.1'),
  TORIL_PORT: z.coerce.number().int().min(0).max(65_535).default(7420),
  TORIL_TOKEN: z.string().min(8, 'must have at least 8 characters').optional(),
  TORIL_QUEUE: z
    .string()
    .regex(/^[^:\s]+$/, 'must have no colon and no space')
    .optional(),
  /** The name or id of a stored profile, or a profile as JSON, secrets included. */
  TORIL_PROFILE: z.string().trim().min(1).optional(),
  TORIL_JOBS_DIR: z.string().min(1).optional(),
})

/** What Toril reads from the environment. It beats profile and preferences. */
export type Environment = z.infer<typeof environmentSchema>

/**
 * Reads and checks the environment variables; an empty one counts as not set.
 * Throws TorilError INVALID_PREFERENCES naming the variable.
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const known = Object.keys(environmentSchema.shape)
  const set = Object.fromEntries(known.map((key) => [key, variables[key] === '' ? undefined : variables[key]]))
  const parsed = environmentSchema.safeParse(set)
  if (parsed.success) return parsed.data
  const first = parsed.error.issues[0]
  throw new TorilError(
    'INVALID_PREFERENCES',
    `Environment variable ${String(first?.path[0])}: ${first?.message ?? ''}.`,
  )
}
