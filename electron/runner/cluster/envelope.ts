import * as z from 'zod'
import { issueSchema, jsonSchema } from '../../contract/json.ts'

/** What every message between runners says first, of whatever version they are. */
export const addressSchema = z.object({ kind: z.string(), from: z.string().min(1) })

/** A message between runners. `what` names its meaning; another version may know others. */
export const envelopeSchema = z.discriminatedUnion('kind', [
  /** To one runner, which answers with the same id. */
  z.object({ kind: z.literal('ask'), from: z.string(), id: z.string(), what: z.string(), body: jsonSchema }),
  z.object({
    kind: z.literal('answer'),
    from: z.string(),
    id: z.string(),
    body: jsonSchema.optional(),
    /** Instead of a body: a code of the contract's errors. */
    error: z.object({ code: z.string(), message: z.string(), issues: z.array(issueSchema).optional() }).optional(),
  }),
  /** To all. */
  z.object({ kind: z.literal('tell'), from: z.string(), what: z.string(), body: jsonSchema }),
])
export type Envelope = z.infer<typeof envelopeSchema>
